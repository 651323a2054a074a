import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { answerKnown, type KnownAnswers } from "../../src/http/KnownAnswers.ts"

const body = new TextEncoder().encode("{\"known\":true}")

const known: KnownAnswers = ({ url }) => {
  if (url === "/known") return { headers: { etag: "\"a\"" }, body }
  if (url === "/unchanged") return { headers: { etag: "\"a\"" }, body: null }
  return url === "/wrong" ? { headers: { etag: "not\na header" }, body } : undefined
}

const application = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer((_, response) => {
      response.writeHead(418).end("the application")
    })
    await once(server.listen(0, "127.0.0.1"), "listening")
    return server
  }),
  (server) => Effect.sync(() => server.close().closeAllConnections())
)

const get = (server: Server, path: string, headers: Readonly<Record<string, string>> = {}) => {
  const address = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  return Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, { headers }))
}

const status = (server: Server, path: string, headers?: Readonly<Record<string, string>>) =>
  Effect.map(get(server, path, headers), (response) => response.status)

it.live("what is known is answered before the application, with the headers of every answer", () =>
  Effect.gen(function*() {
    const server = yield* application
    yield* answerKnown(server, known, { "x-sandbox": "true" })
    const answer = yield* get(server, "/known", { "x-request-id": "mine" })
    assert.strictEqual(answer.status, 200)
    assert.strictEqual(yield* Effect.promise(() => answer.text()), "{\"known\":true}")
    const { date: _, ...headers } = Object.fromEntries(answer.headers)
    assert.deepStrictEqual(headers, {
      connection: "keep-alive",
      "content-length": "14",
      "content-type": "application/json",
      etag: "\"a\"",
      "keep-alive": "timeout=5",
      "x-request-id": "mine",
      "x-sandbox": "true"
    })
    const unchanged = yield* get(server, "/unchanged", { "x-request-id": "not an id" })
    assert.strictEqual(unchanged.status, 304)
    assert.match(unchanged.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)
  }).pipe(Effect.scoped))

it.live("everything else takes the usual way, and so does all after the scope", () =>
  Effect.gen(function*() {
    const server = yield* application
    yield* Effect.scoped(Effect.gen(function*() {
      yield* answerKnown(server, known, {})
      assert.strictEqual(yield* status(server, "/other"), 418)
      assert.strictEqual(yield* status(server, "/known", { origin: "https://app.invalid" }), 418, "CORS is the application's")
      assert.strictEqual(yield* status(server, "/wrong"), 418, "a defect is reported by the application")
      assert.strictEqual(yield* status(server, "/known"), 200)
    }))
    assert.strictEqual(yield* status(server, "/known"), 418)
  }).pipe(Effect.scoped))
