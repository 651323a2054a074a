import { Context, Effect, Layer, Schema, Struct } from "effect"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
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

const MonthRow = Schema.Struct({
  opening: Column.bigint,
  closing: Column.bigint,
  /** Null on the one row of a month without entries. */
  kind: Schema.NullOr(EntryKind),
  action: CreditEntry.fields.action,
  entries: Schema.NullOr(Schema.Int),
  credits: Schema.NullOr(Column.bigint)
})

/** The balance before a time and at its end, and what was entered in it, by kind and action. */
export interface Summed {
  readonly opening: number
  readonly closing: number
  readonly sums: ReadonlyArray<typeof Sum.Type>
}

/** What users read of the ledger. Writes nothing. */
export class StatementRepo extends Context.Service<StatementRepo, {
  /** Latest first, those before a sequence. */
  list(user: UserId, page: { readonly before: number | undefined; readonly limit: number }): Effect.Effect<
    ReadonlyArray<typeof ListedEntry.Type>,
    DatabaseError
  >
  /** A time of an account, in one statement: it adds up whatever is entered meanwhile. */
  summed(user: UserId, from: Column.Instant, to: Column.Instant): Effect.Effect<Summed, DatabaseError>
}>()("analytics-following/credits/StatementRepo") {
  static readonly layer = Layer.effect(
    StatementRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decodeList = rows("credit_entries", ListedEntry)
      const decodeMonth = rows("credit_entries", MonthRow)

      const list = Effect.fn("StatementRepo.list")((
        user: UserId,
        { before, limit }: Parameters<StatementRepo["Service"]["list"]>[1]
      ) =>
        decodeList(read`
          SELECT id, sequence, kind, action, amount, balance_after, subject, note, reservation_id, created_at FROM credit_entries
          WHERE user_id = ${user} AND ${before === undefined ? read`true` : read`sequence < ${before}`}
          ORDER BY sequence DESC LIMIT ${limit}`)
      )

      const summed = Effect.fn("StatementRepo.summed")(function*(user: UserId, from: Column.Instant, to: Column.Instant) {
        const before = (end: Column.Instant) =>
          read`coalesce((
            SELECT balance_after FROM credit_entries WHERE user_id = ${user} AND created_at < ${end} ORDER BY created_at DESC, sequence DESC LIMIT 1
          ), 0)::bigint`
        const found = yield* decodeMonth(read`
          SELECT balances.opening, balances.closing, sums.kind, sums.action, sums.entries, sums.credits
          FROM (SELECT ${before(from)} AS opening, ${before(to)} AS closing) AS balances
          LEFT JOIN (
            SELECT kind, action, count(*)::integer AS entries, sum(amount)::bigint AS credits FROM credit_entries
            WHERE user_id = ${user} AND created_at >= ${from} AND created_at < ${to}
            GROUP BY kind, action
          ) AS sums ON true
          ORDER BY sums.kind, sums.action`)
        const [first] = found
        if (first === undefined) return yield* Effect.die(new Error("a month has at least its balances"))
        const sums = found.flatMap(({ action, credits, entries, kind }) =>
          kind === null || entries === null || credits === null ? [] : [{ kind, action, entries, credits }]
        )
        return { opening: first.opening, closing: first.closing, sums }
      })

      return { list, summed }
    })
  )
}
