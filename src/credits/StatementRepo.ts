import { Context, Effect, Layer, Schema, Struct } from "effect"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { CreditEntry, EntryKind } from "./CreditEntry.ts"

/** An entry as its user sees it: what, when, why, about what, and the balance after it. `position` is where a next page continues. */
export const ListedEntry = Schema.Struct({
  ...Struct.pick(CreditEntry.fields, [
    "id",
    "sequence",
    "kind",
    "action",
    "amount",
    "balance_after",
    "subject",
    "note",
    "reservation_id",
    "created_at"
  ])
})

const Sum = Schema.Struct({
  kind: EntryKind,
  action: CreditEntry.fields.action,
  entries: Schema.Int,
  credits: Column.bigint
})

const Balances = Schema.Struct({ opening: Column.bigint, closing: Column.bigint })

/** What users read of the ledger. Writes nothing. */
export class StatementRepo extends Context.Service<StatementRepo, {
  /** Latest first, those before a sequence. */
  list(user: UserId, page: { readonly before: number | undefined; readonly limit: number }): Effect.Effect<
    ReadonlyArray<typeof ListedEntry.Type>,
    DatabaseError
  >
  /** Sums by kind and action within a time. */
  sums(user: UserId, from: Column.Instant, to: Column.Instant): Effect.Effect<ReadonlyArray<typeof Sum.Type>, DatabaseError>
  /** The balance before a time and at its end. */
  balances(user: UserId, from: Column.Instant, to: Column.Instant): Effect.Effect<typeof Balances.Type, DatabaseError>
}>()("analytics-following/credits/StatementRepo") {
  static readonly layer = Layer.effect(
    StatementRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decodeList = rows("credit_entries", ListedEntry)
      const decodeSums = rows("credit_entries", Sum)
      const decodeBalances = row("credit_entries", Balances)

      const list = Effect.fn("StatementRepo.list")((
        user: UserId,
        { before, limit }: Parameters<StatementRepo["Service"]["list"]>[1]
      ) =>
        decodeList(read`
          SELECT id, sequence, kind, action, amount, balance_after, subject, note, reservation_id, created_at FROM credit_entries
          WHERE user_id = ${user} AND ${before === undefined ? read`true` : read`sequence < ${before}`}
          ORDER BY sequence DESC LIMIT ${limit}`)
      )

      const sums = Effect.fn("StatementRepo.sums")((user: UserId, from: Column.Instant, to: Column.Instant) =>
        decodeSums(read`
          SELECT kind, action, count(*)::integer AS entries, sum(amount)::bigint AS credits FROM credit_entries
          WHERE user_id = ${user} AND created_at >= ${from} AND created_at < ${to}
          GROUP BY kind, action ORDER BY kind, action`)
      )

      const balances = Effect.fn("StatementRepo.balances")(function*(user: UserId, from: Column.Instant, to: Column.Instant) {
        const before = (end: Column.Instant) =>
          read`coalesce((
            SELECT balance_after FROM credit_entries WHERE user_id = ${user} AND created_at < ${end} ORDER BY created_at DESC, sequence DESC LIMIT 1
          ), 0)::bigint`
        const found = yield* decodeBalances(read`SELECT ${before(from)} AS opening, ${before(to)} AS closing`)
        return found ?? (yield* Effect.die(new Error("a SELECT without FROM answers with a row")))
      })

      return { list, sums, balances }
    })
  )
}
