import { Schema } from "effect"
import { Currency } from "../http/Currency.ts"
import { day } from "../http/Day.ts"
import { coded, name, text, webAddress } from "../http/Text.ts"
import { CampaignPost, CampaignProfile, CampaignStatus } from "./Campaign.ts"

const orNull = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const positive = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000_000_000 }))

/**
 * What a campaign wants to reach, counted over its posts within its dates. Only what can be counted from public data: a goal of reach
 * or impressions, which only the accounts' owners can see, is refused.
 */
export const CampaignGoals = Schema.Struct({
  posts: Schema.optionalKey(positive),
  likes: Schema.optionalKey(positive),
  comments: Schema.optionalKey(positive),
  plays: Schema.optionalKey(positive),
  engagement: Schema.optionalKey(positive.annotate({ description: "Likes and comments" })),
  engagement_rate: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1000, exclusiveMinimum: true })).annotate({
      description: "Percent of followers, the median of the posts"
    })
  )
}).annotate({ identifier: "CampaignGoals" })

const codes = (pattern: RegExp, expected: string) =>
  Schema.Array(Schema.String.check(coded(pattern, 3, expected))).check(Schema.isMaxLength(250), Schema.isUnique())

const age = Schema.Int.check(Schema.isBetween({ minimum: 13, maximum: 120 }))

/** Whom a campaign means to reach: the caller's intention, which nothing here is measured against. */
export const TargetAudience = Schema.Struct({
  countries: Schema.optionalKey(codes(/^[A-Z]{2}$/, "an ISO 3166-1 country code such as AE")),
  languages: Schema.optionalKey(codes(/^[a-z]{2,3}$/, "an ISO 639 language code such as ar")),
  genders: Schema.optionalKey(Schema.Array(Schema.Literals(["female", "male", "other"])).check(Schema.isUnique())),
  age_min: Schema.optionalKey(age),
  age_max: Schema.optionalKey(age),
  interests: Schema.optionalKey(Schema.Array(name(100)).check(Schema.isMaxLength(50), Schema.isUnique()))
}).check(
  Schema.makeFilter(({ age_max, age_min }) =>
    age_min === undefined || age_max === undefined || age_min <= age_max || "Expected age_min to be at most age_max"
  )
).annotate({ identifier: "TargetAudience" })

const amount = Schema.String.check(
  coded(/^\d{1,12}(\.\d{1,2})?$/, 15, "a decimal amount as text, such as \"1500.00\"")
)

const details = {
  description: orNull(text(0, 10_000)),
  logo_url: orNull(webAddress(2048)),
  start_date: orNull(day),
  end_date: orNull(day),
  budget: orNull(amount),
  currency: orNull(Currency),
  target_audience: orNull(TargetAudience),
  campaign_goals: orNull(CampaignGoals)
}

/** A new campaign; it begins as a draft. */
export const NewCampaign = Schema.Struct({ name: name(255), ...details }).annotate({ identifier: "NewCampaign" })
export type NewCampaign = typeof NewCampaign.Type

/** What changes of a campaign: absent is unchanged, null is cleared. */
export const CampaignChange = Schema.Struct({
  name: Schema.optionalKey(name(255)),
  status: Schema.optionalKey(CampaignStatus),
  ...details
}).annotate({ identifier: "CampaignChange" })
export type CampaignChange = typeof CampaignChange.Type

/** What is said of a profile in a campaign: absent is unchanged, null is cleared. */
export const CampaignProfileChange = Schema.Struct({
  role: Schema.optionalKey(CampaignProfile.fields.role),
  priority: orNull(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })).annotate({ description: "1 is the highest" })),
  notes: orNull(text(0, 5000))
}).annotate({ identifier: "CampaignProfileChange" })
export type CampaignProfileChange = typeof CampaignProfileChange.Type

/** What is said of a post in a campaign: absent is unchanged, null is cleared. */
export const CampaignPostChange = Schema.Struct({
  role: Schema.optionalKey(CampaignPost.fields.role),
  performance_tier: Schema.optionalKey(CampaignPost.fields.performance_tier),
  notes: orNull(text(0, 5000))
}).annotate({ identifier: "CampaignPostChange" })
export type CampaignPostChange = typeof CampaignPostChange.Type
