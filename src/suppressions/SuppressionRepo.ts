import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import { ErasureRow } from "./ErasureView.ts"
import { Suppression } from "./Suppression.ts"

/** All SQL of `suppressions`. */
export class SuppressionRepo extends Context.Service<SuppressionRepo, {
  /** Until the transaction ends nobody is erased: what is looked at here and written then cannot cross an erasure. */
  readonly hold: Effect.Effect<void, DatabaseError>
  /** Waits until nobody holds, and keeps everybody from it until the transaction ends. */
  readonly holdAlone: Effect.Effect<void, DatabaseError>
  /** Whether there are any, and a key that made some of them and is not among these. */
  state(keys: ReadonlyArray<string>): Effect.Effect<typeof StateRow.Type, DatabaseError>
  find(hashes: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Suppression>, DatabaseError>
  /** A hash that is there already stays with the erasure it belongs to, and is to be swept anew. */
  insert(suppressions: ReadonlyArray<typeof Suppression.insert.Encoded>): Effect.Effect<void, DatabaseError>
  /** How many there were. */
  delete(erasure: string): Effect.Effect<number, DatabaseError>
  /** Erasures, latest first; `hashes` narrows them. */
  list(options: {
    readonly hashes: ReadonlyArray<string> | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<ErasureRow>, DatabaseError>
  findErasure(id: string): Effect.Effect<ErasureRow | undefined, DatabaseError>
  /** When the latest of those that are to be swept was erased; undefined where there are none. */
  readonly unswept: Effect.Effect<Column.Instant | undefined, DatabaseError>
  /** Those erased by then are swept. */
  markSwept(erasedBy: Column.Instant, at: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/suppressions/SuppressionRepo") {
  static readonly layer = Layer.effect(
    SuppressionRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const relation = "suppressions"
      const guard = available(relation)
      const decode = rows(relation, Suppression)
      const decodeState = row(relation, StateRow)
      const decodeCount = row(relation, Schema.Struct({ count: Schema.Int }))
      const decodeErasures = rows(relation, ErasureRow)
      const decodeErasure = row(relation, ErasureRow)
      const decodeLatest = row(relation, Schema.Struct({ latest: Schema.NullOr(Column.Instant) }))
      const page = newestFirst(read, "e.created_at", "e.id")

      const hold = Effect.asVoid(guard(sql`SELECT pg_advisory_xact_lock_shared(${lock})`))

      const holdAlone = Effect.asVoid(guard(sql`SELECT pg_advisory_xact_lock(${lock})`))

      const state = Effect.fn("SuppressionRepo.state")((keys: ReadonlyArray<string>) =>
        Effect.map(
          decodeState(sql`
            SELECT EXISTS (SELECT 1 FROM suppressions) AS some,
              (SELECT key_id FROM suppressions WHERE key_id <> ALL (${[...keys]}::text[]) LIMIT 1) AS unknown_key`),
          (found) => found ?? { some: false, unknown_key: null }
        )
      )

      const find = Effect.fn("SuppressionRepo.find")((hashes: ReadonlyArray<string>) =>
        decode(sql`SELECT * FROM suppressions WHERE hash = ANY (${[...hashes]}::text[])`)
      )

      const insert = Effect.fn("SuppressionRepo.insert")((given: ReadonlyArray<typeof Suppression.insert.Encoded>) =>
        Effect.asVoid(guard(sql`
          INSERT INTO suppressions (erasure_id, kind, key_id, hash, reason, created_at, erased_at)
          SELECT erasure_id, kind, key_id, hash, reason, created_at, erased_at
          FROM jsonb_populate_recordset(NULL::suppressions, ${JSON.stringify(given)}::jsonb)
          ON CONFLICT (hash) DO UPDATE SET erased_at = excluded.erased_at, swept_at = NULL`))
      )

      const remove = Effect.fn("SuppressionRepo.delete")((erasure: string) =>
        Effect.map(
          decodeCount(sql`
            WITH gone AS (DELETE FROM suppressions WHERE erasure_id = ${erasure} RETURNING 1)
            SELECT count(*)::integer AS count FROM gone`),
          (found) => found?.count ?? 0
        )
      )

      const erasures = read.literal(`(
            SELECT erasure_id AS id, min(reason) AS reason, min(created_at) AS created_at, max(erased_at) AS erased_at,
              CASE WHEN bool_and(swept_at IS NOT NULL) THEN max(swept_at) END AS swept_at, array_agg(hash ORDER BY kind, hash) AS hashes
            FROM suppressions GROUP BY erasure_id
          ) AS e`)

      const list = Effect.fn("SuppressionRepo.list")(
        ({ after, hashes, limit }: Parameters<SuppressionRepo["Service"]["list"]>[0]) =>
          decodeErasures(read`
            SELECT e.*, ${page.position} FROM ${erasures}
            WHERE ${page.after(after)} AND ${hashes === undefined ? read`true` : read`e.hashes && ${[...hashes]}::text[]`}
            ORDER BY ${page.order}
            LIMIT ${limit}`)
      )

      const findErasure = Effect.fn("SuppressionRepo.findErasure")((id: string) =>
        decodeErasure(read`SELECT e.*, ${page.position} FROM ${erasures} WHERE e.id = ${id}`)
      )

      const unswept = Effect.map(
        decodeLatest(sql`SELECT max(erased_at) AS latest FROM suppressions WHERE swept_at IS NULL`),
        (found) => found?.latest ?? undefined
      )

      const markSwept = Effect.fn("SuppressionRepo.markSwept")((erasedBy: Column.Instant, at: Column.Instant) =>
        Effect.asVoid(guard(sql`
          UPDATE suppressions SET swept_at = ${at} WHERE swept_at IS NULL AND erased_at <= ${erasedBy}`))
      )

      return { hold, holdAlone, state, find, insert, delete: remove, list, findErasure, unswept, markSwept }
    })
  )
}

/** Any constant would do; this one is ours. */
const lock = 4_711_850_030

const StateRow = Schema.Struct({ some: Schema.Boolean, unknown_key: Schema.NullOr(Schema.String) })
