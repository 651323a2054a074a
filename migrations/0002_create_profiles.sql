-- Instagram profiles as the vendor reported them, what they suggest, and what every fetch found.

CREATE TABLE profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL UNIQUE,
  instagram_user_id text UNIQUE,
  full_name text,
  biography text,
  followers_count bigint,
  following_count bigint,
  posts_count bigint,
  video_count bigint,
  highlight_reel_count bigint,
  profile_pic_url text,
  profile_pic_url_hd text,
  external_url text,
  bio_links jsonb NOT NULL DEFAULT '[]',
  pronouns text[] NOT NULL DEFAULT '{}',
  category text,
  category_enum text,
  business_category_name text,
  overall_category_name text,
  business_email text,
  business_phone_number text,
  business_contact_method text,
  business_address jsonb,
  fbid text,
  is_verified boolean,
  is_private boolean,
  is_business_account boolean,
  is_professional_account boolean,
  is_joined_recently boolean,
  has_clips boolean,
  has_guides boolean,
  has_channel boolean,
  engagement_rate double precision,
  engagement_rate_mean double precision,
  median_likes double precision,
  median_comments double precision,
  median_plays double precision,
  posts_per_week double precision,
  influence_score double precision,
  data_quality_score double precision,
  analytics jsonb,
  analytics_version integer,
  availability text NOT NULL DEFAULT 'available',
  raw_data jsonb NOT NULL,
  data_version bigint NOT NULL DEFAULT 1,
  refresh_count integer NOT NULL DEFAULT 0,
  last_refreshed timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT profiles_username_format CHECK (username = lower(username) AND username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT profiles_followers_count CHECK (followers_count >= 0),
  CONSTRAINT profiles_following_count CHECK (following_count >= 0),
  CONSTRAINT profiles_posts_count CHECK (posts_count >= 0),
  CONSTRAINT profiles_video_count CHECK (video_count >= 0),
  CONSTRAINT profiles_highlight_reel_count CHECK (highlight_reel_count >= 0),
  CONSTRAINT profiles_bio_links_array CHECK (jsonb_typeof(bio_links) = 'array'),
  CONSTRAINT profiles_business_address_object CHECK (jsonb_typeof(business_address) = 'object'),
  CONSTRAINT profiles_analytics_object CHECK (jsonb_typeof(analytics) = 'object'),
  CONSTRAINT profiles_raw_data_object CHECK (jsonb_typeof(raw_data) = 'object'),
  CONSTRAINT profiles_engagement_rate CHECK (engagement_rate >= 0),
  CONSTRAINT profiles_influence_score CHECK (influence_score BETWEEN 0 AND 10),
  CONSTRAINT profiles_data_quality_score CHECK (data_quality_score BETWEEN 0 AND 1),
  CONSTRAINT profiles_availability CHECK (availability IN ('available', 'private', 'gone')),
  CONSTRAINT profiles_data_version CHECK (data_version > 0),
  CONSTRAINT profiles_refresh_count CHECK (refresh_count >= 0)
);

CREATE INDEX profiles_followers_count_idx ON profiles (followers_count DESC NULLS LAST);
CREATE INDEX profiles_last_refreshed_idx ON profiles (last_refreshed);

COMMENT ON TABLE profiles IS 'Instagram profiles. NULL is unknown, zero is zero. Refreshed in place, never deleted to be replaced.';
COMMENT ON COLUMN profiles.engagement_rate IS 'Percent: 2.3 means 2.3 %. Median over the sampled posts of (likes + comments) / followers.';
COMMENT ON COLUMN profiles.engagement_rate_mean IS 'Percent: the mean of the same.';
COMMENT ON COLUMN profiles.analytics IS 'Every figure in its honest shape (value, status, method, version, sample); the columns beside it repeat the ones people filter by.';
COMMENT ON COLUMN profiles.raw_data IS 'The vendor''s user object of the latest fetch, whole, so that a formula can be corrected without paying again.';
COMMENT ON COLUMN profiles.data_version IS 'Grows by one with every stored fetch; the ETag is made of it.';

CREATE TABLE related_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  related_username text NOT NULL,
  related_instagram_user_id text,
  related_full_name text,
  related_is_verified boolean,
  related_is_private boolean,
  related_profile_pic_url text,
  related_followers_count bigint,
  relationship_type text NOT NULL DEFAULT 'suggested',
  source text NOT NULL DEFAULT 'instagram',
  position integer,
  similarity_score double precision,
  similarity_method text,
  discovered_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT related_profiles_profile_id_related_username_key UNIQUE (profile_id, related_username),
  CONSTRAINT related_profiles_related_username_format CHECK (related_username = lower(related_username) AND related_username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT related_profiles_related_followers_count CHECK (related_followers_count >= 0),
  CONSTRAINT related_profiles_relationship_type CHECK (relationship_type IN ('suggested', 'similar')),
  CONSTRAINT related_profiles_source CHECK (source IN ('instagram', 'computed', 'legacy')),
  CONSTRAINT related_profiles_position CHECK (position >= 0),
  CONSTRAINT related_profiles_similarity_score CHECK (similarity_score BETWEEN 0 AND 1),
  CONSTRAINT related_profiles_similarity_has_method CHECK ((similarity_score IS NULL) = (similarity_method IS NULL))
);

CREATE INDEX related_profiles_related_username_idx ON related_profiles (related_username);

COMMENT ON TABLE related_profiles IS 'Similar accounts as Instagram suggests them, in its order.';
COMMENT ON COLUMN related_profiles.similarity_score IS 'Share 0 to 1, only where computed, with its method.';

CREATE TABLE profile_snapshots (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  taken_at timestamptz NOT NULL,
  followers_count bigint,
  following_count bigint,
  posts_count bigint,
  engagement_rate double precision,
  median_likes double precision,
  median_comments double precision,
  influence_score double precision,
  analytics_version integer,
  posts_received integer NOT NULL,
  CONSTRAINT profile_snapshots_profile_id_taken_at_key UNIQUE (profile_id, taken_at),
  CONSTRAINT profile_snapshots_posts_received CHECK (posts_received >= 0)
);

COMMENT ON TABLE profile_snapshots IS 'One row per stored fetch: the counts and headline figures as they were then.';

CREATE TABLE vendor_answers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL,
  target text NOT NULL,
  task_id text,
  fetched_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  attempts integer NOT NULL,
  response_bytes integer NOT NULL,
  payload jsonb NOT NULL,
  stored_at timestamptz,
  rejected_at timestamptz,
  rejection text,
  CONSTRAINT vendor_answers_username_format CHECK (username = lower(username) AND username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT vendor_answers_duration_ms CHECK (duration_ms >= 0),
  CONSTRAINT vendor_answers_attempts CHECK (attempts > 0),
  CONSTRAINT vendor_answers_payload_object CHECK (jsonb_typeof(payload) = 'object'),
  CONSTRAINT vendor_answers_rejection CHECK ((rejected_at IS NULL) = (rejection IS NULL))
);

CREATE INDEX vendor_answers_pending_idx ON vendor_answers (username, fetched_at DESC) WHERE stored_at IS NULL AND rejected_at IS NULL;
CREATE INDEX vendor_answers_username_idx ON vendor_answers (username, fetched_at DESC);

COMMENT ON TABLE vendor_answers IS 'Every paid answer, written before anything is made of it: a process that dies between the answer and the store does not pay twice.';
COMMENT ON COLUMN vendor_answers.stored_at IS 'When the answer had become rows, set in the same transaction as those rows.';
