import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { nodeServer } from "../../src/http/NodeServer.ts"
import { rawHttp } from "../support/rawHttp.ts"

describe("the server under the application", () => {
  const serve = Effect.gen(function*() {
    const limits = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 }
    const built = yield* Layer.build(NodeHttpServer.layerServer(() => nodeServer(limits), { host: "127.0.0.1", port: 0 }))
    const server = Context.get(built, HttpServer.HttpServer)
    yield* HttpServer.serveEffect(Effect.succeed(HttpServerResponse.text("here"))).pipe(Effect.provideContext(built))
    return HttpServer.formatAddress(server.address)
  })

  for (
    const [what, bytes, status] of [
      ["says nothing", "", 408],
      ["stops within its headers", "GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ", 408],
      ["has its answer and stops within its body", "POST /livez HTTP/1.1\r\nhost: x\r\ncontent-length: 90000\r\n\r\n{", 200]
    ] as const
  ) {
    it.effect(`lets go of a connection that ${what}`, () =>
      Effect.gen(function*() {
        const answer = yield* rawHttp(yield* serve, bytes)
        assert.strictEqual(answer.status, status)
        if (status === 200) return
        assert.strictEqual(answer.headers["content-type"], "application/problem+json")
        assert.strictEqual(JSON.parse(answer.body).type, "/problems/request-timeout")
      }))
  }

  it("bounds its connections and its patience", () => {
    const server = nodeServer()
    assert.strictEqual(server.maxConnections, 10_000)
    assert.strictEqual(server.headersTimeout, 10_000)
    assert.strictEqual(server.requestTimeout, 30_000)
  })
})
