import { Schema } from "effect"

/**
 * One analytic figure: a value with its provenance, or no value with the reason. `value` describes the value when there is one;
 * `interval` the uncertainty of an estimate that is not one number. The three members make the dishonest combinations impossible:
 * a number with a reason, a null without one, an estimate without its sample and interval.
 */
export const Figure = <Value extends Schema.Top, Uncertainty extends Schema.Top = typeof Interval>(
  value: Value,
  interval?: Uncertainty
) => {
  // Without an argument, Uncertainty is the type of Interval: its default.
  const uncertainty = (interval ?? Interval) as Uncertainty
  return Schema.Union([
    Schema.Struct({
      value,
      status: Schema.Literals(["measured", "derived"]),
      ...provenance,
      sample: Schema.NullOr(FigureSample),
      interval: Schema.NullOr(uncertainty),
      as_of: Instant,
      reason: Schema.Null
    }),
    Schema.Struct({
      value,
      status: Schema.Literal("estimated"),
      ...provenance,
      sample: FigureSample,
      interval: uncertainty,
      as_of: Instant,
      reason: Schema.Null
    }),
    Schema.Struct({
      value: Schema.Null,
      status: Schema.Literal("unavailable"),
      ...provenance,
      sample: Schema.NullOr(FigureSample),
      interval: Schema.Null,
      as_of: Instant,
      reason: Reason
    })
  ])
}
export type Figure<A, I = Interval> = Stated<A, I> | Estimated<A, I> | Unavailable

/** `measured`: the vendor said it. `derived`: a formula over what it said. */
export interface Stated<A, I = Interval> extends Provenance {
  readonly value: A
  readonly status: "measured" | "derived"
  readonly sample: FigureSample | null
  readonly interval: I | null
  readonly as_of: string
  readonly reason: null
}

/** A model's answer: never without its sample and interval. */
export interface Estimated<A, I = Interval> extends Provenance {
  readonly value: A
  readonly status: "estimated"
  readonly sample: FigureSample
  readonly interval: I
  readonly as_of: string
  readonly reason: null
}

/** No value, and why. `sample` says how little there was. */
export interface Unavailable extends Provenance {
  readonly value: null
  readonly status: "unavailable"
  readonly sample: FigureSample | null
  readonly interval: null
  readonly as_of: string
  readonly reason: Reason
}

/** Which entry of the registry made the figure. */
export interface Provenance {
  readonly method: string
  readonly version: number
}

/** A UTC instant as text, the form of `DateTime.formatIso`. */
export const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?Z$/, {
    expected: "a UTC instant such as 2026-01-31T12:00:00.000Z"
  })
).annotate({ identifier: "Instant", format: "date-time", description: "A UTC instant, ISO 8601" })

/** Why a figure has no value: a closed set, so that a client can explain each. */
export const Reason = Schema.Literals([
  "private",
  "hidden_by_owner",
  "not_collected",
  "too_few_posts",
  "too_few_comments",
  "too_few_snapshots",
  "too_few_profiles",
  "no_followers",
  "no_comments",
  "no_engagement",
  "no_time_span",
  "not_stated",
  "access_required",
  "not_supported"
]).annotate({
  identifier: "FigureReason",
  description:
    "private: the account is private. hidden_by_owner: the owner hides the counts. not_collected: it exists but was not " +
    "received. too_few_*: fewer than the method's minimum exist or are of that kind. no_followers, no_comments, no_engagement: the denominator " +
    "is 0. no_time_span: the posts lie too close together for a rate. not_stated: nothing of what was received says it. " +
    "access_required: the caller has not unlocked what it is of. not_supported: not in public data."
})
export type Reason = typeof Reason.Type

/** What a figure was computed over: how many, of what, over which span (null where no time is known). */
export const FigureSample = Schema.Struct({
  size: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  unit: Schema.Literals(["posts", "comments", "commenters", "snapshots", "profiles", "fields"]),
  from: Schema.NullOr(Instant),
  to: Schema.NullOr(Instant)
}).annotate({ identifier: "FigureSample" })
export interface FigureSample extends Schema.Schema.Type<typeof FigureSample> {}

/** Where the true value lies with at least probability `level`. */
export const Interval = Schema.Struct({
  low: Schema.Finite,
  high: Schema.Finite,
  level: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true }))
}).check(Schema.makeFilter(({ high, low }) => low <= high || "low must not exceed high")).annotate({ identifier: "Interval" })
export interface Interval extends Schema.Schema.Type<typeof Interval> {}

/** A figure the vendor stated. */
export const measured = <A>(by: Provenance, as_of: string, value: A, sample: FigureSample | null = null): Figure<A> =>
  stated("measured", by, as_of, value, sample, null)

/** A figure computed from measured ones. */
export const derived = <A>(
  by: Provenance,
  as_of: string,
  value: A,
  sample: FigureSample | null = null,
  interval: Interval | null = null
): Figure<A> => stated("derived", by, as_of, value, sample, interval)

/** A figure from a model. */
export const estimated = <A, I = Interval>(
  by: Provenance,
  as_of: string,
  value: A,
  sample: FigureSample,
  interval: I
): Estimated<A, I> => ({
  value,
  status: "estimated",
  method: by.method,
  version: by.version,
  sample,
  interval,
  as_of,
  reason: null
})

/** The absence of a figure, with its reason. */
export const unavailable = (
  by: Provenance,
  as_of: string,
  reason: Reason,
  sample: FigureSample | null = null
): Unavailable => ({
  value: null,
  status: "unavailable",
  method: by.method,
  version: by.version,
  sample,
  interval: null,
  as_of,
  reason
})

const provenance = {
  method: Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9_]*$/)),
  version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))
}

// Key order is the schema's: a recomputed report must give the same bytes.
const stated = <A>(
  status: "measured" | "derived",
  by: Provenance,
  as_of: string,
  value: A,
  sample: FigureSample | null,
  interval: Interval | null
): Stated<A> => ({ value, status, method: by.method, version: by.version, sample, interval, as_of, reason: null })
