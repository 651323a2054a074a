import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Credits } from "../../src/credits/Credits.ts"
import { LedgerCheck } from "../../src/credits/LedgerCheck.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { creditsLayer } from "./support.ts"

/** An account with two charges, one of them given back, and a reservation that is open. */
const lively = Effect.gen(function*() {
  const credits = yield* Credits
  const user = yield* insertUser
  const [one, two] = yield* Effect.forEach(
    ["one", "two"],
    (subject) => credits.reserve(user, { action: "profile_unlock", subject })
  )
  yield* credits.commit(one!)
  yield* credits.commit(two!)
  yield* credits.refund(user, two!.id, "test")
  yield* credits.reserve(user, { action: "profile_unlock", subject: "three" })
  return user
})

const rulesBroken = (user: string) =>
  LedgerCheckRepo.use((repo) =>
    Effect.map(
      repo.disagreements({ since: instantOf(0), users: [], leasesBefore: instantOf(Date.now()), limit: 1000 }),
      (found) => [...new Set(found.filter((one) => one.user_id === user).map(({ rule }) => rule))].sort()
    )
  )

const room = Layer.merge(LedgerCheck.layer, LedgerCheckRepo.layer).pipe(
  Layer.provideMerge(creditsLayer()),
  Layer.provideMerge(TestDatabase.layer)
)

layer(room, { excludeTestServices: true })("the check of the ledger", (it) => {
  const spoilt: ReadonlyArray<readonly [sql: string, ...rules: ReadonlyArray<string>]> = [
    ["UPDATE credit_accounts SET balance = balance + 1 WHERE user_id = $user", "balance"],
    ["UPDATE credit_accounts SET last_sequence = last_sequence + 1 WHERE user_id = $user", "sequence"],
    ["UPDATE credit_accounts SET expiring = 0 WHERE user_id = $user", "expiring"],
    ["UPDATE credit_accounts SET reserved = 0 WHERE user_id = $user", "reserved"],
    ["DELETE FROM credit_entries WHERE user_id = $user AND sequence = 2", "balance", "chain", "reservation", "sequence"],
    [
      "UPDATE credit_entries SET amount = amount - 1 WHERE user_id = $user AND sequence = 2",
      "balance",
      "chain",
      "charge",
      "reservation"
    ],
    ["UPDATE credit_entries SET balance_after = balance_after + 1 WHERE user_id = $user AND sequence = 2", "chain"],
    ["UPDATE credit_reservations SET amount = 26 WHERE user_id = $user AND subject = 'one'", "charge", "reservation"],
    [
      "UPDATE credit_reservations SET status = 'released', entry_id = NULL WHERE user_id = $user AND subject = 'one'",
      "charge"
    ],
    ["UPDATE credit_entries SET reservation_id = gen_random_uuid() WHERE user_id = $user AND kind = 'refund'", "refund"],
    [
      "UPDATE credit_reservations SET subject = 'one', created_at = now() - interval '1 hour', settled_at = now() WHERE user_id = $user AND entry_id IS NOT NULL",
      "twice"
    ],
    ["UPDATE credit_reservations SET expires_at = now() - interval '1 day' WHERE user_id = $user AND status = 'open'", "lease"]
  ]

  it.effect("finds nothing where all is well", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* rulesBroken(yield* lively), [])
      const totals = yield* LedgerCheckRepo.use((repo) => repo.totals)
      assert.strictEqual(totals.reduce((sum, { balance }) => sum + balance, 0), 0)
      assert.sameMembers(totals.map(({ account }) => account), ["users", "issued", "revenue"])
    }))

  it.effect.each(spoilt)("finds what somebody did to the tables: %s", ([statement, ...rules]) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* lively
      const seen = yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
        yield* sql`SET LOCAL session_replication_role = replica`
        yield* sql.unsafe(statement.replace("$user", `'${user}'`))
        return yield* Effect.fail({ seen: yield* rulesBroken(user) })
      })))
      assert("seen" in seen, String(seen))
      assert.deepStrictEqual(seen.seen, [...rules].sort())
      assert.deepStrictEqual(yield* rulesBroken(user), [])
    }))

  it.effect("is shown as degraded until it is mended, though the account does not move meanwhile", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const check = yield* LedgerCheck
      const user = yield* lively
      assert.deepStrictEqual(yield* check.check, [])
      assert.deepStrictEqual(yield* check.state, { state: "up", reason: null })
      yield* sql`UPDATE credit_accounts SET balance = balance + 1 WHERE user_id = ${user}`
      assert.deepStrictEqual(yield* check.check, [{ rule: "balance", user_id: user }])
      yield* sql`UPDATE credit_accounts SET updated_at = now() - interval '2 days' WHERE user_id = ${user}`
      assert.deepStrictEqual(yield* check.check, [{ rule: "balance", user_id: user }])
      assert.deepInclude(yield* check.state, { state: "degraded" })
      yield* sql`UPDATE credit_accounts SET balance = balance - 1 WHERE user_id = ${user}`
      assert.deepStrictEqual(yield* check.check, [])
      assert.deepStrictEqual(yield* check.state, { state: "up", reason: null })
    }))
})
