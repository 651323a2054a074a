import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Method } from "../analytics/Method.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { AccessRequired, InvalidUsername, ProfileNotFound } from "../profiles/ProfileErrors.ts"
import { Creator } from "./creator/Creator.ts"
import { Growth } from "./history/Growth.ts"
import { HistoryPoint } from "./history/Series.ts"

const errors = [InvalidUsername, ProfileNotFound, AccessRequired, DatabaseUnavailable, RowMismatch, RowRefused] as const

const params = { username: Schema.String }

export const HistoryAnswer = Schema.Struct({
  username: Schema.String,
  granularity: Schema.Literals(["day", "week", "month"]),
  from: Schema.String,
  to: Schema.String,
  points: Schema.Array(HistoryPoint),
  growth: Growth
}).annotate({ identifier: "HistoryAnswer" })

export const CreatorAnswer = Schema.Struct({
  username: Schema.String,
  /** Null: no answer of the account is kept to derive it from. */
  creator: Schema.NullOr(Creator)
}).annotate({ identifier: "CreatorAnswer" })

const conditionalHeaders = { "if-none-match": Schema.optionalKey(Schema.String) }

/** Figures over time, and where every figure comes from. */
export class InsightsApi extends HttpApiGroup.make("insights")
  .add(
    HttpApiEndpoint.get("history", "/profile/:username/history", {
      params,
      query: {
        days: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 730 }))),
        granularity: Schema.optionalKey(Schema.Literals(["day", "week", "month"]))
      },
      success: HistoryAnswer,
      error: errors
    })
      .annotate(Touches, { reads: ["profiles", "user_profile_access", "profile_snapshots"], writes: [] })
      .annotate(OpenApi.Summary, "Counts and headline figures over time, and growth")
      .annotate(
        OpenApi.Description,
        "One point a day, week or month (UTC) of the last `days` (90): what the last fetch of it found, null where there was none."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("creator", "/profile/:username/creator", {
      params,
      headers: conditionalHeaders,
      success: CreatorAnswer,
      error: errors
    })
      .annotate(Touches, {
        reads: ["profiles", "user_profile_access", "creator_metadata", "vendor_answers"],
        writes: ["creator_metadata"]
      })
      .annotate(OpenApi.Summary, "What is known of a creator, each finding with its evidence")
      .annotate(
        OpenApi.Description,
        "Category, themes, languages, location, contacts, brands, disclosed advertisements and content mix of the latest stored answer; each names its method, its sample and the posts it rests on."
      )
      .middleware(Authorization),
    HttpApiEndpoint.get("metricsRegistry", "/metrics-registry", {
      success: Schema.Struct({ methods: Schema.Array(Method) }).annotate({ identifier: "MetricsRegistry" })
    })
      .annotate(Touches, { reads: [], writes: [] })
      .annotate(OpenApi.Summary, "Definition, formula, source and worked example of every figure")
  )
  .annotate(OpenApi.Description, "Figures over time, and the registry that explains every figure.")
{}
