import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Fiber, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { Deliverer } from "../../src/webhooks/Deliverer.ts"
import { waits } from "../../src/webhooks/RetrySchedule.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import { Receiver } from "../support/Receiver.ts"
import { until } from "../support/until.ts"
import { clearDeliveries, deliverDue, emit, inVirtualTime, rooms, signedByLibrary, subscribed, verified } from "./support.ts"

const everything = { status: undefined, after: undefined, limit: 100 }

layer(rooms, { excludeTestServices: true })("a delivery", (it) => {
  /** A receiver, a webhook of a new user at it, and what is told of it; with nothing left of the tests before. */
  const setUp = Effect.gen(function*() {
    yield* clearDeliveries
    const receiver = yield* Receiver.make()
    const hook = yield* subscribed(`${receiver.url}/hook`)
    const webhooks = yield* Webhooks
    const log = webhooks.deliveries(hook.user, hook.id, everything)
    return { receiver, hook, webhooks, log, one: Effect.map(log, ([first]) => first) }
  })

  it.effect("arrives signed, as the official library verifies it, and is written down", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      yield* emit(hook.user, "j1")
      assert.strictEqual(yield* deliverDue, 1)
      const [received] = receiver.received
      assert(received !== undefined)
      const body = verified(hook.secret, received)
      assert.deepInclude(body, { type: "job.finished" })
      assert.strictEqual(received.headers["content-type"], "application/json")
      const entry = yield* one
      assert.strictEqual(received.headers["webhook-id"], entry?.id)
      assert.deepStrictEqual(entry?.payload, body)
      assert.deepInclude(entry, { status: "succeeded", attempts: 1, last_status: 204, last_failure: null, next_attempt_at: null })
      assert.isNotNull(entry?.delivered_at)
      assert.throws(() => verified(`whsec_${Buffer.alloc(32).toString("base64")}`, received))
      assert.throws(() => verified(hook.secret, { ...received, body: received.body.replace("succeeded", "failed") }))
      assert.strictEqual(yield* deliverDue, 0, "once")
    })))

  it.effect("is signed with both secrets while they overlap, and with the new one after", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, receiver, webhooks } = yield* setUp
      const rotated = yield* webhooks.rotate(hook.user, hook.id, 24)
      const next = Redacted.value(rotated.secret)
      yield* emit(hook.user, "j1")
      yield* deliverDue
      const [during] = receiver.received
      assert(during !== undefined)
      verified(hook.secret, during)
      verified(next, during)
      yield* TestClock.adjust("24 hours")
      yield* emit(hook.user, "j2")
      yield* deliverDue
      const after = receiver.received[1]
      assert(after !== undefined)
      assert.strictEqual(after.headers["webhook-signature"], signedByLibrary(next, after))
      const leaked = yield* webhooks.rotate(hook.user, hook.id, 0)
      yield* emit(hook.user, "j3")
      yield* deliverDue
      const last = receiver.received[2]
      assert(last !== undefined)
      assert.strictEqual(last.headers["webhook-signature"], signedByLibrary(Redacted.value(leaked.secret), last))
    })))

  it.effect("that is refused comes again on the schedule, under the same id and signed anew, and fails after the last", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      receiver.answer((response) => response.writeHead(500).end("whatever it says"))
      yield* emit(hook.user, "j1")
      assert.strictEqual(yield* deliverDue, 1)
      for (const wait of waits) {
        const before = yield* one
        assert.deepInclude(before, { status: "pending", last_status: 500, last_failure: "refused" })
        const due = Date.parse(before?.next_attempt_at ?? "") - (yield* Clock.currentTimeMillis)
        yield* TestClock.adjust(due - 1)
        assert.strictEqual(yield* deliverDue, 0, `not before ${wait}`)
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* deliverDue, 1, wait)
      }
      const end = yield* one
      assert.deepInclude(end, { status: "failed", attempts: 10, next_attempt_at: null, last_failure: "refused" })
      assert.lengthOf(receiver.received, 10)
      assert.lengthOf(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])), 1)
      for (const received of receiver.received) {
        assert.strictEqual(received.headers["webhook-signature"], signedByLibrary(hook.secret, received))
      }
      assert.notInclude(JSON.stringify(end), "whatever")
    })))

  it.effect("comes again no sooner than the receiver asks", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      receiver.answer((response) => response.writeHead(429, { "retry-after": "3600" }).end())
      yield* emit(hook.user, "j1")
      yield* deliverDue
      const now = yield* Clock.currentTimeMillis
      assert.strictEqual(Date.parse((yield* one)?.next_attempt_at ?? "") - now, 3_600_000)
    })))

  it.effect("can be replayed, whatever became of it, under its id", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver, webhooks } = yield* setUp
      yield* emit(hook.user, "j1")
      yield* deliverDue
      const first = yield* one
      assert(first !== undefined)
      const queued = yield* webhooks.replay(hook.user, hook.id, first.id)
      assert.deepInclude(queued, { id: first.id, status: "pending", attempts: 1 })
      assert.strictEqual(yield* deliverDue, 1)
      assert.deepInclude(yield* one, { status: "succeeded", attempts: 2 })
      assert.deepStrictEqual(receiver.received.map(({ headers }) => headers["webhook-id"]), [first.id, first.id])
      assert.strictEqual(receiver.received[0]?.body, receiver.received[1]?.body)
    })))

  it.effect("answered by 410 switches the webhook off, and nothing that waits is sent", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, log, receiver, webhooks } = yield* setUp
      receiver.answer((response) => response.writeHead(410).end())
      yield* emit(hook.user, "j1")
      yield* emit(hook.user, "j2")
      const deliverer = yield* Deliverer
      for (const { attempt } of yield* deliverer.take(1, 1)) yield* attempt
      assert.deepInclude(yield* webhooks.get(hook.user, hook.id), { status: "disabled", disabled_reason: "gone" })
      assert.strictEqual(yield* deliverDue, 0)
      assert.lengthOf(receiver.received, 1)
      assert.sameMembers((yield* log).map(({ last_failure }) => last_failure), ["refused", "endpoint_disabled"])
      assert.strictEqual((yield* Effect.flip(webhooks.test(hook.user, hook.id)))._tag, "WebhookDisabled")
      yield* emit(hook.user, "j3")
      assert.lengthOf(yield* log, 2, "what is off is told nothing")
      receiver.answer((response) => response.writeHead(204).end())
      yield* webhooks.change({ id: hook.user, role: "user" }, hook.id, { status: "active" })
      yield* webhooks.test(hook.user, hook.id)
      assert.strictEqual(yield* deliverDue, 1)
    })))

  it.effect("that nobody has accepted for five days switches the webhook off; one that is accepted sets the days back", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, receiver, webhooks } = yield* setUp
      const state = webhooks.get(hook.user, hook.id)
      const sendOne = Effect.gen(function*() {
        const { id } = yield* webhooks.test(hook.user, hook.id)
        const sql = yield* SqlClient
        yield* deliverDue
        yield* sql`DELETE FROM webhook_deliveries WHERE id = ${id}`
      })
      receiver.answer((response) => response.writeHead(500).end())
      yield* sendOne
      const since = (yield* state).failing_since
      assert.isNotNull(since)
      yield* TestClock.adjust("4 days")
      yield* sendOne
      assert.deepInclude(yield* state, { status: "active", failing_since: since })
      receiver.answer((response) => response.writeHead(200).end())
      yield* sendOne
      assert.isNull((yield* state).failing_since)
      receiver.answer((response) => response.writeHead(500).end())
      yield* sendOne
      yield* TestClock.adjust("4 days")
      yield* sendOne
      assert.deepInclude(yield* state, { status: "active" })
      yield* TestClock.adjust("1 days")
      yield* sendOne
      assert.deepInclude(yield* state, { status: "disabled", disabled_reason: "failing" })
    })))

  it.effect("is made again a minute later, under the same id, when the worker died over it; what the dead one says no longer counts", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      const deliverer = yield* Deliverer
      yield* emit(hook.user, "j1")
      const [dead] = yield* deliverer.take(10, 10)
      assert(dead !== undefined)
      receiver.answer(() => {})
      const killed = yield* Effect.forkChild(dead.attempt)
      yield* until(Effect.sync(() => receiver.received.length), (count) => count === 1)
      yield* Fiber.interrupt(killed)
      receiver.answer((response) => response.writeHead(204).end())
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* deliverDue, 0)
      yield* TestClock.adjust("1 seconds")
      const [next] = yield* deliverer.take(10, 10)
      assert(next !== undefined)
      receiver.answer((response) => response.writeHead(500).end())
      yield* dead.attempt
      receiver.answer((response) => response.writeHead(204).end())
      assert.deepInclude(yield* one, { status: "pending", last_status: null })
      yield* next.attempt
      receiver.answer((response) => response.writeHead(500).end())
      yield* dead.attempt
      assert.deepInclude(yield* one, { status: "succeeded", attempts: 2, last_status: 204 })
      assert.lengthOf(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])), 1)
    })))

  it.effect("is one worker's alone, however many take at once", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, log, receiver } = yield* setUp
      for (let i = 0; i < 60; i++) yield* emit(hook.user, `j${i}`)
      const deliverer = yield* Deliverer
      const worker = Effect.gen(function*() {
        for (;;) {
          const taken = yield* deliverer.take(7, 100)
          if (taken.length === 0) return
          yield* Effect.forEach(taken, ({ attempt }) => attempt, { concurrency: "unbounded" })
        }
      })
      yield* Effect.all([worker, worker, worker, worker], { concurrency: "unbounded" })
      const ids = receiver.received.map(({ headers }) => headers["webhook-id"])
      assert.deepStrictEqual([ids.length, new Set(ids).size], [60, 60])
      assert.isTrue((yield* log).every(({ attempts, status }) => status === "succeeded" && attempts === 1))
    })))

  it.effect("does not wait for an endpoint that is slow, which has four under way at most among all workers", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook: slow } = yield* setUp
      const quick = yield* subscribed((yield* Receiver.make()).url)
      const deliverer = yield* Deliverer
      for (let i = 0; i < 600; i++) yield* emit(slow.user, `j${i}`)
      yield* TestClock.adjust(1)
      yield* emit(quick.user, "j")
      const rounds = yield* Effect.all([deliverer.take(20, 4), deliverer.take(20, 4), deliverer.take(20, 4)], {
        concurrency: "unbounded"
      })
      const endpoints = rounds.flat().map(({ delivery }) => delivery.endpoint_id)
      assert.strictEqual(endpoints.filter((id) => id === slow.id).length, 4)
      assert.strictEqual(endpoints.filter((id) => id === quick.id).length, 1)
    })))

  it.effect("to an address on the inside is not made, and says so in the log", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      const sql = yield* SqlClient
      yield* sql`UPDATE webhook_endpoints SET url = ${`ftp://127.0.0.1:${receiver.port}`} WHERE id = ${hook.id}`
      yield* emit(hook.user, "j1")
      yield* deliverDue
      assert.deepInclude(yield* one, { status: "pending", last_failure: "address_refused", last_status: null })
      assert.lengthOf(receiver.received, 0)
    })))

  it.effect("of a user who was suspended meanwhile is not made", () =>
    inVirtualTime(Effect.gen(function*() {
      const { hook, one, receiver } = yield* setUp
      const sql = yield* SqlClient
      yield* emit(hook.user, "j1")
      yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${hook.user}`
      yield* deliverDue
      assert.deepInclude(yield* one, { status: "failed", last_failure: "endpoint_disabled" })
      yield* emit(hook.user, "j2")
      assert.strictEqual(yield* deliverDue, 0, "and is told nothing more")
      assert.lengthOf(receiver.received, 0)
    })))
})
