import { Effect, type Schema, SchemaAST } from "effect"
import type { Model } from "effect/schema"
import { SqlClient } from "effect/sql/SqlClient"
import { ProfileAccess } from "../../src/access/ProfileAccess.ts"
import { ApiKey } from "../../src/apikeys/ApiKey.ts"
import { AuditEntry, AuditLink, AuditOrigin, AuditPerson } from "../../src/audit/AuditEntry.ts"
import { Campaign, CampaignPost, CampaignProfile } from "../../src/campaigns/Campaign.ts"
import { CreditAccount } from "../../src/credits/CreditAccount.ts"
import { CreditEntry } from "../../src/credits/CreditEntry.ts"
import { CreditReservation } from "../../src/credits/CreditReservation.ts"
import { Plan, Price } from "../../src/credits/Plan.ts"
import { BillingEvent, Subscription } from "../../src/credits/Subscription.ts"
import { Favorite } from "../../src/favorites/Favorite.ts"
import { IdempotencyRecord } from "../../src/idempotency/IdempotencyRecord.ts"
import { AudienceDemographics } from "../../src/insights/AudienceDemographics.ts"
import { CommentSentiment } from "../../src/insights/CommentSentiment.ts"
import { CreatorMetadata } from "../../src/insights/CreatorMetadata.ts"
import { BulkJob, JobItem } from "../../src/jobs/BulkJob.ts"
import { ApiUsage } from "../../src/observability/ApiUsage.ts"
import { Post } from "../../src/posts/Post.ts"
import { PostAnswer } from "../../src/posts/PostAnswer.ts"
import { PostProfile } from "../../src/posts/PostProfile.ts"
import { EncodedAnswer } from "../../src/profiles/EncodedAnswer.ts"
import { Mention } from "../../src/profiles/Mention.ts"
import { Profile } from "../../src/profiles/Profile.ts"
import { ProfileFetch, ProfileFetchCaller } from "../../src/profiles/ProfileFetch.ts"
import { ProfileSnapshot } from "../../src/profiles/ProfileSnapshot.ts"
import { RelatedProfile } from "../../src/profiles/RelatedProfile.ts"
import { VendorAnswer } from "../../src/profiles/VendorAnswer.ts"
import { RateLimitWindow } from "../../src/ratelimits/RateLimitWindow.ts"
import { RefreshRound } from "../../src/refresh/RefreshRound.ts"
import { SearchHistory, UserSearch } from "../../src/searches/Search.ts"
import { Suppression } from "../../src/suppressions/Suppression.ts"
import { VendorAbsence } from "../../src/thrift/VendorAbsence.ts"
import { VendorCall, VendorPlace, VendorSpend } from "../../src/thrift/VendorCall.ts"
import { VendorTask } from "../../src/thrift/VendorTask.ts"
import { AuthUser } from "../../src/users/AuthUser.ts"
import { UserProfile } from "../../src/users/UserProfile.ts"
import { WebhookDelivery, WebhookEndpoint, WebhookSecret } from "../../src/webhooks/Webhook.ts"

export interface RowModel extends Model.Any {
  readonly insert: Model.Any["insert"] & { readonly fields: Schema.Struct.Fields }
  readonly DecodingServices: never
  readonly EncodingServices: never
}

export interface Example {
  readonly table: string
  readonly model: RowModel
  /** A value for every column. */
  readonly full: Readonly<Record<string, unknown>>
  /** The columns that a row cannot do without. Stands beside `full`. */
  readonly minimal: Readonly<Record<string, unknown>>
}

type Filled<Row> = { readonly [Column in keyof Row]-?: NonNullable<Row[Column]> }
type Required<Row> = {
  readonly [Column in keyof Row as {} extends Pick<Row, Column> ? never : null extends Row[Column] ? never : Column]: Row[Column]
}

const example = <M extends RowModel>(
  model: M,
  rows: { readonly full: Filled<M["insert"]["Encoded"]>; readonly minimal: Required<M["insert"]["Encoded"]> }
): Example => ({ table: tableOf(model), model, ...rows })

const tableOf = (model: RowModel): string => {
  const table = SchemaAST.resolve(model.ast)?.table
  if (table === undefined) throw new Error("A row model names its table.")
  return table
}

/** Two of each of the things that other rows refer to. */
export const ids = {
  users: ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"],
  profiles: ["b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"],
  posts: ["c0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000002"],
  campaigns: ["d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"],
  webhooks: ["f0000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000002"]
} as const

const id = (n: number) => `e0000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const early = "2024-02-29T23:59:59.999Z"
const late = "2038-01-19T03:14:08.000Z"
const beyondInteger = 9_007_199_254_740_991

/** In an order that satisfies the foreign keys. */
export const examples: ReadonlyArray<Example> = [
  example(AuthUser, {
    full: {
      id: ids.users[0],
      email: "ada@example.com",
      email_confirmed_at: early,
      phone: "+4930123456",
      app_metadata: { provider: "email", providers: ["email"] },
      user_metadata: { name: "Ada \u{1F600} \"quoted\" \\ back" },
      last_sign_in_at: late,
      banned_until: late,
      deleted_at: late,
      created_at: early,
      updated_at: late
    },
    minimal: { id: "a0000000-0000-4000-8000-000000000009" }
  }),
  example(UserProfile, {
    full: {
      id: id(1),
      user_id: ids.users[0],
      first_name: "Ada",
      last_name: "Lovelace",
      full_name: "Ada Lovelace",
      company: "Analytical Engines",
      job_title: "Analyst",
      phone_number: "+44 20 7946 0000",
      bio: "Zeile eins\nزيلة اثنان",
      avatar_url: "https://example.com/a.png",
      timezone: "Europe/London",
      language: "en-GB",
      role: "admin",
      status: "suspended",
      subscription_tier: "enterprise",
      subscription_expires_at: late,
      preferences: { theme: "dark", nested: { list: [1, 2.5, null, true] } },
      notification_preferences: { email: false },
      two_factor_enabled: true,
      profile_visibility: false,
      data_analytics_enabled: false,
      last_login_at: early,
      last_activity_at: early,
      login_count: 2_147_483_647,
      created_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1] }
  }),
  example(WebhookEndpoint, {
    full: {
      id: ids.webhooks[0],
      user_id: ids.users[0],
      url: "https://hooks.example.com/in",
      description: "CI",
      events: ["job.finished", "access.expiring"],
      status: "disabled",
      disabled_reason: "gone",
      disabled_at: late,
      failing_since: early,
      created_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], url: "https://hooks.example.com/", events: ["job.finished"] }
  }),
  example(WebhookSecret, {
    full: { id: id(15), endpoint_id: ids.webhooks[0], key_id: "2026", sealed: "AAAA", created_at: early, expires_at: late },
    minimal: { endpoint_id: ids.webhooks[1], key_id: "2027", sealed: "BBBB" }
  }),
  example(WebhookDelivery, {
    full: {
      id: id(16),
      endpoint_id: ids.webhooks[0],
      user_id: ids.users[0],
      event: "job.finished",
      payload: { type: "job.finished", timestamp: early, data: {} },
      once_key: "job 1",
      status: "pending",
      attempts: 3,
      tries: 2,
      next_attempt_at: late,
      lease: id(17),
      last_attempt_at: early,
      last_status: 500,
      last_failure: "refused",
      last_latency_ms: 12,
      delivered_at: early,
      created_at: early
    },
    minimal: {
      endpoint_id: ids.webhooks[1],
      user_id: ids.users[1],
      event: "webhook.ping",
      payload: {}
    }
  }),
  example(Profile, {
    full: {
      id: ids.profiles[0],
      username: "ada._1815",
      instagram_user_id: "17841400000000001",
      full_name: "Ada",
      biography: "maths & poetry \u{1F4D0}",
      followers_count: beyondInteger,
      following_count: 0,
      posts_count: 12,
      video_count: 3,
      highlight_reel_count: 1,
      profile_pic_url: "https://example.com/p.jpg",
      profile_pic_url_hd: "https://example.com/p-hd.jpg",
      profile_pic_expires_at: late,
      external_url: "https://example.com",
      bio_links: [{ title: "Home", url: "https://example.com", link_type: "external" }, {
        title: null,
        url: null,
        link_type: null
      }],
      pronouns: ["she", "her"],
      category: "Scientist",
      category_enum: "SCIENTIST",
      business_category_name: "Science",
      overall_category_name: "Science & Tech",
      business_email: "ada@example.com",
      business_phone_number: "+44 20 7946 0000",
      business_contact_method: "EMAIL",
      business_address: { city_name: "London" },
      fbid: "17841400000000002",
      is_verified: true,
      is_private: false,
      is_business_account: true,
      is_professional_account: true,
      is_joined_recently: false,
      has_clips: true,
      has_guides: false,
      has_channel: false,
      engagement_rate: 2.3,
      engagement_rate_mean: 0.1 + 0.2,
      median_likes: 1000.5,
      median_comments: 0,
      median_plays: 1e15,
      posts_per_week: 3.5,
      influence_score: 10,
      data_quality_score: 1,
      analytics: { engagement_rate: { value: 2.3, status: "ok" } },
      analytics_version: 1,
      availability: "private",
      raw_data: { edge: { count: 1 }, text: "\u{1F600}" },
      data_version: 7,
      refresh_count: 6,
      last_refreshed: late,
      created_at: early,
      updated_at: late
    },
    minimal: { username: "minimal", raw_data: {} }
  }),
  example(RelatedProfile, {
    full: {
      id: id(2),
      profile_id: ids.profiles[0],
      related_username: "charles.babbage",
      related_instagram_user_id: "2",
      related_full_name: "Charles Babbage",
      related_is_verified: false,
      related_is_private: true,
      related_profile_pic_url: "https://example.com/c.jpg",
      related_followers_count: 5_000_000_000,
      relationship_type: "similar",
      source: "computed",
      position: 0,
      similarity_score: 0.75,
      similarity_method: "shared-hashtags",
      discovered_at: early,
      updated_at: late
    },
    minimal: { profile_id: ids.profiles[1], related_username: "minimal" }
  }),
  example(ProfileSnapshot, {
    full: {
      id: id(3),
      profile_id: ids.profiles[0],
      taken_at: early,
      followers_count: 5_000_000_000,
      following_count: 1,
      posts_count: 2,
      engagement_rate: 2.3,
      median_likes: 10.5,
      median_comments: 2,
      influence_score: 5.5,
      analytics_version: 1,
      posts_received: 12
    },
    minimal: { profile_id: ids.profiles[1], taken_at: late, posts_received: 0 }
  }),
  example(VendorAnswer, {
    full: {
      id: id(4),
      username: "ada._1815",
      target: "instagram_graphql_profile",
      task_id: "7000000000000000001",
      fetched_at: early,
      duration_ms: 12_345,
      attempts: 2,
      response_bytes: 150_000,
      payload: { data: { user: { id: "1" } } },
      stored_at: late,
      rejected_at: late,
      rejection: "no_such_profile"
    },
    minimal: {
      username: "minimal",
      target: "instagram_graphql_profile",
      fetched_at: early,
      duration_ms: 0,
      attempts: 1,
      response_bytes: 0,
      payload: {}
    }
  }),
  example(EncodedAnswer, {
    full: { profile_id: ids.profiles[0], data_version: 2, form: 1, body: { profile: {} }, encoded_at: late },
    minimal: { profile_id: ids.profiles[1], data_version: 1, form: 1, body: {} }
  }),
  example(PostAnswer, {
    full: {
      id: id(40),
      shortcode: "C_aB-1",
      target: "instagram_graphql_post",
      task_id: "7000000000000000001",
      fetched_at: early,
      duration_ms: 12_345,
      attempts: 2,
      response_bytes: 50_000,
      payload: { shortcode: "C_aB-1" },
      stored_at: late
    },
    minimal: {
      shortcode: "minimal",
      target: "instagram_graphql_post",
      fetched_at: early,
      duration_ms: 0,
      attempts: 1,
      response_bytes: 0,
      payload: {}
    }
  }),
  example(Post, {
    full: {
      id: ids.posts[0],
      profile_id: ids.profiles[0],
      instagram_post_id: "3100000000000000001",
      shortcode: "C_aB-1",
      owner_username: "ada._1815",
      owner_instagram_user_id: "1",
      media_type: "reel",
      product_type: "clips",
      is_video: true,
      is_carousel: false,
      carousel_media_count: 0,
      display_url: "https://example.com/d.jpg",
      thumbnail_src: "https://example.com/t.jpg",
      thumbnail_tall_src: "https://example.com/tt.jpg",
      video_url: "https://example.com/v.mp4",
      video_view_count: 5_000_000_000,
      video_play_count: beyondInteger,
      video_duration: 12.345,
      has_audio: true,
      width: 1080,
      height: 1920,
      caption: "first #note for @charles.babbage",
      accessibility_caption: "A machine",
      likes_count: 0,
      likes_hidden: false,
      comments_count: 4,
      comments_disabled: false,
      like_and_view_counts_disabled: false,
      viewer_can_reshare: true,
      has_upcoming_event: false,
      location_name: "London",
      location_id: "213385402",
      taken_at_timestamp: 1_709_251_199,
      posted_at: "2024-02-29T23:59:59.000Z",
      thumbnail_resources: [{ src: "https://example.com/t.jpg", config_width: 150 }],
      sidecar_children: [{ shortcode: "C_aB-2" }],
      tagged_users: [{ username: "charles.babbage", x: 0.5 }],
      coauthor_producers: [{ username: "charles.babbage" }],
      hashtags: ["note", "été", "with space", "with \"quote\"", ""],
      mentions: ["charles.babbage"],
      engagement_rate: 0,
      performance_score: -1.5,
      raw_data: { id: "1" },
      created_at: early,
      updated_at: late
    },
    minimal: {
      profile_id: ids.profiles[0],
      instagram_post_id: "minimal",
      shortcode: "minimal",
      media_type: "photo",
      is_video: false,
      is_carousel: false,
      raw_data: {}
    }
  }),
  example(PostProfile, {
    full: {
      profile_id: ids.profiles[0],
      post_id: ids.posts[0],
      relation: "owner",
      is_pinned: true,
      posted_at: early,
      first_seen_at: early,
      last_seen_at: late
    },
    minimal: { profile_id: ids.profiles[1], post_id: ids.posts[0], relation: "collaborator" }
  }),
  example(Mention, {
    full: {
      id: id(5),
      profile_id: ids.profiles[0],
      post_id: ids.posts[0],
      mentioned_username: "charles.babbage",
      mention_type: "caption",
      mention_context: "first #note for @charles.babbage",
      mentioned_at: early,
      created_at: late
    },
    minimal: { profile_id: ids.profiles[1], mentioned_username: "minimal", mention_type: "biography" }
  }),
  example(CommentSentiment, {
    full: {
      id: id(6),
      post_id: ids.posts[0],
      method: "lexicon",
      method_version: 1,
      positive_score: 0.5,
      negative_score: 0.25,
      neutral_score: 0.25,
      overall_sentiment: "positive",
      comments_analyzed: 10,
      comments_decided: 8,
      details: { sentiments: { positive: 4, negative: 2, neutral: 2 } },
      analysis_timestamp: late
    },
    minimal: {
      post_id: ids.posts[1],
      method: "lexicon",
      method_version: 1,
      overall_sentiment: "undecided",
      comments_analyzed: 1,
      comments_decided: 0
    }
  }),
  example(AudienceDemographics, {
    full: {
      id: id(7),
      profile_id: ids.profiles[0],
      gender_distribution: { female: 0.5, male: 0.5 },
      age_distribution: { "18-24": 1 },
      location_distribution: { GB: 1 },
      language_distribution: { en: 0.75, de: 0.25 },
      sample_size: 100,
      confidence_score: 0.5,
      analysis_method: "comment-languages",
      analysis_version: 1,
      details: { languages: { value: [{ label: "en", share: 0.75 }], status: "estimated" } },
      last_sampled: late,
      created_at: early,
      updated_at: late
    },
    minimal: {
      profile_id: ids.profiles[1],
      sample_size: 0,
      confidence_score: 0,
      analysis_method: "none",
      analysis_version: 1
    }
  }),
  example(CreatorMetadata, {
    full: {
      id: id(8),
      profile_id: ids.profiles[0],
      extracted_location: "London",
      categories: ["science"],
      content_themes: ["machines", { theme: "poetry", share: 0.5 }],
      primary_language: "en",
      secondary_languages: ["de"],
      content_sentiment: "mixed",
      brand_mentions: [{ username: "charles.babbage", posts: 2 }],
      evidence: { primary_language: ["C_aB-1"] },
      details: { category: { value: { category: "science" }, status: "measured" } },
      analysis_confidence: 1,
      analysis_version: 1,
      posts_analyzed: 12,
      last_updated: late,
      created_at: early
    },
    minimal: { profile_id: ids.profiles[1], analysis_version: 1, posts_analyzed: 0 }
  }),
  example(ProfileAccess, {
    full: {
      id: id(9),
      user_id: ids.users[0],
      profile_id: ids.profiles[0],
      granted_at: early,
      expires_at: late,
      created_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], profile_id: ids.profiles[1] }
  }),
  example(ApiUsage, {
    full: {
      id: id(31),
      user_id: ids.users[0],
      day: "2025-01-31",
      route_group: "profiles",
      calls: 12,
      failed_calls: 2,
      vendor_calls: 1,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], day: "2025-01-31", route_group: "me", calls: 1, failed_calls: 0, vendor_calls: 0 }
  }),
  example(Favorite, {
    full: {
      id: id(10),
      user_id: ids.users[0],
      profile_id: ids.profiles[0],
      notes: "look again",
      tags: ["science", "z\u{1F600}"],
      added_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], profile_id: ids.profiles[1] }
  }),
  example(UserSearch, {
    full: {
      id: id(11),
      user_id: ids.users[0],
      instagram_username: "ada._1815",
      search_timestamp: early,
      analysis_type: "refresh",
      search_metadata: { posts_received: 12 },
      search_duration_ms: 61_000,
      data_source: "vendor",
      success: false,
      error_code: "vendor_unavailable",
      profile_snapshot: { followers_count: 5_000_000_000 }
    },
    minimal: { user_id: ids.users[1], instagram_username: "minimal", analysis_type: "lookup", success: true }
  }),
  example(SearchHistory, {
    full: { id: id(12), user_id: ids.users[0], username: "ada._1815", profile_id: ids.profiles[0], searched_at: early },
    minimal: { user_id: ids.users[1], username: "minimal" }
  }),
  example(Campaign, {
    full: {
      id: ids.campaigns[0],
      user_id: ids.users[0],
      name: "Engines",
      description: "Autumn",
      logo_url: "https://example.com/l.png",
      status: "active",
      start_date: "2024-02-29",
      end_date: "2038-01-19",
      budget: "999999999999.90",
      currency: "EUR",
      target_audience: { countries: ["GB"] },
      campaign_goals: { reach: 1000 },
      deleted_at: late,
      created_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], name: "m" }
  }),
  example(CampaignPost, {
    full: {
      id: id(13),
      campaign_id: ids.campaigns[0],
      post_id: ids.posts[0],
      role: "hero",
      performance_tier: "top",
      notes: "as briefed",
      added_at: early,
      updated_at: late
    },
    minimal: { campaign_id: ids.campaigns[1], post_id: ids.posts[1] }
  }),
  example(ProfileFetch, {
    full: {
      id: id(15),
      username: "ada",
      purpose: "lookup",
      analysis_type: "lookup",
      state: "failed",
      attempts: 2,
      created_at: early,
      started_at: early,
      finished_at: late,
      profile_id: ids.profiles[0],
      problem: { kind: "unavailable", reason: "VendorUnavailable", retry_after: 30 }
    },
    minimal: { username: "m", purpose: "refresh", analysis_type: "refresh" }
  }),
  example(ProfileFetchCaller, {
    full: {
      id: id(16),
      fetch_id: id(15),
      user_id: ids.users[0],
      asked_at: early,
      recorded: true,
      left_at: late,
      reservation: {
        id: id(21),
        user_id: ids.users[0],
        action: "profile_unlock",
        subject: "m",
        quantity: 1,
        free_quantity: 0,
        amount: 25,
        free_reason: null,
        created_at: early,
        expires_at: late
      },
      is_job: true
    },
    minimal: { fetch_id: id(15), user_id: ids.users[1], asked_at: early }
  }),
  example(BulkJob, {
    full: {
      id: id(17),
      user_id: ids.users[0],
      state: "finished",
      total: 2,
      max_credits: 10,
      credits: 1,
      revision: 3,
      created_at: early,
      started_at: early,
      finished_at: late
    },
    minimal: { user_id: ids.users[1], total: 1 }
  }),
  example(JobItem, {
    full: {
      id: id(18),
      job_id: id(17),
      position: 1,
      username: "ada",
      state: "succeeded",
      slot: 0,
      fetch_id: id(15),
      profile_id: ids.profiles[0],
      source: "database",
      reason: "VendorUnavailable",
      credits: 1,
      revision: 2,
      finished_at: late
    },
    minimal: { job_id: id(17), position: 2, username: "m" }
  }),
  example(CampaignProfile, {
    full: {
      id: id(14),
      campaign_id: ids.campaigns[0],
      profile_id: ids.profiles[0],
      role: "ambassador",
      priority: 1,
      notes: "signed",
      added_at: early,
      updated_at: late
    },
    minimal: { campaign_id: ids.campaigns[1], profile_id: ids.profiles[1] }
  }),
  example(ApiKey, {
    full: {
      id: id(102),
      user_id: ids.users[0],
      name: "reports",
      secret_hash: "a".repeat(43),
      scopes: ["profiles:read", "me:write"],
      expires_at: late,
      last_used_at: early,
      revoked_at: early,
      created_at: early,
      updated_at: late
    },
    minimal: { user_id: ids.users[1], name: "m", secret_hash: "b".repeat(43), scopes: ["me:read"] }
  }),
  example(IdempotencyRecord, {
    full: {
      id: id(101),
      user_id: ids.users[0],
      key_digest: "a".repeat(43),
      route: "POST /campaigns",
      fingerprint: "_".repeat(43),
      answer: "c2VhbGVk",
      leased_until: early,
      created_at: early,
      expires_at: late
    },
    minimal: {
      user_id: ids.users[1],
      key_digest: "b".repeat(43),
      route: "POST /campaigns",
      fingerprint: "-".repeat(43),
      expires_at: late
    }
  }),
  example(CreditAccount, {
    full: {
      id: id(15),
      user_id: ids.users[0],
      balance: 3_000_000_000,
      expiring: 2000,
      reserved: 25,
      last_sequence: 1,
      tier: "standard",
      anchored_at: early,
      anchored_on: "2024-02-29",
      period: 1,
      period_starts_at: early,
      period_ends_at: late,
      period_granted: 2000,
      created_at: early,
      updated_at: late
    },
    minimal: {
      user_id: ids.users[1],
      tier: "free",
      anchored_at: early,
      anchored_on: "2024-02-29",
      period_starts_at: early,
      period_ends_at: late
    }
  }),
  example(CreditEntry, {
    full: {
      id: id(16),
      user_id: ids.users[0],
      sequence: 1,
      kind: "charge",
      counter_account: "revenue",
      amount: -25,
      balance_after: 3_000_000_000,
      expiring_after: 0,
      action: "profile_unlock",
      reservation_id: id(17),
      subject: "ada._1815",
      note: "as agreed",
      key: "charge:one",
      created_at: early
    },
    minimal: {
      user_id: ids.users[1],
      sequence: 1,
      kind: "grant",
      counter_account: "issued",
      amount: 1,
      balance_after: 1,
      expiring_after: 0,
      key: "grant:one"
    }
  }),
  example(CreditReservation, {
    full: {
      id: id(17),
      user_id: ids.users[0],
      action: "profile_unlock",
      subject: "ada._1815",
      quantity: 2,
      free_quantity: 2,
      amount: 0,
      free_reason: "already_paid",
      status: "committed",
      entry_id: id(16),
      created_at: early,
      expires_at: late,
      settled_at: late,
      calls: ["a"]
    },
    minimal: { user_id: ids.users[1], action: "data_export", amount: 50, expires_at: late }
  }),
  example(Plan, {
    full: {
      id: id(18),
      tier: "premium",
      monthly_credits: 10_000,
      rollover_months: 2,
      stripe_prices: ["price_1"],
      valid_from: early,
      valid_until: late
    },
    minimal: { tier: "enterprise", monthly_credits: 7 }
  }),
  example(Price, {
    full: { id: id(19), action: "data_export", credits: 50, free_per_month: 1, valid_from: early, valid_until: late },
    minimal: { action: "campaign_report", credits: 7 }
  }),
  example(Subscription, {
    full: {
      id: id(20),
      subscription_id: "sub_1",
      customer_id: "cus_1",
      user_id: ids.users[0],
      tier: "standard",
      status: "active",
      started_at: early,
      period_ends_at: late,
      paid_until: late,
      payment_failed_at: early,
      cancel_at_period_end: true,
      described_by: "00000000000001",
      created_at: early,
      updated_at: late
    },
    minimal: { subscription_id: "sub_2", customer_id: "cus_2" }
  }),
  example(BillingEvent, {
    full: {
      id: id(21),
      event_id: "evt_1",
      type: "invoice.paid",
      subscription_id: "sub_1",
      outcome: "applied",
      occurred_at: early,
      received_at: late
    },
    minimal: { event_id: "evt_2", type: "ping", outcome: "ignored", occurred_at: early }
  }),
  example(VendorCall, {
    full: {
      id: id(201),
      called_at: early,
      target: "instagram_graphql_profile",
      purpose: "refresh",
      user_id: ids.users[0],
      outcome: "NotScraped",
      billed: "unknown",
      cost_micros: 9_007_199_254_740_991,
      duration_ms: 180_000,
      attempt: 2
    },
    minimal: {
      called_at: late,
      target: "instagram_graphql_post",
      purpose: "post",
      outcome: "success",
      billed: "yes",
      cost_micros: 1_000,
      duration_ms: 0,
      attempt: 1
    }
  }),
  example(VendorSpend, {
    full: { id: id(202), day: "2024-02-29", user_id: ids.users[0], spent_micros: 5_000 },
    minimal: { day: "2024-02-29", spent_micros: 0 }
  }),
  example(VendorPlace, {
    full: { id: id(203), queued_at: early, starts_at: early, expires_at: late, left_at: late },
    minimal: { id: id(204), expires_at: late }
  }),
  example(VendorTask, {
    full: {
      id: id(205),
      target: "instagram_graphql_profile",
      query: "ada._1815",
      submitted_at: early,
      task_id: "7437926550256772097",
      answered_at: late,
      ended_at: late
    },
    minimal: { id: id(206), target: "instagram_graphql_profile", query: "minimal", submitted_at: early }
  }),
  example(VendorAbsence, {
    full: { target: "profile", query: "nobody", evidence: "user_null", seen_at: early, expires_at: late },
    minimal: { target: "post", query: "Cnone", evidence: "media_null", seen_at: early, expires_at: late }
  }),
  example(AuditPerson, {
    full: { id: id(210), user_id: ids.users[0], created_at: early },
    minimal: { user_id: ids.users[1] }
  }),
  example(AuditEntry, {
    full: {
      id: id(211),
      happened_at: early,
      action: "api_key.revoke",
      actor_kind: "api_key",
      actor: id(210),
      api_key_id: id(212),
      subject_type: "api_key",
      subject_id: id(212),
      request_id: "request-1",
      origin_digest: "0".repeat(64),
      details: { name: "\u{1F600}" }
    },
    minimal: {
      happened_at: late,
      action: "webhook.delete",
      actor_kind: "system",
      subject_type: "webhook",
      subject_id: "none"
    }
  }),
  example(AuditOrigin, {
    full: { id: id(211), user_id: ids.users[0], address: "192.0.2.1", salt: "0".repeat(32), created_at: early },
    minimal: { id: id(213), user_id: ids.users[1], address: "192.0.2.1", salt: "1".repeat(32) }
  }),
  example(AuditLink, {
    full: { id: id(214), entry_id: id(211), sequence: 1000, previous_hash: "0".repeat(64), hash: "1".repeat(64) },
    minimal: { entry_id: id(213), sequence: 2000, previous_hash: "0".repeat(64), hash: "2".repeat(64) }
  }),
  example(RateLimitWindow, {
    full: { key: "a".repeat(43), period: 20_000, used: 12, given: 3, ends_at: late },
    minimal: { key: "b".repeat(43), period: 20_000, used: 0, given: 0, ends_at: late }
  }),
  example(RefreshRound, {
    full: { name: "watched", next_at: late, after: id(207), day: "2024-02-29", begun: 3, updated_at: early },
    minimal: { name: "minimal", next_at: late, day: "2024-02-29" }
  }),
  example(Suppression, {
    full: {
      id: id(215),
      erasure_id: id(216),
      kind: "username",
      key_id: "one",
      hash: "a".repeat(64),
      reason: "data_subject_request",
      created_at: early,
      erased_at: early,
      swept_at: late
    },
    minimal: { erasure_id: id(216), kind: "instagram_user_id", key_id: "one", hash: "b".repeat(64), reason: "other" }
  })
]

/** The second of the things that `minimal` rows refer to: as the first, but for what is unique. */
export const parents: ReadonlyArray<readonly [table: string, row: Readonly<Record<string, unknown>>]> = [
  ["auth_users", { ...fullOf("auth_users"), id: ids.users[1], email: "charles@example.com" }],
  ["profiles", { ...fullOf("profiles"), id: ids.profiles[1], username: "charles.babbage", instagram_user_id: "2" }],
  ["posts", { ...fullOf("posts"), id: ids.posts[1], instagram_post_id: "2", shortcode: "two" }],
  ["campaigns", { ...fullOf("campaigns"), id: ids.campaigns[1], user_id: ids.users[1] }],
  ["webhook_endpoints", { ...fullOf("webhook_endpoints"), id: ids.webhooks[1], user_id: ids.users[1] }],
  ["audit_entries", { ...fullOf("audit_entries"), id: id(213) }]
]

/** Inserts them all. */
export const insertExamples = Effect.gen(function*() {
  const sql = yield* SqlClient
  // An entry has one link, and links are examples too.
  yield* sql`ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_link`
  for (const { full, table } of examples) yield* insertRow(table, full)
  for (const [table, row] of parents) yield* insertRow(table, row)
  for (const { minimal, table } of examples) yield* insertRow(table, minimal)
  yield* sql`ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_link`
})

/** PostgreSQL makes the row, so that what is read does not depend on how the driver writes. */
export const insertRow = Effect.fnUntraced(function*(table: string, row: Readonly<Record<string, unknown>>) {
  const sql = yield* SqlClient
  const columns = sql.literal(Object.keys(row).map((name) => `"${name}"`).join(", "))
  yield* sql`
    INSERT INTO ${sql(table)} (${columns})
    SELECT ${columns} FROM jsonb_populate_record(NULL::${sql(table)}, ${JSON.stringify(row)}::jsonb)`
})

function fullOf(table: string) {
  return examples.find((one) => one.table === table)?.full
}
