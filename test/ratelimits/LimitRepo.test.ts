import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as LimitRepo from "../../src/ratelimits/LimitRepo.ts"
import { LimitStore, type Take } from "../../src/ratelimits/LimitStore.ts"
import { TestApp } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

const asked: Take = { key: "burst:ada", window: 7, limit: 100, needed: 1, endsIn: 60_000 }

layer(TestDatabase.layer, { excludeTestServices: true })("counts in PostgreSQL", (it) => {
  const store = Effect.map(Layer.build(LimitRepo.layer({ timeout: "10 seconds" })), (built) => {
    const { take } = Context.get(built, LimitStore)
    return (given: Partial<Take>) => take === undefined ? Effect.die("no store") : Effect.orDie(take({ ...asked, ...given }))
  })

  it.effect("give what is needed or nothing, a little ahead while much is left, and say what is left", () =>
    Effect.gen(function*() {
      const take = yield* store
      assert.deepStrictEqual(yield* take({ needed: 60 }), { units: 60, left: 40 })
      assert.deepStrictEqual(yield* take({ needed: 41 }), { units: 0, left: 40 })
      assert.deepStrictEqual(yield* take({ needed: 40 }), { units: 40, left: 0 })
      assert.deepStrictEqual(yield* take({}), { units: 0, left: 0 })
      assert.deepStrictEqual(yield* take({ window: 8 }), { units: 1, left: 99 }, "another window")
      assert.deepStrictEqual(yield* take({ key: "burst:charles", needed: 101 }), { units: 0, left: 100 }, "never so many")
      assert.deepStrictEqual(yield* take({ key: "daily:ada", limit: 10_001 }), { units: 21, left: 9980 })
      assert.deepStrictEqual(yield* take({ limit: 50 }), { units: 0, left: 0 }, "a smaller plan")
    }))

  it.effect("keep neither whose they are nor what has ended", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`
        INSERT INTO rate_limit_windows (key, period, used, given, ends_at)
        SELECT repeat('a', 43), i, 1, 1, now() - interval '10 seconds' FROM generate_series(1, 2500) AS i`
      const take = yield* store
      yield* take({ key: "burst:00000000-0000-4000-8000-000000000001" })
      yield* until(sql<{ n: number }>`SELECT count(*)::integer AS n FROM rate_limit_windows WHERE ends_at < now()`, ([row]) =>
        row?.n === 0)
      const kept = JSON.stringify(yield* sql`SELECT * FROM rate_limit_windows`)
      assert.notInclude(kept, "00000000-0000")
    }))
})

layer(
  TestApp.layer({ settings: { RATE_LIMIT_FACTOR: "0.1", RATE_LIMIT_STORE: "postgres" } }),
  { excludeTestServices: true }
)("with RATE_LIMIT_STORE=postgres", (it) => {
  it.effect("the limit is answered with 429 by counts that other processes see, and what is asked goes on being answered while they are away", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* (yield* TestApp).newUser
      // Until the keys that sign tokens are known.
      yield* until(user.get("/me"), ({ status }) => status === 200)
      const answers = yield* Effect.forEach(Array.from({ length: 40 }), () => user.get("/me"), { concurrency: 4 })
      assert.isAtMost(answers.filter(({ status }) => status === 200).length, 30)
      assert.isAtLeast(answers.filter(({ status }) => status === 429).length, 10)
      const [row] = yield* sql<{ used: number }>`SELECT max(used) AS used FROM rate_limit_windows`
      assert.isAtLeast(row?.used ?? 0, 30)
      yield* sql`ALTER TABLE rate_limit_windows RENAME TO away`
      const other = yield* (yield* TestApp).newUser
      assert.strictEqual((yield* other.get("/me")).status, 200)
      yield* sql`ALTER TABLE away RENAME TO rate_limit_windows`
    }))
})
