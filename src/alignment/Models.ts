import { ProfileAccess } from "../access/ProfileAccess.ts"
import { ApiKey } from "../apikeys/ApiKey.ts"
import { AuditEntry, AuditLink, AuditOrigin, AuditPerson } from "../audit/AuditEntry.ts"
import { Campaign, CampaignPost, CampaignProfile } from "../campaigns/Campaign.ts"
import { CreditAccount } from "../credits/CreditAccount.ts"
import { CreditEntry } from "../credits/CreditEntry.ts"
import { CreditReservation } from "../credits/CreditReservation.ts"
import { Plan, Price } from "../credits/Plan.ts"
import { BillingEvent, Subscription } from "../credits/Subscription.ts"
import { Favorite } from "../favorites/Favorite.ts"
import { IdempotencyRecord } from "../idempotency/IdempotencyRecord.ts"
import { AudienceDemographics } from "../insights/AudienceDemographics.ts"
import { CommentSentiment } from "../insights/CommentSentiment.ts"
import { CreatorMetadata } from "../insights/CreatorMetadata.ts"
import { BulkJob, JobItem } from "../jobs/BulkJob.ts"
import { ApiUsage } from "../observability/ApiUsage.ts"
import { Post } from "../posts/Post.ts"
import { PostAnswer } from "../posts/PostAnswer.ts"
import { PostProfile } from "../posts/PostProfile.ts"
import { EncodedAnswer } from "../profiles/EncodedAnswer.ts"
import { Mention } from "../profiles/Mention.ts"
import { Profile } from "../profiles/Profile.ts"
import { ProfileFetch, ProfileFetchCaller } from "../profiles/ProfileFetch.ts"
import { ProfileSnapshot } from "../profiles/ProfileSnapshot.ts"
import { RelatedProfile } from "../profiles/RelatedProfile.ts"
import { VendorAnswer } from "../profiles/VendorAnswer.ts"
import { RateLimitWindow } from "../ratelimits/RateLimitWindow.ts"
import { RefreshRound } from "../refresh/RefreshRound.ts"
import { SearchHistory, UserSearch } from "../searches/Search.ts"
import { Suppression } from "../suppressions/Suppression.ts"
import { VendorAbsence } from "../thrift/VendorAbsence.ts"
import { VendorCall, VendorPlace, VendorSpend } from "../thrift/VendorCall.ts"
import { VendorTask } from "../thrift/VendorTask.ts"
import { AuthUser } from "../users/AuthUser.ts"
import { UserProfile } from "../users/UserProfile.ts"
import { WebhookDelivery, WebhookEndpoint, WebhookSecret } from "../webhooks/Webhook.ts"

/** Every row model by its table. A test fails when a model of the source tree is not in here. */
export const models = {
  api_keys: ApiKey,
  api_usage: ApiUsage,
  audience_demographics: AudienceDemographics,
  audit_entries: AuditEntry,
  audit_links: AuditLink,
  audit_origins: AuditOrigin,
  audit_people: AuditPerson,
  auth_users: AuthUser,
  billing_events: BillingEvent,
  campaign_posts: CampaignPost,
  campaign_profiles: CampaignProfile,
  campaigns: Campaign,
  comment_sentiment: CommentSentiment,
  creator_metadata: CreatorMetadata,
  idempotency_keys: IdempotencyRecord,
  credit_accounts: CreditAccount,
  credit_entries: CreditEntry,
  credit_reservations: CreditReservation,
  encoded_answers: EncodedAnswer,
  job_items: JobItem,
  jobs: BulkJob,
  mentions: Mention,
  plans: Plan,
  post_answers: PostAnswer,
  post_profiles: PostProfile,
  posts: Post,
  prices: Price,
  profile_fetch_callers: ProfileFetchCaller,
  profile_fetches: ProfileFetch,
  profile_snapshots: ProfileSnapshot,
  profiles: Profile,
  rate_limit_windows: RateLimitWindow,
  refresh_rounds: RefreshRound,
  related_profiles: RelatedProfile,
  search_history: SearchHistory,
  subscriptions: Subscription,
  suppressions: Suppression,
  user_favorites: Favorite,
  user_profile_access: ProfileAccess,
  user_profiles: UserProfile,
  user_searches: UserSearch,
  vendor_absences: VendorAbsence,
  vendor_answers: VendorAnswer,
  vendor_calls: VendorCall,
  vendor_places: VendorPlace,
  vendor_spend: VendorSpend,
  vendor_tasks: VendorTask,
  webhook_deliveries: WebhookDelivery,
  webhook_endpoints: WebhookEndpoint,
  webhook_secrets: WebhookSecret
} as const

export type RelationName = keyof typeof models
