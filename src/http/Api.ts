import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { AccessApi } from "../access/AccessApi.ts"
import { AdminApi } from "../admin/AdminApi.ts"
import { SchemaAdminApi } from "../alignment/SchemaAdminApi.ts"
import { ApiKeysApi } from "../apikeys/ApiKeysApi.ts"
import { AuthApi } from "../auth/AuthApi.ts"
import { CampaignsApi } from "../campaigns/CampaignsApi.ts"
import { BillingApi } from "../credits/BillingApi.ts"
import { CreditsAdminApi } from "../credits/CreditsAdminApi.ts"
import { CreditsApi, describeCharges } from "../credits/CreditsApi.ts"
import { DiscoveryApi } from "../discovery/DiscoveryApi.ts"
import { FavoritesApi } from "../favorites/FavoritesApi.ts"
import { describeKeys } from "../idempotency/IdempotencyApi.ts"
import { InsightsApi } from "../insights/InsightsApi.ts"
import { ReportApi } from "../insights/report/ReportApi.ts"
import { JobsAdminApi } from "../jobs/JobsAdminApi.ts"
import { JobsApi } from "../jobs/JobsApi.ts"
import { UsageApi } from "../observability/UsageApi.ts"
import { ProfilesApi } from "../profiles/ProfilesApi.ts"
import { LimitsApi, withLimits } from "../ratelimits/LimitsApi.ts"
import { SearchesApi } from "../searches/SearchesApi.ts"
import { ErasuresApi } from "../suppressions/ErasuresApi.ts"
import { CallbacksApi } from "../thrift/CallbacksApi.ts"
import { VendorAdminApi } from "../thrift/VendorAdminApi.ts"
import { UsersApi } from "../users/UsersApi.ts"
import { openApiWebhooks } from "../webhooks/WebhookEvents.ts"
import { WebhooksApi } from "../webhooks/WebhooksApi.ts"
import { withBounds } from "./Bounds.ts"
import { RequestValidation } from "./HttpErrors.ts"
import { describeOperations } from "./Operations.ts"
import { SchemaGate } from "./SchemaGate.ts"
import { SystemApi } from "./SystemApi.ts"

const describeAll = describeOperations((operation) => describeCharges(describeKeys(operation)))

/** The whole HTTP contract: the server, the OpenAPI document, the documentation page and the typed client come from it. */
export class Api extends HttpApi.make("analytics-following")
  .add(AuthApi)
  .add(UsersApi)
  .add(ApiKeysApi)
  .add(LimitsApi)
  .add(SearchesApi)
  .add(DiscoveryApi)
  .add(ProfilesApi)
  .add(JobsApi)
  .add(InsightsApi)
  .add(ReportApi)
  .add(AccessApi)
  .add(FavoritesApi)
  .add(CampaignsApi)
  .add(CreditsApi)
  .add(BillingApi)
  .add(CreditsAdminApi)
  .add(UsageApi)
  .add(AdminApi)
  .add(VendorAdminApi)
  .add(JobsAdminApi)
  .add(SchemaAdminApi)
  .add(ErasuresApi)
  .add(WebhooksApi)
  .middleware(SchemaGate)
  .add(CallbacksApi)
  // After the gate: whether the process lives must be answered whatever the database looks like, and 503 is readiness' own answer.
  .add(SystemApi)
  .middleware(RequestValidation)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotate(HttpApi.QueryParseOptions, { errors: "all" })
  .annotateMerge(OpenApi.annotations({
    transform: (document) => ({ ...withBounds(withLimits(describeAll(document))), webhooks: openApiWebhooks() }),
    title: "Analytics Following",
    version: "1",
    description:
      "Instagram profiles and their analytics. Every figure says what it is: measured, derived, estimated, or unavailable and why. "
      + "Errors are RFC 9457 problems; every answer carries `X-Request-Id`."
  }))
{}
