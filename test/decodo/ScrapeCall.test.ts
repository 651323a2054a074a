import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Redacted } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import * as DecodoHttp from "../../src/decodo/DecodoHttp.ts"
import { unguarded } from "./fakeVendor.ts"
import { body, content, userObject } from "./samples.ts"

/** A real server, so that limits and connections are real too. */
const server = (handler: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: Effect.Effect<void> }>((resume) => {
      const server = createServer(handler).listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = Effect.sync(() => {
          server.closeAllConnections()
          server.close()
        })
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close }))
      })
    }),
    (server) => server.close
  )

const fetchFrom = (baseUrl: string, options: Partial<DecodoHttp.DecodoHttpOptions> = {}) =>
  DecodoClient.use((client) => client.fetchProfile("sample.studio")).pipe(
    Effect.provide(
      DecodoHttp.layer({
        baseUrl,
        username: "user",
        password: Redacted.make("secret"),
        maxResponseBytes: 1_000_000,
        retry: { attempts: 1 },
        ...options
      }).pipe(Layer.provide([FetchHttpClient.layer, unguarded]))
    )
  )

const reasonOf = (baseUrl: string, options?: Partial<DecodoHttp.DecodoHttpOptions>) =>
  Effect.map(Effect.flip(fetchFrom(baseUrl, options)), (error) => error.reason)

describe("over a real connection", () => {
  it.live("a profile arrives", () =>
    Effect.gen(function*() {
      const vendor = yield* server((_, response) => response.end(body(content(userObject()))))
      const result = yield* fetchFrom(vendor.url)
      assert.strictEqual(result.profile.followers_count, 12_000)
    }))

  it.live("an answer without end is cut at the limit, and its connection closed", () =>
    Effect.gen(function*() {
      const closed = Deferred.makeUnsafe<number>()
      const vendor = yield* server((_, response) => {
        const chunk = Buffer.alloc(64 * 1024, "x")
        let sent = 0
        const send = () => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length
        }
        response.on("drain", send).on("close", () => Deferred.doneUnsafe(closed, Effect.succeed(sent)))
        send()
      })
      assert.deepInclude(yield* reasonOf(vendor.url), { _tag: "ContractBroken", kind: "too_large" })
      assert.isBelow(yield* Deferred.await(closed), 20_000_000)
    }))

  it.live("a small answer that unpacks to a large one is cut at the limit", () =>
    Effect.gen(function*() {
      const bomb = gzipSync(Buffer.alloc(50_000_000, "x"))
      const vendor = yield* server((_, response) => response.setHeader("content-encoding", "gzip").end(bomb))
      assert.deepInclude(yield* reasonOf(vendor.url), { kind: "too_large" })
    }))

  it.live("a redirect is not followed: the credentials stay where they were meant for", () =>
    Effect.gen(function*() {
      let reached = 0
      const elsewhere = yield* server((_, response) => {
        reached++
        response.end()
      })
      const vendor = yield* server((_, response) => response.writeHead(307, { location: `${elsewhere.url}/v2/scrape` }).end())
      assert.deepInclude(yield* reasonOf(vendor.url), { _tag: "RequestRejected", status: 307 })
      assert.strictEqual(reached, 0)
    }))

  it.live("a time-out closes the connection", () =>
    Effect.gen(function*() {
      const closed = Deferred.makeUnsafe<void>()
      const vendor = yield* server((_, response) => {
        response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      })
      assert.deepInclude(yield* reasonOf(vendor.url, { timeout: "50 millis" }), { _tag: "Timeout" })
      yield* Deferred.await(closed)
    }))

  it.live("a connection that breaks half way, or is refused, is a failed one", () =>
    Effect.gen(function*() {
      const vendor = yield* server((_, response) => {
        response.writeHead(200, { "content-length": "1000" }).write("{")
        setImmediate(() => response.destroy())
      })
      assert.deepInclude(yield* reasonOf(vendor.url), { _tag: "ConnectionFailed" })
      yield* vendor.close
      assert.deepInclude(yield* reasonOf(vendor.url), { _tag: "ConnectionFailed" })
    }))
})
