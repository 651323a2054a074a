import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { FetchId } from "../profiles/ProfileFetch.ts"
import { Username } from "../profiles/Username.ts"
import { UserId } from "../users/UserId.ts"

export const JobId = Schema.String.pipe(Schema.brand("JobId")).annotate({ sqlType: "uuid" })
export type JobId = typeof JobId.Type

/** A row of `jobs`: a bulk look-up. */
export class BulkJob extends Model.Class<BulkJob>("BulkJob")({
  id: Column.withDefault(JobId),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  state: Column.withDefault(Column.oneOf(["queued", "running", "finished", "cancelled"])),
  total: Column.integer,
  max_credits: Schema.NullOr(Column.integer),
  credits: Column.withDefault(Column.integer),
  revision: Column.withDefault(Column.integer),
  created_at: Column.withDefault(Column.Instant),
  started_at: Schema.NullOr(Column.Instant),
  finished_at: Schema.NullOr(Column.Instant)
}, { table: "jobs" }) {}

export const ItemState = Column.oneOf(["queued", "running", "succeeded", "failed", "skipped", "cancelled"])

/** A row of `job_items`: one name of a job. */
export class JobItem extends Model.Class<JobItem>("JobItem")({
  id: Column.withDefault(Column.uuid),
  job_id: JobId,
  position: Column.integer,
  username: Username.annotate({ sqlType: "text" }),
  state: Column.withDefault(ItemState),
  slot: Schema.NullOr(Column.integer),
  fetch_id: Schema.NullOr(FetchId),
  profile_id: Schema.NullOr(ProfileId.annotate({ sqlType: "uuid" })),
  source: Schema.NullOr(Column.oneOf(["vendor", "database"])),
  reason: Schema.NullOr(Column.text),
  credits: Column.withDefault(Column.integer),
  revision: Schema.NullOr(Column.integer),
  finished_at: Schema.NullOr(Column.Instant)
}, { table: "job_items" }) {}
