import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { localOptions } from "../../src/database/Database.ts"
import { Signals } from "../../src/database/Signals.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

layer(TestDatabase.layer, { excludeTestServices: true })("signals", (it) => {
  it.effect("of several channels are heard over one connection, and again after it was lost", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { url } = yield* TestDatabase
      const heard: Array<string> = []
      yield* Effect.gen(function*() {
        const signals = yield* Signals
        for (const channel of ["one", "two", "three"]) {
          yield* signals.hear(channel, (payload) => Effect.sync(() => void heard.push(`${channel} ${payload}`)))
        }
        const say = (payload: string) =>
          sql`SELECT pg_notify(channel, ${payload}) FROM unnest('{one,two,three}'::text[]) AS given (channel)`
        const told = (payload: string) => ["one", "two", "three"].map((channel) => `${channel} ${payload}`)
        // Nobody says when the listening has begun.
        yield* until(say("hello"), () => told("hello").every((one) => heard.includes(one)))
        const listening = sql<{ pid: number }>`
          SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'`
        assert.lengthOf(yield* listening, 1)
        yield* sql`SELECT pg_terminate_backend(${(yield* listening)[0]?.pid ?? 0}::integer)`
        yield* until(say("again"), () => told("again").every((one) => heard.includes(one)))
        assert.lengthOf(yield* listening, 1)
      }).pipe(Effect.provide(Signals.layer(localOptions(Redacted.value(url)))), Effect.scoped)
    }))
})
