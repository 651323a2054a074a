import { Schema, Struct } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import type { RelationName } from "../alignment/Models.ts"
import { Touches } from "../alignment/Touches.ts"
import { Analytics } from "../analytics/Analytics.ts"
import { Authorization } from "../auth/Authorization.ts"
import { KeyScope, looksUp } from "../auth/KeyScopes.ts"
import { CreditsRequired } from "../credits/CreditErrors.ts"
import { creditAccount } from "../credits/CreditsApi.ts"
import { dryRunQuery, Quote } from "../credits/Quote.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { UtcInstant } from "../http/UtcInstant.ts"
import { asksVendor, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { Job } from "../jobs/Job.ts"
import { PostView } from "../posts/PostView.ts"
import { AsksVendor } from "../ratelimits/LimitsApi.ts"
import { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { Mention } from "./Mention.ts"
import { Freshness, ProfileAnswer } from "./ProfileAnswer.ts"
import {
  AccessRequired,
  InvalidUsername,
  ProfileNotFound,
  ProfileTemporarilyUnavailable,
  SpendCeilingReached
} from "./ProfileErrors.ts"
import { RelatedProfile } from "./RelatedProfile.ts"

const params = {
  username: Schema.String.annotate({
    description: "An Instagram username; a leading @, capitals and a pasted profile address are understood"
  })
}

const databaseErrors = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const lookupErrors = [
  InvalidUsername,
  ProfileNotFound,
  ProfileSuppressed,
  ProfileTemporarilyUnavailable,
  SpendCeilingReached,
  CreditsRequired,
  ...databaseErrors
] as const
const readErrors = [InvalidUsername, ProfileNotFound, AccessRequired, ...databaseErrors] as const

export const JobAccepted = Job.pipe(HttpApiSchema.status(202))

export const AnalyticsAnswer = Schema.Struct({
  username: Schema.String,
  /** The instant that was asked for with `as_of`; null: what is known now. */
  as_of: Schema.NullOr(Schema.String),
  analytics: Schema.NullOr(Analytics),
  freshness: Freshness
}).annotate({ identifier: "AnalyticsAnswer" })

export const RelatedView = Schema.Struct(Struct.omit(RelatedProfile.fields, ["profile_id", "updated_at"])).annotate({
  identifier: "RelatedProfile"
})

export const MentionView = Schema.Struct({
  ...Struct.omit(Mention.fields, ["profile_id", "created_at"]),
  shortcode: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Mention" })

const preferHeaders = {
  prefer: Schema.optionalKey(Schema.String.annotate({
    description:
      "`wait=N`: how many seconds to wait for a fetch (default 25, at most 120) before it is answered as a job with 202"
  })),
  "if-none-match": Schema.optionalKey(Schema.String)
}
const conditionalHeaders = { "if-none-match": Schema.optionalKey(Schema.String) }

/** A look-up stores all that a vendor answer says, and records who asked. */
const lookupTouches = {
  reads: [
    "profiles",
    "encoded_answers",
    "post_profiles",
    "posts",
    "vendor_answers",
    "user_profile_access",
    "webhook_endpoints",
    "profile_fetches",
    "profile_fetch_callers",
    "vendor_absences",
    "suppressions",
    ...creditAccount.reads
  ],
  writes: [
    ...creditAccount.writes,
    "profiles",
    "encoded_answers",
    "posts",
    "post_profiles",
    "related_profiles",
    "mentions",
    "profile_snapshots",
    "vendor_answers",
    "profile_fetches",
    "profile_fetch_callers",
    "user_profile_access",
    "user_searches",
    "search_history",
    "vendor_absences",
    "webhook_deliveries"
  ]
} as const

const reading = (
  ...relations: ReadonlyArray<RelationName>
) => ({ reads: ["profiles", "user_profile_access", ...relations], writes: [] } as const)

/** Look-up of profiles, and what is stored of those the caller has unlocked. */
export class ProfilesApi extends HttpApiGroup.make("profiles")
  .add(
    HttpApiEndpoint.get("lookup", "/profile/:username", {
      params,
      query: dryRunQuery,
      headers: preferHeaders,
      success: [ProfileAnswer, JobAccepted, Quote],
      error: lookupErrors
    })
      .annotate(KeyScope, looksUp)
      .annotate(Touches, lookupTouches)
      .annotate(OpenApi.Summary, "Look a profile up")
      .annotate(
        OpenApi.Description,
        "Answers what is stored while it is fresh, else asks Instagram; opens the caller's 30-day access (`X-Access-Expires-At`) and records the search. "
          + "Opening costs credits where they are on (`X-Credits-Charged`); reading inside the window does not. "
          + "What takes longer than `Prefer: wait` becomes a job. Stale data is served when Instagram cannot be read, and says so."
      ),
    HttpApiEndpoint.post("refresh", "/profile/:username/refresh", {
      params,
      query: dryRunQuery,
      headers: preferHeaders,
      success: [ProfileAnswer, JobAccepted, Quote],
      error: lookupErrors
    })
      .middleware(Idempotency)
      .annotate(Repeats, asksVendor)
      .annotate(AsksVendor, true)
      .annotate(Touches, lookupTouches)
      .annotate(OpenApi.Summary, "Fetch a profile anew")
      .annotate(
        OpenApi.Description,
        "As the look-up, but asks Instagram although the stored data is fresh. Data younger than a minute is answered as it is."
      ),
    HttpApiEndpoint.post("unlock", "/profile/:username/unlock", {
      params,
      query: dryRunQuery,
      headers: preferHeaders,
      success: [ProfileAnswer, JobAccepted, Quote],
      error: lookupErrors
    })
      .middleware(Idempotency)
      .annotate(Repeats, asksVendor)
      .annotate(AsksVendor, true)
      .annotate(Touches, lookupTouches)
      .annotate(OpenApi.Summary, "Unlock a profile, or renew its window")
      .annotate(
        OpenApi.Description,
        "As the look-up; a window that is open gets 30 days more at its end, at the price of an unlock. "
          + "While credits are off every look-up extends the window, and this is one."
      ),
    HttpApiEndpoint.get("analytics", "/profile/:username/analytics", {
      params,
      query: {
        as_of: Schema.optionalKey(UtcInstant.annotate({
          description:
            "What was known then: the figures of the latest answer fetched by this instant; null when nothing was known"
        }))
      },
      headers: conditionalHeaders,
      success: AnalyticsAnswer,
      error: readErrors
    }).annotate(Touches, reading("vendor_answers")).annotate(
      OpenApi.Summary,
      "Every figure of an unlocked profile, each with status, method and sample"
    ),
    HttpApiEndpoint.get("posts", "/profile/:username/posts", {
      params,
      query: listQuery,
      headers: conditionalHeaders,
      success: Listing(PostView).annotate({ identifier: "PostList" }),
      error: readErrors
    }).annotate(Touches, reading("posts", "post_profiles")).annotate(
      OpenApi.Summary,
      "Stored posts of an unlocked profile, newest first"
    ),
    HttpApiEndpoint.get("related", "/profile/:username/related", {
      params,
      query: listQuery,
      headers: conditionalHeaders,
      success: Listing(RelatedView).annotate({ identifier: "RelatedList" }),
      error: readErrors
    }).annotate(Touches, reading("related_profiles")).annotate(OpenApi.Summary, "Similar accounts, in Instagram's order"),
    HttpApiEndpoint.get("mentions", "/profile/:username/mentions", {
      params,
      query: listQuery,
      headers: conditionalHeaders,
      success: Listing(MentionView).annotate({ identifier: "MentionList" }),
      error: readErrors
    }).annotate(Touches, reading("mentions", "posts")).annotate(
      OpenApi.Summary,
      "Whom an unlocked profile mentions, latest first"
    )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Instagram profiles: look-up, analytics, posts, related accounts, mentions.")
{}
