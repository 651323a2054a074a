/**
 * The old database as the adoption reads it: its tables, and each column with the type it is read as. `users` had column names with a dot
 * in them, from a rename gone wrong.
 */
export const legacyTables = {
  users: {
    uuid: ["id"],
    text: [
      "supabase_user_id",
      "email",
      "hashed_password",
      "full_name",
      "user.first_name",
      "user.last_name",
      "company",
      "job_title",
      "phone_number",
      "bio",
      "role",
      "status",
      "subscription_tier",
      "profile_picture_url",
      "timezone",
      "language"
    ],
    integer: ["credits", "credits_used_this_month", "login_count"],
    boolean: [
      "user.email_verified",
      "user.phone_verified",
      "user.two_factor_enabled",
      "user.profile_visibility",
      "user.data_analytics_enabled"
    ],
    timestamptz: ["subscription_expires_at", "created_at", "updated_at", "last_login", "last_activity"],
    jsonb: ["preferences", "notification_preferences"]
  },
  auth_users: {
    uuid: ["id"],
    text: [
      "email",
      "encrypted_password",
      "confirmation_token",
      "recovery_token",
      "email_change_token_new",
      "email_change",
      "phone",
      "phone_change",
      "phone_change_token",
      "email_change_token_current",
      "reauthentication_token"
    ],
    smallint: ["email_change_confirm_status"],
    boolean: ["is_super_admin", "is_sso_user"],
    timestamptz: [
      "email_confirmed_at",
      "invited_at",
      "confirmation_sent_at",
      "recovery_sent_at",
      "email_change_sent_at",
      "last_sign_in_at",
      "created_at",
      "updated_at",
      "phone_confirmed_at",
      "phone_change_sent_at",
      "confirmed_at",
      "banned_until",
      "reauthentication_sent_at",
      "deleted_at"
    ],
    jsonb: ["raw_app_meta_data", "raw_user_meta_data"]
  },
  user_profiles: {
    uuid: ["id", "user_id"],
    text: ["email", "full_name", "avatar_url"],
    timestamptz: ["created_at", "updated_at"]
  },
  profiles: {
    uuid: ["id"],
    text: [
      "username",
      "full_name",
      "biography",
      "profile_pic_url",
      "profile_pic_url_hd",
      "external_url",
      "category",
      "instagram_user_id"
    ],
    integer: ["refresh_count"],
    bigint: ["followers_count", "following_count", "posts_count"],
    real: ["engagement_rate", "influence_score", "data_quality_score"],
    boolean: ["is_verified", "is_private", "is_business_account"],
    timestamptz: ["last_refreshed", "created_at", "updated_at"],
    jsonb: ["raw_data"]
  },
  posts: {
    uuid: ["id", "profile_id"],
    text: [
      "instagram_post_id",
      "shortcode",
      "media_type",
      "display_url",
      "thumbnail_src",
      "thumbnail_tall_src",
      "video_url",
      "caption",
      "accessibility_caption",
      "location_name",
      "location_id"
    ],
    integer: ["video_duration", "width", "height", "carousel_media_count"],
    bigint: ["video_view_count", "likes_count", "comments_count", "taken_at_timestamp"],
    "double precision": ["engagement_rate", "performance_score"],
    boolean: [
      "is_video",
      "has_audio",
      "comments_disabled",
      "like_and_view_counts_disabled",
      "viewer_can_reshare",
      "has_upcoming_event",
      "is_carousel"
    ],
    timestamptz: ["posted_at", "created_at"],
    jsonb: [
      "thumbnail_resources",
      "sidecar_children",
      "tagged_users",
      "coauthor_producers",
      "hashtags",
      "mentions",
      "post_images",
      "post_thumbnails",
      "raw_data"
    ]
  },
  audience_demographics: {
    uuid: ["id", "profile_id"],
    text: ["analysis_method"],
    integer: ["sample_size"],
    "double precision": ["confidence_score"],
    timestamptz: ["last_sampled"],
    jsonb: ["gender_distribution", "age_distribution", "location_distribution"]
  },
  creator_metadata: {
    uuid: ["id", "profile_id"],
    text: ["extracted_location", "primary_language", "content_sentiment"],
    "text[]": ["categories", "secondary_languages"],
    integer: ["posts_analyzed"],
    "double precision": ["analysis_confidence"],
    timestamptz: ["last_updated"],
    jsonb: ["content_themes", "brand_mentions"]
  },
  comment_sentiment: {
    uuid: ["id", "post_id"],
    text: ["overall_sentiment"],
    integer: ["comments_analyzed"],
    "double precision": ["positive_score", "negative_score", "neutral_score"],
    timestamptz: ["analysis_timestamp"]
  },
  mentions: {
    uuid: ["id", "profile_id"],
    text: ["mentioned_username", "mention_type", "mention_context"],
    timestamptz: ["mentioned_at"]
  },
  related_profiles: {
    uuid: ["id", "profile_id"],
    text: ["related_username", "related_full_name", "related_profile_pic_url", "relationship_type", "source"],
    bigint: ["related_followers_count"],
    "double precision": ["similarity_score"],
    boolean: ["related_is_verified", "related_is_private"],
    timestamptz: ["discovered_at"]
  },
  user_profile_access: {
    uuid: ["id", "user_id", "profile_id"],
    timestamptz: ["granted_at", "expires_at", "created_at"]
  },
  user_favorites: {
    uuid: ["id", "user_id", "profile_id"],
    text: ["notes"],
    "text[]": ["tags"],
    timestamptz: ["added_at"]
  },
  user_searches: {
    uuid: ["user_id"],
    text: ["id", "instagram_username", "analysis_type", "data_source", "error_message"],
    integer: ["search_duration_ms"],
    boolean: ["success"],
    timestamptz: ["search_timestamp"],
    jsonb: ["search_metadata", "profile_snapshot"]
  },
  search_history: {
    uuid: ["id", "user_id", "profile_id"],
    text: ["username"],
    timestamptz: ["searched_at"]
  },
  campaigns: {
    uuid: ["id", "user_id"],
    text: ["name", "description", "logo_url", "status"],
    date: ["start_date", "end_date"],
    "double precision": ["budget"],
    timestamptz: ["created_at", "updated_at"],
    jsonb: ["target_audience", "campaign_goals"]
  },
  campaign_posts: {
    uuid: ["id", "campaign_id", "post_id"],
    text: ["role", "performance_tier", "notes"],
    timestamptz: ["added_at"]
  },
  campaign_profiles: {
    uuid: ["id", "campaign_id", "profile_id"],
    text: ["role", "notes"],
    integer: ["priority"],
    timestamptz: ["added_at"]
  }
} as const satisfies Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>>

export type LegacyTable = keyof typeof legacyTables

export const legacyTableNames = Object.keys(legacyTables) as ReadonlyArray<LegacyTable>

/** The columns of a legacy table with the type each is read as. */
export const legacyColumns = (table: LegacyTable): ReadonlyArray<{ readonly name: string; readonly type: string }> =>
  Object.entries<ReadonlyArray<string>>(legacyTables[table]).flatMap(([type, names]) => names.map((name) => ({ name, type })))

/** How rules call a column: without the prefix of the rename gone wrong. */
export const ruleName = (column: string): string => column.replace(/^user\./, "")
