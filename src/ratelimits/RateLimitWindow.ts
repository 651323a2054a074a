import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"

/** A row of `rate_limit_windows`: what a key has used in one window of a policy, by whichever process. */
export class RateLimitWindow extends Model.Class<RateLimitWindow>("RateLimitWindow")({
  key: Column.text,
  period: Column.bigint,
  used: Column.integer,
  given: Column.integer,
  ends_at: Column.Instant
}, { table: "rate_limit_windows" }) {}
