import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { flag, wholeNumber } from "../http/QueryValues.ts"
import { text } from "../http/Text.ts"
import { UtcInstant } from "../http/UtcInstant.ts"
import { Idempotency } from "../idempotency/IdempotencyApi.ts"
import { SearchNotFound } from "./SearchErrors.ts"
import { SearchView, Suggestion } from "./SearchView.ts"

/** Suggestions, unless the caller says how many. */
export const defaultSuggestions = 10

const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const both = ["user_searches", "search_history"] as const

/** What the caller looked up, and what they may be about to. */
export class SearchesApi extends HttpApiGroup.make("searches")
  .add(
    HttpApiEndpoint.get("list", "/me/searches", {
      query: {
        ...listQuery,
        success: Schema.optionalKey(flag),
        q: Schema.optionalKey(text(1, 100).annotate({ description: "A beginning of usernames" })),
        since: Schema.optionalKey(UtcInstant),
        until: Schema.optionalKey(UtcInstant.annotate({ description: "Exclusive" }))
      },
      success: Listing(SearchView).annotate({ identifier: "SearchList" }),
      error
    })
      .annotate(Touches, { reads: ["user_searches"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's look-ups, latest first, with outcome and duration"),
    HttpApiEndpoint.delete("clear", "/me/searches", { success: Schema.Struct({ deleted: Schema.Int }), error })
      .middleware(Idempotency)
      .annotate(Touches, { reads: [], writes: both })
      .annotate(OpenApi.Summary, "Forget all look-ups; access that they opened stays"),
    HttpApiEndpoint.delete("remove", "/me/searches/:id", {
      params: { id: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" }) },
      success: HttpApiSchema.NoContent,
      error: [SearchNotFound, ...error]
    })
      .middleware(Idempotency)
      .annotate(Touches, { reads: [], writes: both })
      .annotate(OpenApi.Summary, "Forget one look-up"),
    HttpApiEndpoint.get("suggest", "/profiles/suggest", {
      query: {
        q: text(1, 100),
        limit: Schema.optionalKey(wholeNumber({ minimum: 1, maximum: 20, unlessGiven: defaultSuggestions }))
      },
      success: Schema.Struct({ data: Schema.Array(Suggestion) }).annotate({ identifier: "SuggestionList" }),
      error
    })
      .annotate(Touches, { reads: ["search_history", "profiles"], writes: [] })
      .annotate(OpenApi.Summary, "Stored profiles that a text may be meant for: the caller's own first, then the most followed")
      .annotate(OpenApi.Description, "At most `limit` (10). A public summary alone: nothing is unlocked, recorded or charged.")
  )
  .middleware(Authorization)
  .annotate(OpenApi.Description, "What the caller looked up, and suggestions while typing.")
{}
