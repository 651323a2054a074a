import { Schema } from "effect"
import { Model } from "effect/schema"
import { Reservation } from "../credits/CreditReservation.ts"
import * as Column from "../database/Column.ts"
import { AnalysisType } from "../searches/Search.ts"
import { UserId } from "../users/UserId.ts"
import { ProfileId } from "./Profile.ts"
import { Username } from "./Username.ts"

export const FetchId = Schema.String.pipe(Schema.brand("FetchId")).annotate({ sqlType: "uuid" })
export type FetchId = typeof FetchId.Type

/** Why a profile is fetched: `lookup` and `bulk` for callers who wait, `refresh` and `backfill` for the product itself. */
export const Purpose = Column.oneOf(["lookup", "bulk", "refresh", "backfill"])
export type Purpose = typeof Purpose.Type

/** How a fetch failed, as far as those who asked are told. */
export const FetchProblem = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("not_found") }),
  Schema.Struct({ kind: Schema.Literal("suppressed") }),
  Schema.Struct({ kind: Schema.Literal("spend_ceiling"), retry_after: Schema.Int }),
  Schema.Struct({ kind: Schema.Literal("unavailable"), reason: Schema.String, retry_after: Schema.Int })
])
export type FetchProblem = typeof FetchProblem.Type

/** A row of `profile_fetches`: a fetch under way or lately ended. */
export class ProfileFetch extends Model.Class<ProfileFetch>("ProfileFetch")({
  id: Column.withDefault(FetchId),
  username: Username.annotate({ sqlType: "text" }),
  purpose: Purpose,
  analysis_type: AnalysisType,
  state: Column.withDefault(Column.oneOf(["queued", "running", "succeeded", "failed", "cancelled"])),
  attempts: Column.withDefault(Column.integer),
  created_at: Column.withDefault(Column.Instant),
  started_at: Schema.NullOr(Column.Instant),
  finished_at: Schema.NullOr(Column.Instant),
  profile_id: Schema.NullOr(ProfileId.annotate({ sqlType: "uuid" })),
  problem: Schema.NullOr(Column.json(FetchProblem))
}, { table: "profile_fetches" }) {}

/** A row of `profile_fetch_callers`: who waits for a fetch. */
export class ProfileFetchCaller extends Model.Class<ProfileFetchCaller>("ProfileFetchCaller")({
  id: Column.withDefault(Column.uuid),
  fetch_id: FetchId,
  user_id: UserId.annotate({ sqlType: "uuid" }),
  asked_at: Column.Instant,
  recorded: Column.withDefault(Column.boolean),
  left_at: Schema.NullOr(Column.Instant),
  reservation: Schema.NullOr(Column.json(Reservation)),
  is_job: Column.withDefault(Column.boolean)
}, { table: "profile_fetch_callers" }) {}

/** A fetch with its end. */
export type Ended = ProfileFetch & {
  readonly state: "succeeded" | "failed" | "cancelled"
  readonly finished_at: Column.Instant
}

export const isEnded = (fetch: ProfileFetch): fetch is Ended => fetch.finished_at !== null
