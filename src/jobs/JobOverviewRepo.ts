import { Context, Effect, Layer, Schema } from "effect"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import { Backlog, FetchOverview, type JobFilter } from "./JobOverview.ts"
import { type Counted, CountedRow, type Page } from "./JobRepo.ts"

/** Reads the work of everybody, across jobs, fetches, the queue's engine and webhooks; writes nothing. */
export class JobOverviewRepo extends Context.Service<JobOverviewRepo, {
  find(id: string): Effect.Effect<Counted | undefined, DatabaseError>
  /** Latest first. */
  list(filter: JobFilter, page: Page): Effect.Effect<ReadonlyArray<Counted & { readonly position: string }>, DatabaseError>
  /** Fetches under way, the oldest first. */
  fetches(limit: number): Effect.Effect<ReadonlyArray<FetchOverview>, DatabaseError>
  /** One statement; its cost grows with what is under way, and with nothing else. */
  readonly backlog: Effect.Effect<Backlog, DatabaseError>
}>()("analytics-following/jobs/JobOverviewRepo") {
  static readonly layer = Layer.effect(
    JobOverviewRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decodeOne = row("jobs", CountedRow)
      const decodeList = rows("jobs", Schema.Struct({ ...CountedRow.fields, position: Schema.String }))
      const decodeFetches = rows("profile_fetches", FetchOverview)
      const decodeBacklog = row("job_engine.queue", Backlog)
      const columns = read.literal(`j.*, (
        SELECT coalesce(jsonb_object_agg(state, count), '{}') FROM (
          SELECT i.state, count(*)::integer AS count FROM job_items AS i WHERE i.job_id = j.id GROUP BY i.state
        ) AS states
      ) AS counts`)
      const page = newestFirst(read, "j.created_at", "j.id")

      const find = Effect.fn("JobOverviewRepo.find")((id: string) =>
        decodeOne(read`SELECT ${columns} FROM jobs AS j WHERE j.id = ${id}`)
      )

      const list = Effect.fn("JobOverviewRepo.list")(({ createdBefore, state, user }: JobFilter, { after, limit }: Page) =>
        decodeList(read`
          SELECT ${columns}, ${page.position} FROM jobs AS j
          WHERE ${
          read.and([
            page.after(after),
            ...(user === undefined ? [] : [read`j.user_id = ${user}`]),
            ...(createdBefore === undefined ? [] : [read`j.created_at < ${createdBefore}`]),
            ...(state === undefined ? [] : [read`j.state = ${state}`]),
            // Implied by the state, and what the index of jobs under way asks for.
            ...(state === "queued" || state === "running" ? [read`j.finished_at IS NULL`] : [])
          ])
        }
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      const fetches = Effect.fn("JobOverviewRepo.fetches")((limit: number) =>
        decodeFetches(read`
          SELECT f.id, f.username, f.purpose, f.state, f.attempts, f.created_at, f.started_at, (
            SELECT count(*)::integer FROM profile_fetch_callers AS c WHERE c.fetch_id = f.id AND c.left_at IS NULL
          ) AS callers
          FROM profile_fetches AS f
          WHERE f.finished_at IS NULL
          ORDER BY f.created_at, f.id
          LIMIT ${limit}`)
      )

      // The engine's times have no zone: they are compared with the clock as the engine reads it.
      const backlog = Effect.flatMap(
        decodeBacklog(read`
          SELECT (
            SELECT coalesce(jsonb_agg(to_jsonb(q) ORDER BY q.name), '[]') FROM (
              SELECT queue_name AS name, count(*) FILTER (WHERE acquired_at IS NULL) AS waiting,
                count(*) FILTER (WHERE acquired_at IS NOT NULL) AS running,
                greatest(0, coalesce(extract(epoch FROM LOCALTIMESTAMP - min(visible_at) FILTER (WHERE acquired_at IS NULL)), 0)) AS oldest_seconds
              FROM job_engine.queue WHERE state = 'pending' GROUP BY queue_name
            ) AS q
          ) AS queues, (
            SELECT jsonb_build_object(
              'queued', count(*) FILTER (WHERE state = 'queued'), 'running', count(*) FILTER (WHERE state = 'running'),
              'oldest_seconds', greatest(0, coalesce(extract(epoch FROM now() - min(created_at)), 0))
            ) FROM profile_fetches WHERE finished_at IS NULL
          ) AS fetches, (
            SELECT jsonb_build_object(
              'queued', count(*) FILTER (WHERE state = 'queued'), 'running', count(*) FILTER (WHERE state = 'running'),
              'oldest_seconds', greatest(0, coalesce(extract(epoch FROM now() - min(created_at)), 0))
            ) FROM jobs WHERE finished_at IS NULL
          ) AS jobs, (
            SELECT jsonb_build_object(
              'due', count(*), 'oldest_seconds', greatest(0, coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0))
            ) FROM (
              SELECT next_attempt_at FROM webhook_deliveries WHERE status = 'pending' AND next_attempt_at <= now()
              ORDER BY next_attempt_at LIMIT 10000
            ) AS due
          ) AS webhooks`),
        (found) => found === undefined ? Effect.die("one row was asked for") : Effect.succeed(found)
      ).pipe(Effect.withSpan("JobOverviewRepo.backlog"))

      return { find, list, fetches, backlog }
    })
  )
}
