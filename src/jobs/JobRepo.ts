import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import { FetchId } from "../profiles/ProfileFetch.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"
import { BulkJob, type JobId, JobItem } from "./BulkJob.ts"

/** All SQL of `jobs` and `job_items`. An item is locked before its job, so that no two of these wait for each other. */
export class JobRepo extends Context.Service<JobRepo, {
  insert(job: NewJob, now: Column.Instant): Effect.Effect<BulkJob, DatabaseError>
  /** A job with how many of its items are in which state. */
  find(user: UserId, id: string): Effect.Effect<Counted | undefined, DatabaseError>
  list(user: UserId, page: Page): Effect.Effect<ReadonlyArray<Counted & { readonly position: string }>, DatabaseError>
  /** Takes a job up; nothing where it has ended. */
  start(id: JobId, now: Column.Instant): Effect.Effect<BulkJob | undefined, DatabaseError>
  /** Ends a job whose items have all ended; false where they have not, or it had ended. */
  finish(id: JobId, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** False where the user has no such job under way. */
  cancel(user: UserId, id: string, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
  insertItems(job: JobId, usernames: ReadonlyArray<Username>): Effect.Effect<void, DatabaseError>
  /** Sets the next items, so many, aside for a slot that has none left; they stay queued. */
  claimAhead(job: JobId, slot: number, limit: number): Effect.Effect<ReadonlyArray<JobItem>, DatabaseError>
  /** The item that the slot has to go on with, else the next one that it or nobody has; it is running from now on. */
  claimItem(job: JobId, slot: number): Effect.Effect<JobItem | undefined, DatabaseError>
  /** Notes the fetch that is waited for, in the transaction that joins it; false where the item has ended, with its job. */
  setFetch(id: string, fetch: FetchId): Effect.Effect<boolean, DatabaseError>
  /** Sets credits aside for an item; false where the job's `max_credits` do not allow it. Once an item has some, it stays with them. */
  reserve(item: JobItem, credits: number): Effect.Effect<boolean, DatabaseError>
  /** Ends a running item, raising the job's revision; false where it had ended. What it reserved and did not need goes back. */
  endItem(item: JobItem, end: ItemEnd, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** Ends all that have not ended with their job; answers with the fetches that were waited for. */
  cancelItems(job: JobId, now: Column.Instant): Effect.Effect<ReadonlyArray<FetchId>, DatabaseError>
  /** Items in their order, after a position, with the profile's figures where there is one. */
  listItems(
    job: JobId,
    page: { readonly after: number; readonly limit: number }
  ): Effect.Effect<ReadonlyArray<ItemRow>, DatabaseError>
  /** Items that ended after a revision, in order of their ending. */
  listSince(job: JobId, revision: number): Effect.Effect<ReadonlyArray<ItemRow>, DatabaseError>
}>()("analytics-following/jobs/JobRepo") {
  static readonly layer = Layer.effect(
    JobRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeJob = row("jobs", BulkJob)
      const decodeCounted = row("jobs", CountedRow)
      const decodeList = rows("jobs", Schema.Struct({ ...CountedRow.fields, position: Schema.String }))
      const decodeId = row("jobs", Schema.Struct({ id: Column.uuid }))
      const columns = sql.literal(Object.keys(BulkJob.fields).map((name) => `j.${name}`).join(", "))
      const counts = sql.literal(`(
        SELECT coalesce(jsonb_object_agg(state, count), '{}') FROM (
          SELECT i.state, count(*)::integer AS count FROM job_items AS i WHERE i.job_id = j.id GROUP BY i.state
        ) AS states
      ) AS counts`)

      const insert = Effect.fn("JobRepo.insert")(function*(job: NewJob, now: Column.Instant) {
        const inserted = yield* decodeJob(sql`
          INSERT INTO jobs AS j (user_id, total, max_credits, created_at)
          VALUES (${job.user_id}, ${job.total}, ${job.max_credits}, ${now})
          RETURNING ${columns}`)
        return inserted ?? (yield* Effect.die("an insert returns its row"))
      })

      const find = Effect.fn("JobRepo.find")((user: UserId, id: string) =>
        decodeCounted(read`SELECT ${columns}, ${counts} FROM jobs AS j WHERE j.id = ${id} AND j.user_id = ${user}`)
      )

      const list = Effect.fn("JobRepo.list")((user: UserId, { after, limit }: Page) => {
        const page = newestFirst(read, "j.created_at", "j.id")
        return decodeList(read`
          SELECT ${columns}, ${counts}, ${page.position} FROM jobs AS j
          WHERE j.user_id = ${user} AND ${page.after(after)}
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      })

      const start = Effect.fn("JobRepo.start")((id: JobId, now: Column.Instant) =>
        decodeJob(sql`
          UPDATE jobs AS j SET state = 'running', started_at = coalesce(j.started_at, ${now})
          WHERE j.id = ${id} AND j.finished_at IS NULL
          RETURNING ${columns}`)
      )

      const finish = Effect.fn("JobRepo.finish")((id: JobId, now: Column.Instant) =>
        ended(sql`
          WITH ended AS (
            UPDATE jobs SET state = 'finished', finished_at = ${now}, revision = revision + 1
            WHERE id = ${id} AND finished_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM job_items WHERE job_id = ${id} AND finished_at IS NULL)
            RETURNING id
          )
          SELECT id, pg_notify('jobs', id::text)::text FROM ended`)
      )

      const cancel = Effect.fn("JobRepo.cancel")((user: UserId, id: string, now: Column.Instant) =>
        ended(sql`
          WITH ended AS (
            UPDATE jobs SET state = 'cancelled', finished_at = ${now}, revision = revision + 1
            WHERE id = ${id} AND user_id = ${user} AND finished_at IS NULL
            RETURNING id
          )
          SELECT id, pg_notify('jobs', id::text)::text FROM ended`)
      )

      const ended = <E, R>(statement: Effect.Effect<ReadonlyArray<unknown>, E, R>) =>
        Effect.map(decodeId(statement), (found) => found !== undefined)

      const decodeItem = row("job_items", JobItem)
      const decodeItems = rows("job_items", ItemRow)
      const decodeClaimed = rows("job_items", JobItem)
      const decodeFetches = rows("job_items", Schema.Struct({ fetch_id: Schema.NullOr(FetchId) }))
      const guard = available("job_items")
      const itemColumns = sql.literal(Object.keys(JobItem.fields).map((name) => `i.${name}`).join(", "))
      const figures = sql.literal(Object.keys(figureFields).map((name) => `p.${name}`).join(", "))

      const insertItems = Effect.fn("JobRepo.insertItems")((job: JobId, usernames: ReadonlyArray<Username>) =>
        Effect.asVoid(guard(sql`
          INSERT INTO job_items (job_id, position, username)
          SELECT ${job}::uuid, given.position::integer, given.username
          FROM unnest(${[...usernames]}::text[]) WITH ORDINALITY AS given (username, position)`))
      )

      const claimAhead = Effect.fn("JobRepo.claimAhead")((job: JobId, slot: number, limit: number) =>
        decodeClaimed(sql`
          UPDATE job_items AS i SET slot = ${slot}
          WHERE i.id IN (
            SELECT next.id FROM job_items AS next
            WHERE next.job_id = ${job} AND next.state = 'queued' AND next.slot IS NULL
            ORDER BY next.position
            LIMIT ${limit}
            FOR UPDATE SKIP LOCKED
          ) AND NOT EXISTS (SELECT 1 FROM job_items AS own WHERE own.job_id = ${job} AND own.slot = ${slot} AND own.finished_at IS NULL)
          RETURNING ${itemColumns}`)
      )

      // The slot's own is waited for, where a process that was frozen is ending it: passed over it would be nobody's, if that fails.
      const claimItem = Effect.fn("JobRepo.claimItem")((job: JobId, slot: number) =>
        decodeItem(sql`
          WITH own AS (
            SELECT next.id FROM job_items AS next
            WHERE next.job_id = ${job} AND next.slot = ${slot} AND next.state IN ('queued', 'running')
            ORDER BY next.state = 'queued', next.position
            LIMIT 1
            FOR UPDATE
          ), free AS (
            SELECT next.id FROM job_items AS next
            WHERE next.job_id = ${job} AND next.slot IS NULL AND next.state = 'queued' AND NOT EXISTS (SELECT 1 FROM own)
            ORDER BY next.position
            LIMIT 1
            FOR UPDATE SKIP LOCKED
          )
          UPDATE job_items AS i SET state = 'running', slot = ${slot}
          WHERE i.id IN (SELECT id FROM own UNION ALL SELECT id FROM free)
          RETURNING ${itemColumns}`)
      )

      const setFetch = Effect.fn("JobRepo.setFetch")((id: string, fetch: FetchId) =>
        Effect.map(
          decodeId(sql`UPDATE job_items SET fetch_id = ${fetch} WHERE id = ${id} AND finished_at IS NULL RETURNING id`),
          (found) => found !== undefined
        )
      )

      const reserve = Effect.fn("JobRepo.reserve")((item: JobItem, credits: number) =>
        credits === 0 || item.credits > 0 ? Effect.succeed(true) : Effect.map(
          decodeId(sql`
            WITH reserved AS (
              UPDATE jobs SET credits = credits + ${credits}
              FROM (SELECT 1 FROM job_items WHERE id = ${item.id} AND finished_at IS NULL FOR UPDATE) AS held
              WHERE jobs.id = ${item.job_id} AND (max_credits IS NULL OR credits + ${credits} <= max_credits)
              RETURNING jobs.id
            )
            UPDATE job_items SET credits = ${credits} FROM reserved WHERE job_items.id = ${item.id} RETURNING reserved.id`),
          (found) => found !== undefined
        )
      )

      const endItem = Effect.fn("JobRepo.endItem")((item: JobItem, given: ItemEnd, now: Column.Instant) =>
        Effect.map(
          decodeId(sql`
            WITH raised AS (
              UPDATE jobs SET revision = jobs.revision + 1,
                credits = jobs.credits - CASE WHEN ${given.charged}::boolean THEN 0 ELSE i.credits END
              FROM (SELECT credits FROM job_items WHERE id = ${item.id} AND finished_at IS NULL FOR UPDATE) AS i
              WHERE jobs.id = ${item.job_id}
              RETURNING jobs.id, jobs.revision
            )
            UPDATE job_items SET state = ${given.state}, finished_at = ${now}, profile_id = ${given.profile}, source = ${given.source},
              reason = ${given.reason}, revision = raised.revision,
              credits = CASE WHEN ${given.charged}::boolean THEN job_items.credits ELSE 0 END
            FROM raised
            WHERE job_items.id = ${item.id}
            RETURNING raised.id, pg_notify('jobs', raised.id::text)::text`),
          (found) => found !== undefined
        )
      )

      const cancelItems = Effect.fn("JobRepo.cancelItems")((job: JobId, now: Column.Instant) =>
        Effect.map(
          decodeFetches(sql`
            UPDATE job_items SET state = 'cancelled', finished_at = ${now} WHERE job_id = ${job} AND finished_at IS NULL
            RETURNING fetch_id`),
          (found) => found.flatMap(({ fetch_id }) => fetch_id === null ? [] : [fetch_id])
        )
      )

      const listItems = Effect.fn("JobRepo.listItems")(
        (job: JobId, { after, limit }: { readonly after: number; readonly limit: number }) =>
          decodeItems(read`
            SELECT ${itemColumns}, ${figures} FROM job_items AS i LEFT JOIN profiles AS p ON p.id = i.profile_id
            WHERE i.job_id = ${job} AND i.position > ${after}
            ORDER BY i.position
            LIMIT ${limit}`)
      )

      const listSince = Effect.fn("JobRepo.listSince")((job: JobId, revision: number) =>
        decodeItems(read`
          SELECT ${itemColumns}, ${figures} FROM job_items AS i LEFT JOIN profiles AS p ON p.id = i.profile_id
          WHERE i.job_id = ${job} AND i.revision > ${revision}
          ORDER BY i.revision
          LIMIT 200`)
      )

      return {
        insert,
        find,
        list,
        start,
        finish,
        cancel,
        insertItems,
        claimAhead,
        claimItem,
        setFetch,
        reserve,
        endItem,
        cancelItems,
        listItems,
        listSince
      }
    })
  )
}

export type NewJob = Pick<BulkJob, "user_id" | "total" | "max_credits">

export interface Page {
  readonly after: string | undefined
  readonly limit: number
}

export const CountedRow = Schema.Struct({ ...BulkJob.fields, counts: Schema.Record(Schema.String, Schema.Int) })
export type Counted = typeof CountedRow.Type

export interface ItemEnd extends Pick<JobItem, "source" | "reason"> {
  readonly state: "succeeded" | "failed" | "skipped"
  readonly profile: JobItem["profile_id"]
  /** Whether what was reserved for it is kept. */
  readonly charged: boolean
}

/** What a result shows of a profile; none of it is known where there is no profile. */
const figureFields = {
  full_name: Schema.NullOr(Schema.String),
  followers_count: Schema.NullOr(Schema.Int),
  following_count: Schema.NullOr(Schema.Int),
  posts_count: Schema.NullOr(Schema.Int),
  is_verified: Schema.NullOr(Schema.Boolean),
  availability: Schema.NullOr(Schema.String),
  last_refreshed: Schema.NullOr(Column.Instant)
}

const ItemRow = Schema.Struct({ ...JobItem.fields, ...figureFields })
export type ItemRow = typeof ItemRow.Type
