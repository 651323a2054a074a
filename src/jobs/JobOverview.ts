import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { FetchId, ProfileFetch } from "../profiles/ProfileFetch.ts"
import { UserId } from "../users/UserId.ts"
import { BulkJob, JobId } from "./BulkJob.ts"
import { Progress } from "./Job.ts"

/** A bulk job as administrators see it: whose it is and how far it has come, without the names. */
export const JobOverview = Schema.Struct({
  id: JobId,
  user_id: UserId,
  status: BulkJob.fields.state,
  created_at: Column.Instant,
  started_at: Schema.NullOr(Column.Instant),
  finished_at: Schema.NullOr(Column.Instant),
  progress: Progress,
  max_credits: Schema.NullOr(Schema.Int),
  credits: Schema.Int
}).annotate({ identifier: "JobOverview" })
export type JobOverview = typeof JobOverview.Type

/** A fetch of a profile under way, by whichever process. */
export const FetchOverview = Schema.Struct({
  id: FetchId,
  username: ProfileFetch.fields.username,
  purpose: ProfileFetch.fields.purpose,
  state: ProfileFetch.fields.state,
  attempts: Schema.Int.annotate({ description: "Processes that took it up: more than one when one of them died" }),
  callers: Schema.Int.annotate({ description: "Users who wait for it" }),
  created_at: Column.Instant,
  started_at: Schema.NullOr(Column.Instant)
}).annotate({ identifier: "FetchOverview" })
export type FetchOverview = typeof FetchOverview.Type

const seconds = Schema.Finite.annotate({ description: "Seconds that the oldest of them waits; 0 where there is none" })

/** What waits and what is under way in all processes together. */
export const Backlog = Schema.Struct({
  queues: Schema.Array(Schema.Struct({
    name: Schema.String,
    waiting: Schema.Int,
    running: Schema.Int,
    oldest_seconds: seconds
  })).annotate({ description: "Work for any process; a queue without work is not there" }),
  fetches: Schema.Struct({ queued: Schema.Int, running: Schema.Int, oldest_seconds: seconds }),
  jobs: Schema.Struct({ queued: Schema.Int, running: Schema.Int, oldest_seconds: seconds }),
  webhooks: Schema.Struct({
    due: Schema.Int.annotate({
      description: "Deliveries that no worker has taken although it is time; 10,000: that many or more"
    }),
    oldest_seconds: seconds
  })
}).annotate({ identifier: "Backlog" })
export type Backlog = typeof Backlog.Type

export interface JobFilter {
  readonly state: typeof BulkJob.fields.state.Type | undefined
  readonly user: UserId | undefined
  readonly createdBefore: Column.Instant | undefined
}
