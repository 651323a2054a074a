import { Context, Effect, Layer, Schema } from "effect"

/** An audience as the account's owner sees it: how many followers of each label. */
export const FirstPartyDemographics = Schema.Struct({
  source: Schema.String,
  fetched_at: Schema.String,
  gender: Schema.NullOr(Schema.Record(Schema.String, Schema.Int)),
  age: Schema.NullOr(Schema.Record(Schema.String, Schema.Int)),
  country: Schema.NullOr(Schema.Record(Schema.String, Schema.Int)),
  city: Schema.NullOr(Schema.Record(Schema.String, Schema.Int))
})
export type FirstPartyDemographics = typeof FirstPartyDemographics.Type

/** The owner's source could not be read now. Says why in a word, never what it answered. */
export class FirstPartyUnavailable extends Schema.TaggedError<FirstPartyUnavailable>()("FirstPartyUnavailable", {
  reason: Schema.Literals(["unreachable", "refused", "unreadable"])
}) {}

/** What an account's owner lets us see: the only honest source of gender and age. */
export class FirstPartyAudience extends Context.Service<FirstPartyAudience, {
  /** Undefined: the owner has not connected the account. */
  of(username: string): Effect.Effect<FirstPartyDemographics | undefined, FirstPartyUnavailable>
}>()("analytics-following/insights/FirstPartyAudience") {
  /** No account is connected. */
  static readonly layerNone = Layer.succeed(FirstPartyAudience, { of: () => Effect.undefined })
}
