import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { contents } from "../../src/docs/Contents.ts"
import { render } from "../../src/docs/Markdown.ts"
import { siteOf } from "../../src/docs/Site.ts"
import { Api } from "../../src/http/Api.ts"
import { problemPages } from "../../src/http/ProblemPages.ts"
import { allowedMethods, routePatterns } from "../../src/http/Routes.ts"
import { TestApp } from "../support/TestApp.ts"

const folder = fileURLToPath(new URL("../../docs", import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"))
const site = siteOf(folder)
const pages = [...site].filter(([, { type }]) => type.startsWith("text/html"))
const problems = problemPages(readFileSync(join(folder, "problems.md"), "utf8"))

const idsOf = (address: string) => new Set([...site.get(address)?.text.matchAll(/ id="([^"]+)"/g) ?? []].map(([, id]) => id))

const leadsSomewhere = (from: string, href: string): boolean => {
  const [path = "", fragment] = href.split("#", 2)
  const address = path === "" ? from : path
  if (fragment !== undefined) return idsOf(address).has(decodeURIComponent(fragment))
  if (address.startsWith("/problems/")) return problems.has(address.slice("/problems/".length))
  return site.has(address) || ["/docs/reference", "/openapi.json"].includes(address)
}

describe("the documentation", () => {
  it("is a page for every file, and each stands once in the menu of every page", () => {
    assert.strictEqual(pages.length, files.length)
    for (const [address, { text }] of pages) {
      const menu = text.slice(text.indexOf("<nav"))
      for (const [other] of pages) assert.strictEqual(menu.split(`href="${other}"`).length, 2, `${address}: ${other}`)
    }
    const slugs = contents.flatMap(([, named]) => named)
    assert.strictEqual(new Set(slugs).size, slugs.length)
  })

  it("every link leads somewhere", () => {
    let links = 0
    const broken: Array<string> = []
    for (const [address, { text }] of pages) {
      for (const [, href = ""] of text.matchAll(/<a href="([^"]*)"/g)) {
        links++
        if (!href.startsWith("https://") && !leadsSomewhere(address, href)) broken.push(`${address} → ${href}`)
      }
    }
    assert.deepStrictEqual(broken, [])
    assert.isAbove(links, 300)
    assert.isFalse(leadsSomewhere("/docs", "/docs/nowhere"))
    assert.isFalse(leadsSomewhere("/docs", "/docs/concepts#nowhere"))
  })

  it("every link between files leads to a file, also where it is read as files", () => {
    const broken = files.flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").replace(/^```.*?^```/gms, "").matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, href = ""]) => href)
        .filter((href) => !/^(https:|\/)/.test(href) && !existsSync(join(folder, dirname(file), href)))
        .map((href) => `${file} → ${href}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("every address of the API that it names is one, with that method", () => {
    const wrong: Array<string> = []
    let named = 0
    for (const file of files) {
      const text = readFileSync(join(folder, file), "utf8")
      for (const [, method = "GET", path = ""] of text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^\s`?]*)/g)) {
        if (path.startsWith("/_") || path.includes("*")) continue
        named++
        if (!allowedMethods(path).includes(method)) wrong.push(`${file}: ${method} ${path}`)
      }
    }
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(named, 30)
  })

  it("shows raw HTML and runs none, and leads out of no page by a script", () => {
    const { html } = render(
      "<script>alert(1)</script> <b>x</b> ![i](javascript:x) [go](javascript:alert(1)) `<i>`\n\n<p onclick=x>",
      () => null
    )
    assert.notMatch(html, /<(script|b|img|i|p )\b/)
    assert.notInclude(html, "href")
    for (const [address, { text }] of pages) {
      assert.notMatch(text, /href="(?!https:|\/|#)/, address)
      assert.notMatch(text, /<script|<img|<link|\son\w+=/, address)
    }
  })

  it("llms.txt lists every page as Markdown", () => {
    const text = site.get("/llms.txt")?.text ?? ""
    assert.match(text, /^# Analytics Following\n\n> \S/)
    const listed = [...text.matchAll(/\]\((\/docs\/[^)]+)\)/g)].map(([, address]) => address ?? "")
    assert.deepStrictEqual(listed.toSorted(), files.map((file) => `/docs/${file}`).toSorted())
    for (const address of listed) assert.strictEqual(site.get(address)?.type, "text/markdown; charset=utf-8")
  })
})

it("router and document list the same routes", () => {
  const document = OpenApi.fromApi(Api)
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  )
  const routed = routePatterns.filter(({ group }) => group !== "docs")
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
  assert.isAbove(described.length, 60)
  assert.deepStrictEqual(routed.toSorted(), described.toSorted())
})

layer(TestApp.layer(), { excludeTestServices: true })("served", (it) => {
  it.effect("each page as HTML that may load nothing, with a tag by which it is not sent again", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      for (const [path, { text, type }] of site) {
        const answer = yield* app.call({ method: "GET", path })
        assert.strictEqual(answer.status, 200, path)
        assert.strictEqual(answer.text, text, path)
        assert.strictEqual(answer.headers.get("content-type"), type)
        const policy = answer.headers.get("content-security-policy")
        if (type.startsWith("text/html")) assert.match(policy ?? "", /^default-src 'none'; style-src 'sha256-\S+'; base-uri/)
        const again = yield* app.call({ method: "GET", path, headers: { "if-none-match": answer.headers.get("etag") ?? "" } })
        assert.strictEqual(again.status, 304, path)
      }
      assert.strictEqual((yield* app.call({ method: "GET", path: "/docs/" })).status, 200)
      for (
        const path of [
          "/docs/nowhere",
          "/docs/index",
          "/docs/..%2f..%2fpackage.json",
          "/docs/decisions/x",
          "/docs/decisions",
          "/problems/nothing"
        ]
      ) {
        assert.strictEqual((yield* app.call({ method: "GET", path })).status, 404, path)
      }
    }))

  it.effect("the reference runs its own scripts and no others, and is not sent again either", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const answer = yield* app.call({ method: "GET", path: "/docs/reference" })
      const policy = answer.headers.get("content-security-policy") ?? ""
      assert.match(policy, /script-src 'sha256-\S+' 'sha256-\S+';/)
      assert.notMatch(policy, /script-src[^;]*unsafe|https?:/)
      const again = yield* app.call({
        method: "GET",
        path: "/docs/reference",
        headers: { "if-none-match": answer.headers.get("etag") ?? "" }
      })
      assert.strictEqual(again.status, 304)
    }))
})
