import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { Authorization } from "../auth/Authorization.ts"
import { CreditsRequired } from "../credits/CreditErrors.ts"
import { creditAccount } from "../credits/CreditsApi.ts"
import { dryRunQuery, Quote } from "../credits/Quote.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { asksVendor, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { InvalidShortcode, PostNotFound, PostTemporarilyUnavailable } from "../posts/PostErrors.ts"
import { AccessRequired, InvalidUsername, ProfileNotFound } from "../profiles/ProfileErrors.ts"
import { CampaignStatus } from "./Campaign.ts"
import { CampaignChange, CampaignPostChange, CampaignProfileChange, NewCampaign } from "./CampaignBody.ts"
import { CampaignFull, CampaignNotFound, InvalidCampaign, TransitionNotAllowed } from "./CampaignErrors.ts"
import { CampaignReport } from "./CampaignReport.ts"
import { CampaignView, PostInCampaign, ProfileInCampaign } from "./CampaignView.ts"

const params = { id: Schema.String }
const profileParams = {
  id: Schema.String,
  username: Schema.String.annotate({ description: "A leading @, capitals and a pasted profile address are understood" })
}
const postParams = {
  id: Schema.String,
  shortcode: Schema.String.annotate({
    description:
      "A shortcode, or the address of a post, reel or video with its slashes encoded: https%3A%2F%2Fwww.instagram.com%2Fp%2F…"
  })
}

const databaseErrors = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const errors = [CampaignNotFound, ...databaseErrors] as const

const attached =
  "Needs open access at the time it is attached; it stays when the access ends, without figures. Absent members stay as they "
  + "are, null clears them; no body changes nothing."

const reporting = {
  reads: [
    "campaigns",
    "campaign_profiles",
    "campaign_posts",
    "profiles",
    "posts",
    "post_profiles",
    "user_profile_access",
    ...creditAccount.reads
  ],
  writes: creditAccount.writes
} as const

/** Campaigns, what is attached to them, and what came of it. */
export class CampaignsApi extends HttpApiGroup.make("campaigns")
  .add(
    HttpApiEndpoint.get("list", "/campaigns", {
      query: { ...listQuery, status: Schema.optionalKey(Schema.Literals([...CampaignStatus.literals, "deleted"])) },
      success: Listing(CampaignView).annotate({ identifier: "CampaignList" }),
      error: databaseErrors
    })
      .annotate(Touches, { reads: ["campaigns"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's campaigns, latest first; with status=deleted those in the bin"),
    HttpApiEndpoint.post("create", "/campaigns", {
      payload: NewCampaign,
      success: CampaignView.pipe(HttpApiSchema.status(201)),
      error: [InvalidCampaign, ...databaseErrors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: [], writes: ["campaigns"] })
      .annotate(OpenApi.Summary, "A new campaign, as a draft"),
    HttpApiEndpoint.get("get", "/campaigns/:id", { params, success: CampaignView, error: errors })
      .annotate(Touches, { reads: ["campaigns"], writes: [] })
      .annotate(OpenApi.Summary, "One campaign"),
    HttpApiEndpoint.patch("change", "/campaigns/:id", {
      params,
      payload: CampaignChange,
      success: CampaignView,
      error: [TransitionNotAllowed, InvalidCampaign, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns"], writes: ["campaigns"] })
      .annotate(OpenApi.Summary, "Change a campaign, all that is given or nothing")
      .annotate(
        OpenApi.Description,
        "Absent members stay as they are, null clears them. The status goes from draft to active, between active and paused, from either to "
          + "completed, and from completed to archived; `allowed_transitions` says where it may go now."
      ),
    HttpApiEndpoint.delete("remove", "/campaigns/:id", { params, success: HttpApiSchema.NoContent, error: errors })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns"], writes: ["campaigns", ...recorded] })
      .annotate(OpenApi.Summary, "Put a campaign into the bin"),
    HttpApiEndpoint.post("restore", "/campaigns/:id/restore", { params, success: CampaignView, error: errors })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns"], writes: ["campaigns"] })
      .annotate(OpenApi.Summary, "Take a campaign out of the bin, as it was"),
    HttpApiEndpoint.get("profiles", "/campaigns/:id/profiles", {
      params,
      query: listQuery,
      success: Listing(ProfileInCampaign).annotate({ identifier: "CampaignProfileList" }),
      error: errors
    })
      .annotate(Touches, { reads: ["campaigns", "campaign_profiles", "profiles", "user_profile_access"], writes: [] })
      .annotate(OpenApi.Summary, "Profiles in a campaign, latest attached first"),
    HttpApiEndpoint.put("attachProfile", "/campaigns/:id/profiles/:username", {
      params: profileParams,
      payload: [CampaignProfileChange, Schema.Null],
      success: ProfileInCampaign,
      error: [InvalidUsername, ProfileNotFound, AccessRequired, CampaignFull, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns", "profiles", "user_profile_access"], writes: ["campaign_profiles"] })
      .annotate(OpenApi.Summary, "Attach a stored profile, or change what is said of it")
      .annotate(OpenApi.Description, attached),
    HttpApiEndpoint.delete("detachProfile", "/campaigns/:id/profiles/:username", {
      params: profileParams,
      success: HttpApiSchema.NoContent,
      error: [InvalidUsername, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns", "profiles"], writes: ["campaign_profiles"] })
      .annotate(OpenApi.Summary, "Detach a profile; the same answer where it was not attached"),
    HttpApiEndpoint.get("posts", "/campaigns/:id/posts", {
      params,
      query: listQuery,
      success: Listing(PostInCampaign).annotate({ identifier: "CampaignPostList" }),
      error: errors
    })
      .annotate(Touches, { reads: ["campaigns", "campaign_posts", "posts", "post_profiles", "user_profile_access"], writes: [] })
      .annotate(OpenApi.Summary, "Posts in a campaign, latest attached first"),
    HttpApiEndpoint.put("attachPost", "/campaigns/:id/posts/:shortcode", {
      params: postParams,
      query: dryRunQuery,
      payload: [CampaignPostChange, Schema.Null],
      success: [PostInCampaign, Quote],
      error: [
        InvalidShortcode,
        PostNotFound,
        PostTemporarilyUnavailable,
        AccessRequired,
        CampaignFull,
        CreditsRequired,
        ...errors
      ]
    })
      .middleware(Idempotency)
      .annotate(Repeats, asksVendor)
      .annotate(Touches, {
        reads: ["campaigns", "user_profile_access", "webhook_endpoints", "suppressions", ...creditAccount.reads],
        writes: [
          ...creditAccount.writes,
          "campaign_posts",
          "posts",
          "post_profiles",
          "post_answers",
          "profiles",
          "mentions",
          "webhook_deliveries"
        ]
      })
      .annotate(OpenApi.Summary, "Attach a post, or change what is said of it")
      .annotate(
        OpenApi.Description,
        "A post that is not stored is fetched from Instagram, which costs credits where they are on (`X-Credits-Charged`); one that is stored does not. "
          + `When its owner is not unlocked the answer says whom to unlock, and nothing is charged. ${attached}`
      ),
    HttpApiEndpoint.delete("detachPost", "/campaigns/:id/posts/:shortcode", {
      params: postParams,
      success: HttpApiSchema.NoContent,
      error: [InvalidShortcode, ...errors]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: ["campaigns", "posts"], writes: ["campaign_posts"] })
      .annotate(OpenApi.Summary, "Detach a post; the same answer where it was not attached"),
    HttpApiEndpoint.get("report", "/campaigns/:id/report", {
      params,
      query: dryRunQuery,
      headers: { "if-none-match": Schema.optionalKey(Schema.String) },
      success: [CampaignReport, Quote],
      error: [CreditsRequired, ...errors]
    })
      .annotate(Touches, reporting)
      .annotate(OpenApi.Summary, "What the campaign's posts did within its dates, in all, by profile and by post")
      .annotate(
        OpenApi.Description,
        "Figures of what the caller has unlocked now, as of the last fetch of each post: look the profiles up to have newer ones. "
          + "Costs credits where they are on (`X-Credits-Charged`), once in 24 hours for a campaign; 304 and HEAD are free."
      ),
    HttpApiEndpoint.get("export", "/campaigns/:id/export", {
      params,
      query: { ...dryRunQuery, of: Schema.optionalKey(Schema.Literals(["posts", "profiles"])) },
      success: [HttpApiSchema.StreamUint8Array({ contentType: "text/csv" }), Quote],
      error: [CreditsRequired, ...errors]
    })
      .annotate(Touches, reporting)
      .annotate(OpenApi.Summary, "The campaign's posts (or profiles) as CSV")
      .annotate(
        OpenApi.Description,
        "RFC 4180, UTF-8, latest attached first. A text that a spreadsheet would run as a formula has an apostrophe before it. Empty is unknown, or not unlocked. "
          + "Costs credits where they are on (`X-Credits-Charged`), once in 24 hours for the posts or the profiles of a campaign; HEAD is free."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Campaigns: their life, the profiles and posts in them, and what came of it.")
{}
