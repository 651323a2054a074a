import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { assert } from "vitest"
import type { Answer } from "../support/Contract.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

/** A caller whose account has so many credits, the rest of the month's grant being spent by a correction. */
export const userWith = Effect.fnUntraced(function*(credits: number) {
  const user = yield* (yield* TestApp).newUser
  yield* correctTo(user, credits)
  return user
})

/** Brings the balance to so many credits by a correction. */
export const correctTo = Effect.fnUntraced(function*(user: TestUser, credits: number) {
  const sql = yield* SqlClient
  const { balance } = (yield* user.get("/me/credits")).json<{ balance: number }>()
  yield* sql`
    WITH moved AS (
      UPDATE credit_accounts SET balance = ${credits}, expiring = least(expiring, ${credits}), last_sequence = last_sequence + 1
      WHERE user_id = ${user.id} RETURNING user_id, last_sequence, balance, expiring
    )
    INSERT INTO credit_entries (user_id, sequence, kind, counter_account, amount, balance_after, expiring_after, key, note)
    SELECT user_id, last_sequence, 'adjustment', 'adjustments', ${
    credits - balance
  }, balance, expiring, 'test:' || user_id || ':' || last_sequence, 'Spent elsewhere'
    FROM moved WHERE ${credits} <> ${balance}`
})

/** Status, `X-Credits-Charged` and `X-Credits-Remaining`. */
export const said = (
  answer: Answer
) => [answer.status, answer.headers.get("x-credits-charged"), answer.headers.get("x-credits-remaining")]

/** What must hold of an account whatever happened: every credit is an entry, and every window has its charge or its free reason. */
export const books = Effect.fnUntraced(function*(user: TestUser) {
  const sql = yield* SqlClient
  const [found] = yield* sql<
    { balance: number; reserved: number; sum: number; charges: number; windows: number; granted: number }
  >`
    SELECT balance::integer, reserved::integer,
      (SELECT coalesce(sum(amount), 0)::integer FROM credit_entries WHERE user_id = a.user_id) AS sum,
      (SELECT count(*)::integer FROM credit_entries WHERE user_id = a.user_id AND kind = 'charge') AS charges,
      (SELECT count(*)::integer FROM user_profile_access WHERE user_id = a.user_id) AS windows,
      (SELECT count(*)::integer FROM credit_reservations WHERE user_id = a.user_id AND status = 'committed'
        AND action = 'profile_unlock' AND (entry_id IS NOT NULL OR free_reason IS NOT NULL)) AS granted
    FROM credit_accounts AS a WHERE a.user_id = ${user.id}`
  if (found === undefined) return assert.fail("no account")
  assert.strictEqual(found.sum, found.balance)
  assert.strictEqual(found.reserved, 0, "nothing stays held")
  return found
})
