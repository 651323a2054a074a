import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Method } from "../analytics/Method.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { wholeNumber } from "../http/QueryValues.ts"
import { asksVendor, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { Mention } from "../profiles/Mention.ts"
import { AccessRequired, InvalidUsername, ProfileNotFound, ProfileTemporarilyUnavailable } from "../profiles/ProfileErrors.ts"
import { Username } from "../profiles/Username.ts"
import { AsksVendor } from "../ratelimits/LimitsApi.ts"
import { Audience } from "./audience/Audience.ts"
import { Authenticity } from "./authenticity/Authenticity.ts"
import { CommentFigures } from "./CommentStudy.ts"
import { ContentSentiment } from "./ContentSentiment.ts"
import { Creator } from "./creator/Creator.ts"
import { AtPosting } from "./history/AtPosting.ts"
import { Growth } from "./history/Growth.ts"
import { HistoryColumns, HistoryPoint } from "./history/Series.ts"
import { PeerBenchmarks } from "./PeerBenchmarks.ts"

const errors = [InvalidUsername, ProfileNotFound, AccessRequired, DatabaseUnavailable, RowMismatch, RowRefused] as const

const params = { username: Schema.String }

export const HistoryAnswer = Schema.Struct({
  username: Schema.String,
  granularity: Schema.Literals(["day", "week", "month"]),
  from: Schema.String,
  to: Schema.String,
  columns: HistoryColumns,
  points: Schema.Array(HistoryPoint),
  growth: Growth,
  /** The stored posts of these days, latest first, at most 100. */
  posts: Schema.Array(AtPosting)
}).annotate({ identifier: "HistoryAnswer" })

export const CreatorAnswer = Schema.Struct({
  username: Schema.String,
  /** Null: no answer of the account is kept to derive it from. */
  creator: Schema.NullOr(Creator),
  /** The tone of the captions, of the posts whose comments were collected. */
  content_sentiment: ContentSentiment
}).annotate({ identifier: "CreatorAnswer" })

export const AudienceAnswer = Schema.Struct({ username: Schema.String, audience: Audience }).annotate({
  identifier: "AudienceAnswer"
})

export const SentimentAnswer = Schema.Struct({
  username: Schema.String,
  /** Over all posts whose comments are known. */
  overall: CommentFigures,
  posts: Schema.Array(Schema.Struct({
    shortcode: Schema.String,
    posted_at: Schema.NullOr(Schema.String),
    figures: CommentFigures
  })),
  /** Of this collection; null for an answer of stored data. */
  collection: Schema.NullOr(Schema.Struct({
    collected: Schema.Array(Schema.String),
    failed: Schema.Array(Schema.Struct({ shortcode: Schema.String, reason: Schema.String }))
  }))
}).annotate({ identifier: "SentimentAnswer" })

export const CollectionAccepted = Schema.Struct({
  status: Schema.Literal("running"),
  username: Schema.String,
  /** Where the result will be. */
  href: Schema.String
}).pipe(HttpApiSchema.status(202)).annotate({ identifier: "CollectionAccepted" })

export const AuthenticityAnswer = Schema.Struct({ username: Schema.String, authenticity: Authenticity }).annotate({
  identifier: "AuthenticityAnswer"
})

export const BenchmarksAnswer = Schema.Struct({ username: Schema.String, ...PeerBenchmarks.fields }).annotate({
  identifier: "BenchmarksAnswer"
})

export const MentionedByView = Schema.Struct({
  username: Username,
  mention_type: Mention.fields.mention_type,
  mention_context: Mention.fields.mention_context,
  mentioned_at: Mention.fields.mentioned_at,
  shortcode: Schema.NullOr(Schema.String)
}).annotate({ identifier: "MentionedBy" })

const commentReads = {
  reads: ["profiles", "user_profile_access", "posts", "post_profiles", "comment_sentiment", "audience_demographics"],
  writes: []
} as const

const conditionalHeaders = { "if-none-match": Schema.optionalKey(Schema.String) }

/** Days of a history, and latest posts whose comments are read, unless the caller says how many. */
export const defaultDays = 90
export const defaultPosts = 6

/** Figures over time, and where every figure comes from. */
export class InsightsApi extends HttpApiGroup.make("insights")
  .add(
    HttpApiEndpoint.get("history", "/profile/:username/history", {
      params,
      query: {
        days: Schema.optionalKey(wholeNumber({ minimum: 1, maximum: 730, unlessGiven: defaultDays }, "How far back")),
        granularity: Schema.optionalKey(Schema.Literals(["day", "week", "month"]))
      },
      success: HistoryAnswer,
      error: errors
    })
      .annotate(Touches, {
        reads: ["profiles", "user_profile_access", "profile_snapshots", "posts", "post_profiles"],
        writes: []
      })
      .annotate(OpenApi.Summary, "Counts and headline figures over time, and growth")
      .annotate(
        OpenApi.Description,
        "One point a day, week or month (UTC) of the last `days` (90): what the last fetch of it found, null where there was none. "
          + "Spikes name the posts that may explain them; each post of these days carries its engagement in percent of the followers at posting time, where a fetch within three days of it says how many there were."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("creator", "/profile/:username/creator", {
      params,
      headers: conditionalHeaders,
      success: CreatorAnswer,
      error: errors
    })
      .annotate(Touches, {
        reads: [...commentReads.reads, "creator_metadata", "vendor_answers"],
        writes: ["creator_metadata"]
      })
      .annotate(OpenApi.Summary, "What is known of a creator, each finding with its evidence")
      .annotate(
        OpenApi.Description,
        "Category, themes, languages, location, contacts, brands, disclosed advertisements and content mix of the latest stored answer; each names its method, its sample and the posts it rests on."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("sentiment", "/profile/:username/sentiment", {
      params,
      headers: conditionalHeaders,
      success: SentimentAnswer,
      error: errors
    })
      .annotate(Touches, commentReads)
      .annotate(OpenApi.Summary, "What the collected comments feel and want, post by post and together")
      .annotate(
        OpenApi.Description,
        "Stored data only: POST collects comments first. Shares are of decided comments, with their coverage."
      )
      .middleware(Authorization),
    HttpApiEndpoint.post("collectComments", "/profile/:username/sentiment", {
      params,
      query: {
        posts: Schema.optionalKey(
          wholeNumber({ minimum: 1, maximum: 12, unlessGiven: defaultPosts }, "How many of the latest posts")
        )
      },
      headers: {
        prefer: Schema.optionalKey(Schema.String.annotate({ description: "`wait=N`: seconds to wait (25, at most 120)" }))
      },
      success: [SentimentAnswer, CollectionAccepted],
      error: [...errors, ProfileTemporarilyUnavailable]
    })
      .middleware(Idempotency)
      .annotate(Repeats, asksVendor)
      .annotate(AsksVendor, true)
      .annotate(Touches, {
        reads: commentReads.reads,
        writes: ["post_answers", "comment_sentiment", "audience_demographics", "mentions", "profiles"]
      })
      .annotate(OpenApi.Summary, "Collect the comments of the latest posts")
      .annotate(
        OpenApi.Description,
        "Asks the vendor for each post whose comments are older than a day, or were never asked for: each costs a call. Whom they mention joins the profile's mentions. What takes longer than `Prefer: wait` goes on and is answered with 202; GET shows it once it is stored."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("audience", "/profile/:username/audience", {
      params,
      headers: conditionalHeaders,
      success: AudienceAnswer,
      error: errors
    })
      .annotate(Touches, commentReads)
      .annotate(OpenApi.Summary, "What can be said of the audience, and what cannot")
      .annotate(
        OpenApi.Description,
        "Languages of those who comment, once comments were collected. Gender, age and places only where the account's owner connected a source of their own; never guessed."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("authenticity", "/profile/:username/authenticity", {
      params,
      headers: conditionalHeaders,
      success: AuthenticityAnswer,
      error: errors
    })
      .annotate(Touches, { reads: [...commentReads.reads, "profile_snapshots"], writes: [] })
      .annotate(OpenApi.Summary, "How far the figures look like those of people, with every factor")
      .annotate(
        OpenApi.Description,
        "0 to 100 with its open factors; abstains on small samples. It judges figures, not persons, and proves nothing."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("benchmarks", "/profile/:username/benchmarks", {
      params,
      headers: conditionalHeaders,
      success: BenchmarksAnswer,
      error: errors
    })
      .annotate(Touches, { reads: ["profiles", "user_profile_access"], writes: [] })
      .annotate(OpenApi.Summary, "Where the figures stand among stored peers, and beside published tables")
      .middleware(Authorization),
    HttpApiEndpoint.get("mentionedBy", "/profile/:username/mentioned-by", {
      params,
      query: listQuery,
      headers: conditionalHeaders,
      success: Listing(MentionedByView).annotate({ identifier: "MentionedByList" }),
      error: errors
    })
      .annotate(Touches, { reads: ["profiles", "user_profile_access", "mentions", "posts"], writes: [] })
      .annotate(OpenApi.Summary, "Which stored profiles mention, tag or collaborate with it, latest first")
      .middleware(Authorization),
    HttpApiEndpoint.get("metricsRegistry", "/metrics-registry", {
      success: Schema.Struct({ methods: Schema.Array(Method) }).annotate({ identifier: "MetricsRegistry" })
    })
      .annotate(Touches, { reads: [], writes: [] })
      .annotate(OpenApi.Summary, "Definition, formula, source and worked example of every figure")
  )
  .annotate(OpenApi.Description, "Figures over time, and the registry that explains every figure.")
{}
