import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { UserId } from "../users/UserId.ts"

/** Something that does not add up, and whose it is. */
export const Disagreement = Schema.Struct({
  rule: Schema.Literals([
    "balance",
    "sequence",
    "chain",
    "expiring",
    "reserved",
    "charge",
    "reservation",
    "refund",
    "twice",
    "lease"
  ]),
  user_id: UserId
})
export type Disagreement = typeof Disagreement.Type

const Total = Schema.Struct({ account: Schema.String, balance: Column.bigint, accounts: Column.bigint })

/** Reads the tables of the ledger against each other. Writes nothing. */
export class LedgerCheckRepo extends Context.Service<LedgerCheckRepo, {
  /** What does not add up among the accounts that changed since, and those given: one statement, hence one moment. */
  disagreements(options: {
    readonly since: Column.Instant
    readonly users: ReadonlyArray<UserId>
    /** Reservations that were to end before this, and are still open. */
    readonly leasesBefore: Column.Instant
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<Disagreement>, DatabaseError>
  /** The balance of all users' accounts together and of each system account: their sum is zero. */
  readonly totals: Effect.Effect<ReadonlyArray<typeof Total.Type>, DatabaseError>
}>()("analytics-following/credits/LedgerCheckRepo") {
  static readonly layer = Layer.effect(
    LedgerCheckRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decode = rows("credit_accounts", Disagreement)
      const decodeTotals = rows("credit_entries", Total)

      const disagreements = Effect.fn("LedgerCheckRepo.disagreements")((
        { leasesBefore, limit, since, users }: Parameters<LedgerCheckRepo["Service"]["disagreements"]>[0]
      ) =>
        decode(sql`
          WITH looked AS (
            SELECT * FROM credit_accounts WHERE updated_at >= ${since} OR user_id = ANY (${users}::uuid[])
          ), entries AS (
            SELECT e.*, coalesce(lag(e.balance_after) OVER account, 0) AS balance_before, row_number() OVER account AS position
            FROM credit_entries AS e JOIN looked USING (user_id)
            WINDOW account AS (PARTITION BY e.user_id ORDER BY e.sequence)
          ), held AS (
            SELECT r.user_id, sum(r.amount) AS amount FROM credit_reservations AS r JOIN looked USING (user_id)
            WHERE r.status = 'open' GROUP BY r.user_id
          ), sums AS (
            SELECT user_id, sum(amount) AS balance, count(*) AS entries FROM entries GROUP BY user_id
          ), latest AS (
            SELECT DISTINCT ON (user_id) user_id, expiring_after FROM entries ORDER BY user_id, sequence DESC
          )
          SELECT 'balance' AS rule, user_id FROM looked LEFT JOIN sums USING (user_id)
          WHERE looked.balance <> coalesce(sums.balance, 0)
          UNION ALL
          SELECT 'sequence', user_id FROM looked LEFT JOIN sums USING (user_id)
          WHERE looked.last_sequence <> coalesce(sums.entries, 0)
          UNION ALL
          SELECT 'chain', user_id FROM entries WHERE balance_after <> balance_before + amount OR sequence <> position
          UNION ALL
          SELECT 'expiring', user_id FROM looked LEFT JOIN latest USING (user_id)
          WHERE looked.expiring <> coalesce(latest.expiring_after, 0)
          UNION ALL
          SELECT 'reserved', user_id FROM looked LEFT JOIN held USING (user_id) WHERE looked.reserved <> coalesce(held.amount, 0)
          UNION ALL
          SELECT 'charge', e.user_id FROM entries AS e WHERE e.kind = 'charge' AND NOT EXISTS (
            SELECT 1 FROM credit_reservations AS r
            WHERE r.entry_id = e.id AND r.id = e.reservation_id AND r.user_id = e.user_id AND r.status = 'committed' AND r.amount = -e.amount
          )
          UNION ALL
          SELECT 'reservation', r.user_id FROM credit_reservations AS r JOIN looked USING (user_id)
          WHERE r.status = 'committed' AND r.amount > 0 AND NOT EXISTS (
            SELECT 1 FROM entries AS e WHERE e.id = r.entry_id AND e.kind = 'charge' AND e.reservation_id = r.id AND e.amount = -r.amount
          )
          UNION ALL
          SELECT 'refund', e.user_id FROM entries AS e WHERE e.kind = 'refund' AND NOT EXISTS (
            SELECT 1 FROM entries AS c WHERE c.kind = 'charge' AND c.reservation_id = e.reservation_id AND c.amount = -e.amount
          )
          UNION ALL
          SELECT 'twice', one.user_id FROM credit_reservations AS one JOIN looked USING (user_id)
          JOIN credit_reservations AS other ON other.user_id = one.user_id AND other.action = one.action AND other.subject = one.subject
            AND other.quantity = one.quantity AND other.id <> one.id AND other.created_at <= one.settled_at
            AND other.settled_at >= one.settled_at
          WHERE one.status = 'committed' AND one.amount > 0 AND other.status = 'committed' AND other.amount > 0
          UNION ALL
          SELECT 'lease', user_id FROM credit_reservations WHERE status = 'open' AND expires_at < ${leasesBefore}
          LIMIT ${limit}`)
      )

      const totals = Effect.suspend(() =>
        decodeTotals(sql`
          SELECT 'users' AS account, coalesce(sum(balance), 0)::bigint AS balance, count(*) AS accounts FROM credit_accounts
          UNION ALL
          SELECT counter_account, -sum(amount)::bigint, 1 FROM credit_entries GROUP BY counter_account`)
      )

      return { disagreements, totals }
    })
  )
}
