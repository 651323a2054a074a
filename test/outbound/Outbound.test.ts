import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { Outbound, type OutboundOptions } from "../../src/outbound/Outbound.ts"
import { NameNotResolved, Resolver } from "../../src/outbound/Resolver.ts"
import { Receiver } from "../support/Receiver.ts"
import { until } from "../support/until.ts"

const asked: Array<string> = []

/** Gives one answer after the other, as a name does that is being rebound. */
const rebinding = (...answers: ReadonlyArray<ReadonlyArray<string>>) =>
  Layer.sync(Resolver, () => {
    let turn = 0
    asked.length = 0
    return {
      resolve: (hostname: string) =>
        Effect.suspend(() => {
          asked.push(hostname)
          const answer = answers[Math.min(turn++, answers.length - 1)] ?? []
          return answer.length === 0 ? Effect.fail(new NameNotResolved()) : Effect.succeed(answer)
        })
    }
  })

const post = (url: string, options: Partial<OutboundOptions>, resolver = rebinding(["127.0.0.1"])) =>
  Outbound.use((outbound) => outbound.post(url, { "x-probe": "1" }, "body")).pipe(
    Effect.provide(Outbound.layerNoDeps({ allowPrivate: true, timeout: "15 seconds", ...options }).pipe(Layer.provide(resolver)))
  )

const reasonOf = (...call: Parameters<typeof post>) => Effect.map(Effect.flip(post(...call)), ({ reason }) => reason)

describe("a call to a user's address", () => {
  it.effect("arrives as it was sent, and tells status and Retry-After", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      receiver.answer((response) => response.writeHead(503, { "retry-after": "7" }).end("x".repeat(1_000_000)))
      const answer = yield* post(`${receiver.url}/hook?a=1`, {})
      assert.deepStrictEqual(answer, { status: 503, retryAfter: "7" })
      assert.deepStrictEqual([receiver.received[0]?.path, receiver.received[0]?.body], ["/hook?a=1", "body"])
      assert.strictEqual(receiver.received[0]?.headers["x-probe"], "1")
    }))

  it.effect("connects to the address that was checked, whatever the name says a moment later", () =>
    Effect.gen(function*() {
      const good = yield* Receiver.make("127.0.0.1")
      const evil = yield* Receiver.make("127.0.0.2", good.port)
      const permits = (address: string) => address === "127.0.0.1"
      yield* post(`http://rebound.example:${good.port}/`, { permits }, rebinding(["127.0.0.1"], ["127.0.0.2"]))
      assert.deepStrictEqual(asked, ["rebound.example"], "it is asked once")
      assert.deepStrictEqual([good.received.length, evil.received.length], [1, 0])
      const reason = yield* reasonOf(`http://rebound.example:${good.port}/`, { permits }, rebinding(["127.0.0.2"]))
      assert.deepStrictEqual([reason, evil.received.length], ["address_refused", 0])
    }))

  it.effect("refuses a name when one of its addresses is on the inside, without connecting to any", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      const permits = (address: string) => address === "127.0.0.1"
      const mixed = rebinding(["127.0.0.1", "10.0.0.1"])
      assert.strictEqual(yield* reasonOf(`http://mixed.example:${receiver.port}/`, { permits }, mixed), "address_refused")
      assert.lengthOf(receiver.received, 0)
    }))

  it.effect("refuses what names resolve to on the inside, in every form", () =>
    Effect.gen(function*() {
      for (
        const address of [
          "127.0.0.1",
          "10.1.2.3",
          "169.254.169.254",
          "::1",
          "::ffff:127.0.0.1",
          "64:ff9b::7f00:1",
          "fd00:ec2::254"
        ]
      ) {
        const reason = yield* reasonOf("https://hooks.example.com/", { allowPrivate: false }, rebinding([address]))
        assert.strictEqual(reason, "address_refused", address)
      }
    }))

  it.effect("does not resolve what is an address already, and checks it all the same", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      const reason = yield* reasonOf(`${receiver.url}/`, { permits: () => false })
      assert.deepStrictEqual([reason, asked, receiver.received.length], ["address_refused", [], 0])
    }))

  it.effect("takes a redirect for an answer and does not follow it", () =>
    Effect.gen(function*() {
      const [receiver, other] = [yield* Receiver.make(), yield* Receiver.make()]
      receiver.answer((response) => response.writeHead(307, { location: other.url }).end())
      assert.strictEqual((yield* post(receiver.url, {})).status, 307)
      assert.lengthOf(other.received, 0)
    }))

  it.effect("ends after its time, whether no answer comes or one that never ends", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      for (const begin of [false, true]) {
        receiver.answer((response) => {
          if (begin) response.writeHead(200).write("x")
        })
        const before = receiver.received.length
        const call = yield* Effect.forkChild(reasonOf(receiver.url, {}))
        yield* until(Effect.sync(() => receiver.received.length), (count) => count > before)
        yield* TestClock.adjust("14 seconds")
        assert.isUndefined(call.pollUnsafe())
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual(yield* Fiber.join(call), "timeout")
      }
    }))

  it.effect("says why there is no answer, and nothing of what is inside", () =>
    Effect.gen(function*() {
      const receiver = yield* Receiver.make()
      assert.strictEqual(yield* reasonOf("http://gone.example/", {}, rebinding([])), "name_not_resolved")
      receiver.answer((response) => response.destroy())
      assert.strictEqual(yield* reasonOf(receiver.url, {}), "connection_failed")
      const failure = yield* Effect.flip(post(receiver.url, {}))
      assert.deepStrictEqual(JSON.parse(JSON.stringify(failure)), { _tag: "OutboundFailed", reason: "connection_failed" })
    }))
})
