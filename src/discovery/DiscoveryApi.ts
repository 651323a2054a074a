import { Schema } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { follower_tier, FollowerTier } from "../analytics/FollowerTier.ts"
import { Authorization } from "../auth/Authorization.ts"
import { CreditsRequired } from "../credits/CreditErrors.ts"
import { creditAccount } from "../credits/CreditsApi.ts"
import { dryRunQuery, Quote } from "../credits/Quote.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { decimal, flag, wholeNumber } from "../http/QueryValues.ts"
import { name } from "../http/Text.ts"
import { FoundProfile } from "./FoundProfile.ts"

const followers = wholeNumber({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
// Steps this wide find creators, and tell nobody the figure of a profile that they have not opened.
const engagementRate = decimal({ minimum: 0, maximum: 1000, step: 0.5 }, "Percent, in steps of 0.5")

/** The search among stored profiles. */
export class DiscoveryApi extends HttpApiGroup.make("discovery")
  .add(
    HttpApiEndpoint.get("find", "/profiles", {
      query: {
        ...listQuery,
        ...dryRunQuery,
        q: Schema.optionalKey(
          name(100).annotate({
            description: "Part of a username or full name; with fewer than three letters or digits in a row, their beginning"
          })
        ),
        tier: Schema.optionalKey(Schema.Literals(FollowerTier.literals).annotate({ description: follower_tier.formula })),
        min_followers: Schema.optionalKey(followers),
        max_followers: Schema.optionalKey(followers),
        category: Schema.optionalKey(name(100).annotate({ description: "As Instagram calls it, in any case: `Photographer`" })),
        is_verified: Schema.optionalKey(flag),
        is_business_account: Schema.optionalKey(flag),
        min_engagement_rate: Schema.optionalKey(engagementRate),
        max_engagement_rate: Schema.optionalKey(engagementRate),
        sort: Schema.optionalKey(
          Schema.Literals(["followers", "relevance"]).annotate({
            description:
              "`followers` (unless given): the most followed first, unknown last. `relevance`, with `q`: the very username, then what begins so, "
              + "then what contains it, each the most followed first"
          })
        )
      },
      headers: { "if-none-match": Schema.optionalKey(Schema.String) },
      success: [Listing(FoundProfile).annotate({ identifier: "FoundProfileList" }), Quote],
      error: [CreditsRequired, DatabaseUnavailable, RowMismatch, RowRefused]
    })
      // A filter that is misspelt would find, and charge for, something else.
      .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
      .annotate(Touches, {
        reads: ["profiles", "user_profile_access", ...creditAccount.reads],
        writes: creditAccount.writes
      })
      .annotate(OpenApi.Summary, "Search the stored profiles by name, size, category and kind")
      .annotate(
        OpenApi.Description,
        "What Instagram shows to everybody of profiles that somebody has looked up, and until when the caller has them open; gone ones are not found. "
          + "All filters hold together; bounds are inclusive, rates are percent in steps of 0.5. A profile whose category, count, kind or rate is unknown "
          + "is not found by a filter of it: unknown is not zero. Opens nothing, and is no look-up. "
          + "Costs credits where they are on (`X-Credits-Charged`), once in 24 hours for a page; an empty page, 304 and HEAD are free."
      )
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Search among the profiles that are stored.")
{}
