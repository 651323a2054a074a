import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"
import { CampaignStatus } from "./Campaign.ts"

/** No such campaign, or another user's. `restore` is where the caller's own comes back from the bin, else null. */
export class CampaignNotFound extends HttpApiError.Problem<CampaignNotFound>()("CampaignNotFound", {
  type: "/problems/campaign-not-found",
  status: 404,
  title: "No such campaign"
}, { restore: Schema.NullOr(Schema.String), ...problemFields }) {}

/** The campaign's status cannot become the one asked for. */
export class TransitionNotAllowed extends HttpApiError.Problem<TransitionNotAllowed>()("TransitionNotAllowed", {
  type: "/problems/transition-not-allowed",
  status: 409,
  title: "The campaign's status cannot become that one now"
}, { from: CampaignStatus, to: CampaignStatus, allowed: Schema.Array(CampaignStatus), ...problemFields }) {}

/** The campaign has as many profiles or posts as it can hold. */
export class CampaignFull extends HttpApiError.Problem<CampaignFull>()("CampaignFull", {
  type: "/problems/campaign-full",
  status: 409,
  title: "The campaign is full"
}, { limit: Schema.Int, ...problemFields }) {}

/** What the campaign would then be contradicts itself; `errors` names the fields. Nothing was changed. */
export class InvalidCampaign extends HttpApiError.Problem<InvalidCampaign>()("InvalidCampaign", {
  type: "/problems/invalid-campaign",
  status: 422,
  title: "The campaign would contradict itself"
}, {
  errors: Schema.Array(Schema.Struct({ path: Schema.Array(Schema.String), message: Schema.String })),
  ...problemFields
}) {}
