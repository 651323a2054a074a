import { Effect, Layer } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { readFileSync } from "node:fs"
import { RouteNotFound } from "./HttpErrors.ts"

/** `GET /problems/{slug}`: the page that a problem's `type` points to, a section of docs/problems.md, as Markdown. Public. */
export const layer = Layer.unwrap(Effect.sync(() => {
  const pages = problemPages(readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8"))
  return HttpRouter.add(
    "GET",
    "/problems/:slug",
    Effect.flatMap(HttpRouter.params, ({ slug }) => {
      const page = pages.get(slug ?? "")
      return page === undefined
        ? HttpServerRespondable.toResponse(noPage)
        : Effect.succeed(HttpServerResponse.text(page, {
          contentType: "text/markdown; charset=utf-8",
          headers: { "cache-control": "public, max-age=3600" }
        }))
    })
  )
}))

const noPage = new RouteNotFound({ detail: "There is no such problem. /docs/problems lists them all." })

/** Sections by the slug that is their heading. */
export const problemPages = (markdown: string): ReadonlyMap<string, string> =>
  new Map(
    markdown.split(/^## /m).slice(1).map((section) => {
      const slug = section.slice(0, section.indexOf("\n")).trim()
      return [slug, `# ${section.trim()}\n`]
    })
  )
