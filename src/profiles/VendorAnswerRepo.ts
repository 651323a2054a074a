import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { Username } from "./Username.ts"
import { VendorAnswer, VendorAnswerId } from "./VendorAnswer.ts"

/** All SQL of `vendor_answers`: paid answers, kept before anything is made of them. */
export class VendorAnswerRepo extends Context.Service<VendorAnswerRepo, {
  /** Again it adds nothing: what became of a statement is not known where its connection broke. */
  insert(answer: typeof VendorAnswer.insert.Encoded & { readonly id: string }): Effect.Effect<void, DatabaseError>
  /** The newest answer for a name that was paid for since `since` and has become neither rows nor refused. */
  findPending(username: Username, since: Column.Instant): Effect.Effect<VendorAnswer | undefined, DatabaseError>
  /** Whether there is one that `findPending` finds. */
  hasPending(username: Username, since: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** The newest answer of a name that was fetched by then and became rows. */
  findStored(username: Username, by: Column.Instant): Effect.Effect<VendorAnswer | undefined, DatabaseError>
  /** Answers that count as stored, behind an id, in order of their ids. */
  storedAfter(after: string, limit: number): Effect.Effect<ReadonlyArray<VendorAnswerId>, DatabaseError>
  find(id: VendorAnswerId): Effect.Effect<VendorAnswer | undefined, DatabaseError>
  /** Call inside the transaction that stores the rows. Older pending answers of the same name are superseded with it. */
  markStored(id: VendorAnswerId, at: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Puts what may be kept of an answer in its place. */
  replace(id: VendorAnswerId, payload: Schema.JsonObject): Effect.Effect<void, DatabaseError>
  /** The answer cannot become rows; `rejection` is a code, never content. */
  markRejected(id: VendorAnswerId, rejection: string, at: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/VendorAnswerRepo") {
  static readonly layer = Layer.effect(
    VendorAnswerRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeId = row("vendor_answers", Schema.Struct({ id: VendorAnswerId }))
      const decodeIds = rows("vendor_answers", Schema.Struct({ id: VendorAnswerId }))
      const decodeAnswer = row("vendor_answers", VendorAnswer)
      const guard = available("vendor_answers")

      const insert = Effect.fn("VendorAnswerRepo.insert")((answer: Parameters<VendorAnswerRepo["Service"]["insert"]>[0]) =>
        Effect.asVoid(guard(sql`
          INSERT INTO vendor_answers ${sql.insert({ ...answer, payload: JSON.stringify(answer.payload) })}
          ON CONFLICT (id) DO NOTHING`))
      )

      const findPending = Effect.fn("VendorAnswerRepo.findPending")((username: Username, since: Column.Instant) =>
        decodeAnswer(sql`
          SELECT * FROM vendor_answers
          WHERE username = ${username} AND stored_at IS NULL AND rejected_at IS NULL AND fetched_at > ${since}
          ORDER BY fetched_at DESC
          LIMIT 1`)
      )

      const hasPending = Effect.fn("VendorAnswerRepo.hasPending")((username: Username, since: Column.Instant) =>
        Effect.map(
          decodeId(sql`
            SELECT id FROM vendor_answers
            WHERE username = ${username} AND stored_at IS NULL AND rejected_at IS NULL AND fetched_at > ${since}
            LIMIT 1`),
          (found) => found !== undefined
        )
      )

      const findStored = Effect.fn("VendorAnswerRepo.findStored")((username: Username, by: Column.Instant) =>
        decodeAnswer(sql`
          SELECT * FROM vendor_answers
          WHERE username = ${username} AND fetched_at <= ${by} AND stored_at IS NOT NULL
          ORDER BY fetched_at DESC
          LIMIT 1`)
      )

      const storedAfter = Effect.fn("VendorAnswerRepo.storedAfter")((after: string, limit: number) =>
        Effect.map(
          decodeIds(sql`
            SELECT id FROM vendor_answers WHERE id > ${after}::uuid AND stored_at IS NOT NULL ORDER BY id LIMIT ${limit}`),
          (found) => found.map(({ id }) => id)
        )
      )

      const find = Effect.fn("VendorAnswerRepo.find")((id: VendorAnswerId) =>
        decodeAnswer(sql`SELECT * FROM vendor_answers WHERE id = ${id}`)
      )

      const markStored = Effect.fn("VendorAnswerRepo.markStored")((id: VendorAnswerId, at: Column.Instant) =>
        Effect.asVoid(guard(sql`
          UPDATE vendor_answers AS answer SET stored_at = ${at} FROM vendor_answers AS stored
          WHERE stored.id = ${id} AND answer.username = stored.username AND answer.fetched_at <= stored.fetched_at
            AND answer.stored_at IS NULL AND answer.rejected_at IS NULL`))
      )

      const replace = Effect.fn("VendorAnswerRepo.replace")((id: VendorAnswerId, payload: Schema.JsonObject) =>
        Effect.asVoid(guard(sql`UPDATE vendor_answers SET payload = ${JSON.stringify(payload)}::jsonb WHERE id = ${id}`))
      )

      const markRejected = Effect.fn("VendorAnswerRepo.markRejected")((
        id: VendorAnswerId,
        rejection: string,
        at: Column.Instant
      ) =>
        Effect.asVoid(guard(sql`
          UPDATE vendor_answers SET rejected_at = ${at}, rejection = ${rejection} WHERE id = ${id} AND stored_at IS NULL`))
      )

      return { insert, findPending, hasPending, findStored, storedAfter, find, markStored, replace, markRejected }
    })
  )
}
