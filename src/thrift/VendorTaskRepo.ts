import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { VendorTask } from "./VendorTask.ts"

/** All SQL of `vendor_tasks`. */
export class VendorTaskRepo extends Context.Service<VendorTaskRepo, {
  /** Also forgets a thousand tasks whose results the vendor no longer keeps. */
  insert(tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>, forgetBefore: Column.Instant): Effect.Effect<void, DatabaseError>
  /**
   * The newest task for this that was submitted since and may still bring an answer. One whose answer was kept has done its duty: that
   * is read in the tables where answers are kept, so that nobody can forget to say it.
   */
  findOpen(target: string, query: string, since: Column.Instant): Effect.Effect<VendorTask | undefined, DatabaseError>
  /** Its result has come: whether it is the first time, as it is for a task that could not be noted. */
  setAnswered(id: string, at: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** It will never bring an answer. */
  setEnded(id: string, at: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/thrift/VendorTaskRepo") {
  static readonly layer = Layer.effect(
    VendorTaskRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const guard = available("vendor_tasks")
      const decode = row("vendor_tasks", VendorTask)
      const decodeFirst = row("vendor_tasks", Schema.Struct({ first: Schema.Boolean }))

      const insert = Effect.fn("VendorTaskRepo.insert")((
        tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>,
        forgetBefore: Column.Instant
      ) =>
        Effect.asVoid(guard(sql`
          WITH forgotten AS (
            DELETE FROM vendor_tasks WHERE id IN (
              SELECT id FROM vendor_tasks WHERE submitted_at < ${forgetBefore} ORDER BY submitted_at LIMIT 1000 FOR UPDATE SKIP LOCKED
            )
          )
          INSERT INTO vendor_tasks (id, target, query, submitted_at, task_id)
          SELECT id, target, query, submitted_at, task_id
          FROM jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb)
            AS given (id uuid, target text, query text, submitted_at timestamptz, task_id text)`))
      )

      const findOpen = Effect.fn("VendorTaskRepo.findOpen")((target: string, query: string, since: Column.Instant) =>
        decode(sql`
          SELECT * FROM vendor_tasks AS task
          WHERE target = ${target} AND query = ${query} AND submitted_at > ${since} AND ended_at IS NULL
            AND NOT EXISTS (
              SELECT FROM vendor_answers AS kept WHERE kept.username = task.query AND kept.task_id = task.task_id
            )
            AND NOT EXISTS (
              SELECT FROM post_answers AS kept WHERE kept.shortcode = task.query AND kept.task_id = task.task_id
            )
          ORDER BY submitted_at DESC
          LIMIT 1`)
      )

      const setAnswered = Effect.fn("VendorTaskRepo.setAnswered")((id: string, at: Column.Instant) =>
        Effect.map(
          decodeFirst(sql`
            WITH answered AS (
              UPDATE vendor_tasks SET answered_at = ${at} WHERE id = ${id} AND answered_at IS NULL RETURNING id
            )
            SELECT EXISTS (SELECT FROM answered) OR NOT EXISTS (SELECT FROM vendor_tasks WHERE id = ${id}) AS first`),
          (found) => found?.first === true
        )
      )

      const setEnded = Effect.fn("VendorTaskRepo.setEnded")((id: string, at: Column.Instant) =>
        Effect.asVoid(guard(sql`UPDATE vendor_tasks SET ended_at = ${at} WHERE id = ${id}`))
      )

      return { insert, findOpen, setAnswered, setEnded }
    })
  )
}
