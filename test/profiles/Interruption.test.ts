import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

/** Keeps what writes `vendor_absences` waiting until `act` has ended, which is given that one does. It must still be waiting then. */
const whileOneWaits = Effect.fnUntraced(function*<E, R>(act: (begun: Effect.Effect<void>) => Effect.Effect<void, E, R>) {
  const sql = yield* SqlClient
  // Not in the transaction, which sees the activity of its start for ever.
  const waiting = Effect.orDie((yield* ReadSql)`
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%vendor_absences%'`)
  yield* sql.withTransaction(Effect.gen(function*() {
    yield* sql`LOCK TABLE vendor_absences IN SHARE MODE`
    yield* act(Effect.asVoid(until(waiting, (found) => found.length === 1)))
    for (let i = 0; i < 200; i++) yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
    assert.lengthOf(yield* waiting, 1, "still being written")
  }))
})

const absences = (username: string) =>
  Effect.flatMap(SqlClient, (sql) => sql`SELECT 1 FROM vendor_absences WHERE target = 'profile' AND query = ${username}`)

layer(TestApp.layer(), { excludeTestServices: true })("what follows from an answer is not cut off", (it) => {
  it.effect("by the news that the fetch has ended, which its own commit gives", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      const front = yield* VendorFront
      front.hold("there.after.all")
      const asking = yield* Effect.forkChild(user.get("/profile/there.after.all"))
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("there.after.all"))
      // Another process was told meanwhile that nobody has the name.
      yield* sql`
        INSERT INTO vendor_absences (target, query, evidence, seen_at, expires_at)
        VALUES ('profile', 'there.after.all', 'user_null', now(), now() + interval '1 day')`
      yield* whileOneWaits((begun) =>
        Effect.gen(function*() {
          front.release("there.after.all")
          yield* begun
          // Answered while the work still waits: the end was heard.
          assert.strictEqual((yield* Fiber.join(asking)).status, 200)
        })
      )
      yield* until(absences("there.after.all"), (found) => found.length === 0)
    }))

  it.effect("by whoever waits no longer: that an account is gone is remembered, and answered", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const front = yield* VendorFront
      yield* user.get("/profile/gone.cut")
      app.clock.advance("2 minutes")
      front.says("gone.cut", { data: { user: null } })
      yield* whileOneWaits((begun) =>
        Effect.gen(function*() {
          const { href } = (yield* user.post("/profile/gone.cut/refresh", { prefer: "wait=0" })).json<{ href: string }>()
          yield* begun
          const left = yield* app.call({ method: "DELETE", path: href, headers: { authorization: `Bearer ${user.token}` } })
          assert.strictEqual(left.status, 204)
        })
      )
      yield* until(absences("gone.cut"), (found) => found.length === 1)
      // What was cached of it goes after the absence is written.
      yield* until(user.get("/profile/gone.cut"), ({ status }) => status === 404)
    }))
})
