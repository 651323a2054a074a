import { Layer } from "effect"
import * as AccessHttp from "../access/AccessHttp.ts"
import * as AdminHttp from "../admin/AdminHttp.ts"
import * as SchemaAdminHttp from "../alignment/SchemaAdminHttp.ts"
import * as ApiKeysHttp from "../apikeys/ApiKeysHttp.ts"
import * as AuthHttp from "../auth/AuthHttp.ts"
import * as CampaignsHttp from "../campaigns/CampaignsHttp.ts"
import * as BillingHttp from "../credits/BillingHttp.ts"
import * as CreditsAdminHttp from "../credits/CreditsAdminHttp.ts"
import * as CreditsHttp from "../credits/CreditsHttp.ts"
import * as DiscoveryHttp from "../discovery/DiscoveryHttp.ts"
import * as FavoritesHttp from "../favorites/FavoritesHttp.ts"
import * as InsightsHttp from "../insights/InsightsHttp.ts"
import * as ReportHttp from "../insights/report/ReportHttp.ts"
import * as JobsAdminHttp from "../jobs/JobsAdminHttp.ts"
import * as JobsHttp from "../jobs/JobsHttp.ts"
import * as UsageHttp from "../observability/UsageHttp.ts"
import * as ProfilesHttp from "../profiles/ProfilesHttp.ts"
import * as LimitsHttp from "../ratelimits/LimitsHttp.ts"
import * as SearchesHttp from "../searches/SearchesHttp.ts"
import * as ErasuresHttp from "../suppressions/ErasuresHttp.ts"
import * as CallbacksHttp from "../thrift/CallbacksHttp.ts"
import * as VendorAdminHttp from "../thrift/VendorAdminHttp.ts"
import * as UsersHttp from "../users/UsersHttp.ts"
import * as WebhooksHttp from "../webhooks/WebhooksHttp.ts"
import * as SystemHttp from "./SystemHttp.ts"

/** The handlers of every group of the API: what `Api` declares, these do. */
export const handlers = Layer.mergeAll(
  SystemHttp.layer,
  AuthHttp.layer,
  UsersHttp.layer,
  ApiKeysHttp.layer,
  LimitsHttp.layer,
  SearchesHttp.layer,
  DiscoveryHttp.layer,
  ProfilesHttp.layer,
  JobsHttp.layer,
  InsightsHttp.layer,
  ReportHttp.layer,
  AccessHttp.layer,
  FavoritesHttp.layer,
  CallbacksHttp.layer,
  CampaignsHttp.layer,
  CreditsHttp.layer,
  BillingHttp.layer,
  CreditsAdminHttp.layer,
  UsageHttp.layer,
  AdminHttp.layer,
  VendorAdminHttp.layer,
  JobsAdminHttp.layer,
  SchemaAdminHttp.layer,
  ErasuresHttp.layer,
  WebhooksHttp.layer
)
