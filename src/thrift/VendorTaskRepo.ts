import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { VendorTask } from "./VendorTask.ts"

/** All SQL of `vendor_tasks`. */
export class VendorTaskRepo extends Context.Service<VendorTaskRepo, {
  /** Also forgets a thousand tasks whose results the vendor no longer keeps. */
  insert(tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>, forgetBefore: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Notes what is about to be ordered, without the vendor's ids; answers with those that no task was open for. */
  announce(
    tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>,
    since: OpenSince
  ): Effect.Effect<ReadonlyArray<string>, DatabaseError>
  /** The vendor has taken them. */
  setTaskIds(tasks: ReadonlyArray<{ readonly id: string; readonly task_id: string }>): Effect.Effect<void, DatabaseError>
  /** Forgets those that were announced and not taken. */
  withdraw(ids: ReadonlyArray<string>): Effect.Effect<void, DatabaseError>
  /**
   * The newest task for this that may still bring an answer. One whose answer was kept has done its duty: that is read in the tables where
   * answers are kept, so that nobody can forget to say it.
   */
  findOpen(target: string, query: string, since: OpenSince): Effect.Effect<VendorTask | undefined, DatabaseError>
  /**
   * What was asked for by tasks that the vendor took between these instants and whose results nobody has seen: any so many of them, so that
   * some that cannot be had do not keep the others.
   */
  findUnanswered(
    target: string,
    between: { readonly after: Column.Instant; readonly before: Column.Instant },
    limit: number
  ): Effect.Effect<
    ReadonlyArray<string>,
    DatabaseError
  >
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
      const decodeIds = rows("vendor_tasks", Schema.Struct({ id: VendorTask.fields.id }))
      const decodeQueries = rows("vendor_tasks", Schema.Struct({ query: VendorTask.fields.query }))
      const decodeFirst = row("vendor_tasks", Schema.Struct({ first: Schema.Boolean }))

      const insert = Effect.fn("VendorTaskRepo.insert")((
        tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>,
        forgetBefore: Column.Instant
      ) =>
        Effect.asVoid(guard(sql`
          WITH forgotten AS (
            DELETE FROM vendor_tasks WHERE id = ANY (ARRAY(
              SELECT id FROM vendor_tasks WHERE submitted_at < ${forgetBefore} ORDER BY submitted_at LIMIT 1000 FOR UPDATE SKIP LOCKED
            ))
          )
          INSERT INTO vendor_tasks (id, target, query, submitted_at, task_id)
          SELECT id, target, query, submitted_at, task_id
          FROM jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb)
            AS given (id uuid, target text, query text, submitted_at timestamptz, task_id text)`))
      )

      /** A condition on `task`. */
      const isOpen = (since: OpenSince) =>
        sql`task.submitted_at > CASE WHEN task.task_id IS NULL THEN ${since.announced}::timestamptz ELSE ${since.submitted} END
            AND task.ended_at IS NULL
            AND NOT EXISTS (
              SELECT FROM vendor_answers AS kept WHERE kept.username = task.query AND kept.task_id = task.task_id
            )
            AND NOT EXISTS (
              SELECT FROM post_answers AS kept WHERE kept.shortcode = task.query AND kept.task_id = task.task_id
            )`

      const announce = Effect.fn("VendorTaskRepo.announce")((
        tasks: ReadonlyArray<typeof VendorTask.insert.Encoded>,
        since: OpenSince
      ) =>
        Effect.map(
          decodeIds(sql`
            INSERT INTO vendor_tasks (id, target, query, submitted_at)
            SELECT id, target, query, submitted_at
            FROM jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb)
              AS given (id uuid, target text, query text, submitted_at timestamptz)
            WHERE NOT EXISTS (
              SELECT FROM vendor_tasks AS task WHERE task.target = given.target AND task.query = given.query AND ${isOpen(since)}
            )
            RETURNING id`),
          (announced) => announced.map(({ id }) => id)
        )
      )

      const setTaskIds = Effect.fn("VendorTaskRepo.setTaskIds")((
        tasks: ReadonlyArray<{ readonly id: string; readonly task_id: string }>
      ) =>
        Effect.asVoid(guard(sql`
          UPDATE vendor_tasks SET task_id = given.task_id
          FROM jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb) AS given (id uuid, task_id text)
          WHERE vendor_tasks.id = given.id`))
      )

      const withdraw = Effect.fn("VendorTaskRepo.withdraw")((ids: ReadonlyArray<string>) =>
        Effect.asVoid(guard(sql`DELETE FROM vendor_tasks WHERE id = ANY (${[...ids]}::uuid[]) AND task_id IS NULL`))
      )

      const findOpen = Effect.fn("VendorTaskRepo.findOpen")((target: string, query: string, since: OpenSince) =>
        decode(sql`
          SELECT * FROM vendor_tasks AS task
          WHERE target = ${target} AND query = ${query} AND ${isOpen(since)}
          ORDER BY submitted_at DESC
          LIMIT 1`)
      )

      const findUnanswered = Effect.fn("VendorTaskRepo.findUnanswered")((
        ...[target, { after, before }, limit]: Parameters<VendorTaskRepo["Service"]["findUnanswered"]>
      ) =>
        Effect.map(
          decodeQueries(sql`
            SELECT query FROM vendor_tasks
            WHERE target = ${target} AND submitted_at > ${after} AND submitted_at < ${before}
              AND answered_at IS NULL AND ended_at IS NULL AND task_id IS NOT NULL
            ORDER BY random()
            LIMIT ${limit}`),
          (found) => found.map(({ query }) => query)
        )
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

      return { insert, announce, setTaskIds, withdraw, findOpen, findUnanswered, setAnswered, setEnded }
    })
  )
}

/** Since when a task must have been submitted, or announced where the vendor has not taken it, to be open. */
export interface OpenSince {
  readonly submitted: Column.Instant
  readonly announced: Column.Instant
}
