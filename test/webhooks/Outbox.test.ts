import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import type { Finding, Report } from "../../src/alignment/Finding.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import type { ProfileId } from "../../src/profiles/Profile.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { Deliverer } from "../../src/webhooks/Deliverer.ts"
import { Outbox } from "../../src/webhooks/Outbox.ts"
import { bodyOf } from "../../src/webhooks/WebhookEvents.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import { insertProfile, insertUser } from "../support/rows.ts"
import { clearDeliveries, emit, inVirtualTime, rooms, subscribed } from "./support.ts"

const url = "http://127.0.0.1:1/"

const written = Effect.flatMap(SqlClient, (sql) =>
  sql<{ user_id: string; event: string; data: Record<string, unknown> }>`
    SELECT user_id, event, payload -> 'data' AS data FROM webhook_deliveries ORDER BY created_at, id`)

const openWindow = Effect.fnUntraced(function*(user: UserId, profile: ProfileId, hours: number) {
  const sql = yield* SqlClient
  const now = yield* Clock.currentTimeMillis
  yield* sql`
    INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
    VALUES (${user}, ${profile}, ${instantOf(now - 86_400_000 * 31)}, ${instantOf(now + hours * 3_600_000)})
    ON CONFLICT (user_id, profile_id) DO UPDATE SET expires_at = excluded.expires_at`
})

const refreshed = Effect.fnUntraced(function*(profile: { readonly id: ProfileId; readonly username: string }) {
  const outbox = yield* Outbox
  yield* outbox.emit({
    type: "profile.refreshed",
    data: {
      profile_id: profile.id,
      username: profile.username,
      data_version: 2,
      refreshed_at: instantOf(yield* Clock.currentTimeMillis),
      href: `/profile/${profile.username}`
    }
  })
})

const finding = (fingerprint: string): Finding => ({
  fingerprint,
  code: "column_missing",
  severity: "breaks_reads",
  relation: "posts",
  object: "caption",
  columns: ["caption"],
  expected: "text",
  found: "absent",
  follows_from: null,
  touches: { routes: [], methods: [] },
  repair: { steps: [], preflight: null, decision: null, note: null }
})

const report = (...fingerprints: ReadonlyArray<string>): Report => ({
  status: fingerprints.length === 0 ? "aligned" : "drifted",
  checked_at: null,
  duration_ms: 1,
  server_version: 180000,
  findings: fingerprints.map(finding),
  notices: [],
  failure: null
})

layer(rooms, { excludeTestServices: true })("what is told", (it) => {
  it.effect("does not wait where the clock of the process that tells it is ahead", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const { user } = yield* subscribed(url)
      const now = yield* Clock.currentTimeMillis
      yield* TestClock.adjust("10 minutes")
      yield* emit(user, "ahead")
      yield* TestClock.setTime(now + 1000)
      assert.lengthOf(yield* Effect.flatMap(Deliverer, ({ take }) => take(1, 1)), 1)
    })))

  it.effect("is there when the transaction is, and not when it is not", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const transaction = yield* Transaction
      const { user } = yield* subscribed(url)
      yield* Effect.flip(transaction.run(Effect.andThen(emit(user, "undone"), Effect.fail("undone" as const))))
      assert.lengthOf(yield* written, 0)
      yield* transaction.run(emit(user, "done"))
      assert.lengthOf(yield* written, 1)
    })))

  it.effect("writes nothing for whom nobody listens, and nothing to who asked for something else", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const [silent, other] = [yield* insertUser, yield* subscribed(url, { events: ["access.expiring"] })]
      yield* emit(silent, "j")
      yield* emit(other.user, "j")
      assert.lengthOf(yield* written, 0)
    })))

  it.effect("a job's end is told once to each webhook, however often it is emitted", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const { user } = yield* subscribed(url)
      yield* subscribed(url, { user })
      yield* Effect.all([emit(user, "j"), emit(user, "j"), emit(user, "k")], { concurrency: "unbounded" })
      assert.lengthOf(yield* written, 4)
    })))

  it.effect("a refreshed profile is told to who holds open access to it, and to nobody else", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const profile = yield* insertProfile()
      const other = yield* insertProfile()
      const [holder, former, stranger] = [yield* subscribed(url), yield* subscribed(url), yield* subscribed(url)]
      yield* openWindow(holder.user, profile.id, 24)
      yield* openWindow(former.user, profile.id, -1)
      yield* openWindow(stranger.user, other.id, 24)
      yield* refreshed(profile)
      assert.deepStrictEqual((yield* written).map(({ event, user_id }) => ({ event, user_id })), [{
        event: "profile.refreshed",
        user_id: holder.user
      }])
    })))

  it.effect("access that ends within three days is told once for each end, and again when it was extended and ends again", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const outbox = yield* Outbox
      const { user } = yield* subscribed(url)
      const [soon, later] = [yield* insertProfile(), yield* insertProfile()]
      yield* openWindow(user, soon.id, 71)
      yield* openWindow(user, later.id, 73)
      yield* openWindow(yield* insertUser, soon.id, 1)
      assert.strictEqual(yield* outbox.announceExpiring(100), 1)
      assert.strictEqual(yield* outbox.announceExpiring(100), 0)
      const [told] = yield* written
      assert.deepInclude(told?.data, { profile_id: soon.id, username: soon.username, href: `/profile/${soon.username}` })
      const [{ payload } = { payload: undefined }] = yield* Effect.flatMap(
        SqlClient,
        (sql) => sql<{ payload: unknown }>`SELECT payload FROM webhook_deliveries`
      )
      yield* Schema.decodeUnknownEffect(bodyOf("access.expiring"), { onExcessProperty: "error" })(payload)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* outbox.announceExpiring(100), 1)
      yield* openWindow(user, soon.id, 720)
      yield* TestClock.adjust("28 days")
      assert.strictEqual(yield* outbox.announceExpiring(100), 1)
      assert.deepStrictEqual((yield* written).map(({ data }) => data["profile_id"]), [soon.id, later.id, soon.id])
    })))

  it.effect("access that ends is told in batches, and once though two workers look at the same time", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const outbox = yield* Outbox
      const { user } = yield* subscribed(url)
      for (let i = 0; i < 10; i++) yield* openWindow(user, (yield* insertProfile()).id, 1)
      const told = yield* Effect.all([outbox.announceExpiring(4), outbox.announceExpiring(4)], { concurrency: 2 })
      assert.isTrue(told.every((count) => count <= 4))
      while ((yield* outbox.announceExpiring(4)) > 0);
      assert.lengthOf(yield* written, 10)
    })))

  it.effect("a schema that drifts is told to administrators, once for each change however many processes see it", () =>
    inVirtualTime(Effect.gen(function*() {
      yield* clearDeliveries
      const outbox = yield* Outbox
      const sql = yield* SqlClient
      const webhooks = yield* Webhooks
      const [admin, user] = [yield* insertUser, yield* insertUser]
      const given = { url, events: ["schema.drift"] } as const
      assert.strictEqual(
        (yield* Effect.flip(webhooks.create({ id: user, role: "user" }, given)))._tag,
        "WebhookEventRefused"
      )
      yield* webhooks.create({ id: admin, role: "admin" }, given)
      assert.strictEqual(yield* outbox.announceDrift(report("a")), 0, "who is an administrator is read from the database")
      yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${admin}`
      assert.strictEqual(yield* outbox.announceDrift(report()), 0, "what is as it should be is no news")
      const seen = yield* Effect.all([1, 2, 3].map(() => outbox.announceDrift(report("a", "b"))), { concurrency: "unbounded" })
      assert.strictEqual(seen.reduce((sum, count) => sum + count, 0), 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* outbox.announceDrift(report("b", "a")), 0, "the same set in another order")
      assert.strictEqual(yield* outbox.announceDrift(report("a")), 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* outbox.announceDrift(report()), 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* outbox.announceDrift(report("a", "b")), 1)
      assert.deepStrictEqual((yield* written).map(({ data }) => [data["status"], data["total"]]), [
        ["drifted", 2],
        ["drifted", 1],
        ["aligned", 0],
        ["drifted", 2]
      ])
    })))
})
