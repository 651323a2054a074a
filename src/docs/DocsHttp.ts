import { Effect, Layer } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { etagOf, representationOf } from "../http/Conditional.ts"
import { RouteNotFound } from "../http/HttpErrors.ts"

/** The addresses of the site, as routes. */
export const paths = ["/docs", "/docs/:page", "/docs/decisions/:page", "/llms.txt"] as const

/** The documentation site. It is rendered when somebody asks for the first page, not at the start, and kept as bytes. Public. */
export const layer = Layer.unwrap(Effect.gen(function*() {
  const site = yield* Effect.cached(Effect.promise(rendered))
  const answer = Effect.gen(function*() {
    const { headers, url } = yield* HttpServerRequest.HttpServerRequest
    const file = (yield* site).get(url.split("?", 1)[0]?.replace(/(?<=.)\/$/, "") ?? url)
    return file === undefined ? yield* HttpServerRespondable.toResponse(noPage) : answerOf(headers["if-none-match"], file)
  })
  return HttpRouter.addAll(paths.map((path) => HttpRouter.route("GET", path, answer)))
}))

/** Gives the page that it is provided to, one that never changes while the process lives, a policy for its inline scripts, and an ETag. */
export const lockedDown = () => {
  let known: Kept | undefined
  return HttpRouter.middleware((page) =>
    Effect.gen(function*() {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      const response = yield* page
      if (response.body._tag !== "Uint8Array") return response
      known ??= keep(response.body.contentType, response.body.body)
      return answerOf(headers["if-none-match"], known)
    })
  ).layer
}

const noPage = new RouteNotFound({ detail: "There is no such page. /docs lists them all." })

/** Nothing of the page leads to the services of its maker, which would be handed the document: the type knows fewer options than the page. */
export const reference = {
  withDefaultFonts: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  authentication: { preferredSecurityScheme: "bearer" }
}

interface Kept {
  readonly type: string
  readonly body: Uint8Array
  readonly etag: string
  readonly headers: Readonly<Record<string, string>>
}

const rendered = async (): Promise<ReadonlyMap<string, Kept>> => {
  // The renderer is read by whoever asks for the first page, and by no server that is never asked for one.
  const { siteOf } = await import("./Site.ts")
  const files = siteOf(fileURLToPath(new URL("../../docs", import.meta.url)))
  return new Map([...files].map(([address, { text, type }]) => [address, keep(type, new TextEncoder().encode(text))]))
}

const keep = (type: string, body: Uint8Array): Kept => ({
  type,
  body,
  etag: etagOf(body),
  headers: type.startsWith("text/html") ? { "content-security-policy": policyOf(new TextDecoder().decode(body)) } : {}
})

const answerOf = (ifNoneMatch: string | undefined, kept: Kept): HttpServerResponse.HttpServerResponse => {
  const { body, headers } = representationOf(ifNoneMatch, kept, {
    "cache-control": "public, max-age=300",
    vary: "origin",
    ...kept.headers
  })
  return body === null
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.uint8Array(body, { contentType: kept.type, headers })
}

/** What is written into the page may run, by its hash; nothing comes from elsewhere, and no page of others frames it. */
const policyOf = (html: string): string => {
  const scripts = hashes(html, /<script>(.*?)<\/script>/gs)
  return [
    "default-src 'none'",
    ...(scripts === "" ? [`style-src ${hashes(html, /<style>(.*?)<\/style>/gs)}`] : [
      `script-src ${scripts}`,
      // The reference's script writes its styles itself.
      "style-src 'unsafe-inline'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "font-src data:"
    ]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

const hashes = (html: string, inline: RegExp): string =>
  [...html.matchAll(inline)].map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ")
