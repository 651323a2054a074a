import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { ItemState } from "./BulkJob.ts"

/** The look-up of one profile that goes on after the request that asked for it. */
export const Job = Schema.Struct({
  id: Schema.String,
  type: Schema.Literal("profile_lookup"),
  status: Schema.Literals(["running", "succeeded", "failed", "cancelled"]),
  username: Schema.String,
  created_at: Column.Instant,
  finished_at: Schema.NullOr(Column.Instant),
  /** Where the job itself is. */
  href: Schema.String,
  /** Where the result is, once it has succeeded. */
  result_href: Schema.NullOr(Schema.String),
  /** The problem it ended with: its type, and a sentence that says what to do. */
  problem: Schema.NullOr(Schema.Struct({ type: Schema.String, title: Schema.String, detail: Schema.String }))
}).annotate({ identifier: "Job" })
export type Job = typeof Job.Type

/** How many names of a job are in which state; they add up to `total`. */
export const Progress = Schema.Struct({
  total: Schema.Int,
  queued: Schema.Int,
  running: Schema.Int,
  succeeded: Schema.Int,
  failed: Schema.Int,
  skipped: Schema.Int,
  cancelled: Schema.Int
}).annotate({ identifier: "JobProgress" })

/** The look-up of many profiles. `finished`: every name has come to an end, whatever it ended with. */
export const BulkJobView = Schema.Struct({
  id: Schema.String,
  type: Schema.Literal("bulk_lookup"),
  status: Schema.Literals(["queued", "running", "finished", "cancelled"]),
  created_at: Column.Instant,
  started_at: Schema.NullOr(Column.Instant),
  finished_at: Schema.NullOr(Column.Instant),
  href: Schema.String,
  /** The names with what came of them; those that have ended can be read while the job goes on. */
  items_href: Schema.String,
  events_href: Schema.String,
  progress: Progress,
  max_credits: Schema.NullOr(Schema.Int),
  /** Reserved or charged so far. */
  credits: Schema.Int
}).annotate({ identifier: "BulkJob" })
export type BulkJobView = typeof BulkJobView.Type

/** One name of a bulk job. */
export const JobItemView = Schema.Struct({
  username: Schema.String,
  state: ItemState,
  /** Where the result came from. */
  source: Schema.NullOr(Schema.Literals(["vendor", "database"])),
  /** Why there is no profile, or why the stored one that is served is stale. */
  reason: Schema.NullOr(Schema.String),
  credits: Schema.Int,
  finished_at: Schema.NullOr(Column.Instant),
  result_href: Schema.NullOr(Schema.String),
  profile: Schema.NullOr(Schema.Struct({
    full_name: Schema.NullOr(Schema.String),
    followers_count: Schema.NullOr(Schema.Int),
    following_count: Schema.NullOr(Schema.Int),
    posts_count: Schema.NullOr(Schema.Int),
    is_verified: Schema.NullOr(Schema.Boolean),
    availability: Schema.NullOr(Schema.String),
    last_refreshed: Schema.NullOr(Column.Instant)
  }))
}).annotate({ identifier: "JobItem" })
export type JobItemView = typeof JobItemView.Type

/** What `POST /jobs` takes. */
export const NewJob = Schema.Struct({
  usernames: Schema.Array(Schema.String.check(Schema.isMaxLength(200))).check(Schema.isMinLength(1), Schema.isMaxLength(1000))
    .annotate({
      description:
        "1–1,000 Instagram usernames; a leading @, capitals and a pasted profile address are understood, repeated names count once"
    }),
  max_credits: Schema.optionalKey(Schema.NullOr(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 })).annotate({
      description: "Names that would cost more than this in all are skipped"
    })
  ))
}).annotate({ identifier: "NewJob" })
