import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { VendorAbsence } from "./VendorAbsence.ts"

/** All SQL of `vendor_absences`. */
export class AbsenceRepo extends Context.Service<AbsenceRepo, {
  find(target: string, query: string, now: Column.Instant): Effect.Effect<VendorAbsence | undefined, DatabaseError>
  /** Also forgets a hundred of those that expired, so that the table holds little more than what is believed. */
  upsert(absence: typeof VendorAbsence.insert.Encoded): Effect.Effect<void, DatabaseError>
  delete(target: string, query: string): Effect.Effect<void, DatabaseError>
}>()("analytics-following/thrift/AbsenceRepo") {
  static readonly layer = Layer.effect(
    AbsenceRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decode = row("vendor_absences", VendorAbsence)
      const guard = available("vendor_absences")

      const find = Effect.fn("AbsenceRepo.find")((target: string, query: string, now: Column.Instant) =>
        decode(read`SELECT * FROM vendor_absences WHERE target = ${target} AND query = ${query} AND expires_at > ${now}`)
      )

      const upsert = Effect.fn("AbsenceRepo.upsert")((absence: typeof VendorAbsence.insert.Encoded) =>
        Effect.asVoid(guard(sql`
          WITH expired AS (
            DELETE FROM vendor_absences WHERE (target, query) IN (
              SELECT target, query FROM vendor_absences
              WHERE expires_at <= ${absence.seen_at} AND (target, query) <> (${absence.target}, ${absence.query})
              ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
            )
          )
          INSERT INTO vendor_absences ${sql.insert(absence)}
          ON CONFLICT (target, query) DO UPDATE
          SET evidence = EXCLUDED.evidence, seen_at = EXCLUDED.seen_at, expires_at = EXCLUDED.expires_at`))
      )

      const remove = Effect.fn("AbsenceRepo.delete")((target: string, query: string) =>
        Effect.asVoid(guard(sql`DELETE FROM vendor_absences WHERE target = ${target} AND query = ${query}`))
      )

      return { find, upsert, delete: remove }
    })
  )
}
