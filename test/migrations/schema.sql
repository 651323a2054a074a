-- What the migrations add up to. Written by npm run schema:dump: run it after a change of migrations/.

CREATE TABLE api_keys (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  name text NOT NULL,
  secret_hash text NOT NULL,
  scopes text[] NOT NULL,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
  CONSTRAINT api_keys_scopes_some CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 20) AND (array_position(scopes, NULL::text) IS NULL))),
  CONSTRAINT api_keys_secret_hash_format CHECK ((secret_hash ~ '^[A-Za-z0-9_-]{43}$'::text))
);
CREATE INDEX api_keys_user_idx ON public.api_keys USING btree (user_id, created_at DESC, id DESC);
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE api_keys FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE api_keys TO service_role;
COMMENT ON TABLE api_keys IS 'API keys of users. A revoked or expired key stays in the list, so that its last use can still be looked up.';
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the 256 random bits of the secret: nothing that is guessed can be tried against it.';
COMMENT ON COLUMN api_keys.last_used_at IS 'Written at most once a minute.';

CREATE TABLE api_usage (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  day date NOT NULL,
  route_group text NOT NULL,
  calls bigint NOT NULL,
  failed_calls bigint NOT NULL,
  vendor_calls bigint NOT NULL,
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT api_usage_pkey PRIMARY KEY (id),
  CONSTRAINT api_usage_user_day_group_key UNIQUE (user_id, day, route_group),
  CONSTRAINT api_usage_counts CHECK (((calls > 0) AND ((failed_calls >= 0) AND (failed_calls <= calls)) AND ((vendor_calls >= 0) AND (vendor_calls <= calls)))),
  CONSTRAINT api_usage_route_group CHECK ((route_group ~ '^[a-z][a-zA-Z_-]{0,39}$'::text))
);
CREATE INDEX api_usage_day_idx ON public.api_usage USING btree (day, route_group);
ALTER TABLE api_usage ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE api_usage FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE api_usage TO service_role;
GRANT SELECT ON TABLE api_usage TO authenticated;
COMMENT ON TABLE api_usage IS 'Answered requests of each user by UTC day and group of the API, added up; a process that is killed loses what it had counted since its last batch.';
COMMENT ON COLUMN api_usage.vendor_calls IS 'Calls that waited for a fetch of the vendor, also one that another call had begun.';

CREATE TABLE audience_demographics (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  gender_distribution jsonb,
  age_distribution jsonb,
  location_distribution jsonb,
  language_distribution jsonb,
  sample_size integer NOT NULL,
  confidence_score double precision NOT NULL,
  analysis_method text NOT NULL,
  analysis_version integer NOT NULL,
  last_sampled timestamp with time zone NOT NULL DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  details jsonb,
  CONSTRAINT audience_demographics_pkey PRIMARY KEY (id),
  CONSTRAINT audience_demographics_profile_id_key UNIQUE (profile_id),
  CONSTRAINT audience_demographics_age_object CHECK ((jsonb_typeof(age_distribution) = 'object'::text)),
  CONSTRAINT audience_demographics_confidence_score CHECK (((confidence_score >= (0)::double precision) AND (confidence_score <= (1)::double precision))),
  CONSTRAINT audience_demographics_details_object CHECK ((jsonb_typeof(details) = 'object'::text)),
  CONSTRAINT audience_demographics_gender_object CHECK ((jsonb_typeof(gender_distribution) = 'object'::text)),
  CONSTRAINT audience_demographics_language_object CHECK ((jsonb_typeof(language_distribution) = 'object'::text)),
  CONSTRAINT audience_demographics_location_object CHECK ((jsonb_typeof(location_distribution) = 'object'::text)),
  CONSTRAINT audience_demographics_sample_size CHECK ((sample_size >= 0))
);
ALTER TABLE audience_demographics ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE audience_demographics FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE audience_demographics TO service_role;
GRANT SELECT ON TABLE audience_demographics TO authenticated;
COMMENT ON TABLE audience_demographics IS 'Estimate of a profile''s audience. Each distribution maps a label to a share and sums to 1, or is NULL: not known.';
COMMENT ON COLUMN audience_demographics.details IS 'Every figure with value, status, method, version, sample and interval, and what is known of the commenters as a whole.';

CREATE TABLE audit_entries (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  happened_at timestamp with time zone NOT NULL,
  action text NOT NULL,
  actor_kind text NOT NULL,
  actor uuid,
  api_key_id uuid,
  subject_type text NOT NULL,
  subject_id text NOT NULL,
  request_id text,
  origin_digest text,
  details jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT audit_entries_pkey PRIMARY KEY (id),
  CONSTRAINT audit_entries_action CHECK (((action ~ '^[a-z_]+(\.[a-z_]+)+$'::text) AND (char_length(action) <= 100))),
  CONSTRAINT audit_entries_actor CHECK (((actor_kind = 'system'::text) = (actor IS NULL))),
  CONSTRAINT audit_entries_actor_kind CHECK ((actor_kind = ANY (ARRAY['user'::text, 'admin'::text, 'api_key'::text, 'system'::text]))),
  CONSTRAINT audit_entries_api_key CHECK (((actor_kind = 'api_key'::text) = (api_key_id IS NOT NULL))),
  CONSTRAINT audit_entries_details_object CHECK ((jsonb_typeof(details) = 'object'::text)),
  CONSTRAINT audit_entries_origin_digest_format CHECK ((origin_digest ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT audit_entries_request_id_length CHECK (((char_length(request_id) >= 1) AND (char_length(request_id) <= 200))),
  CONSTRAINT audit_entries_subject_id_length CHECK (((char_length(subject_id) >= 1) AND (char_length(subject_id) <= 200))),
  CONSTRAINT audit_entries_subject_type CHECK ((subject_type ~ '^[a-z_]{1,50}$'::text))
);
CREATE INDEX audit_entries_action_idx ON public.audit_entries USING btree (action, happened_at DESC, id DESC);
CREATE INDEX audit_entries_actor_idx ON public.audit_entries USING btree (actor, happened_at DESC, id DESC);
CREATE INDEX audit_entries_latest_idx ON public.audit_entries USING btree (happened_at DESC, id DESC);
CREATE INDEX audit_entries_subject_idx ON public.audit_entries USING btree (subject_type, subject_id, happened_at DESC, id DESC);
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE audit_entries FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE audit_entries TO service_role;
COMMENT ON TABLE audit_entries IS 'Who did what to what. Append-only; audit_links proves it.';
COMMENT ON COLUMN audit_entries.actor IS 'A pseudonym of audit_people: no foreign key, for the entry outlives the person.';
COMMENT ON COLUMN audit_entries.subject_id IS 'What it was done to. Of a user the pseudonym.';
COMMENT ON COLUMN audit_entries.origin_digest IS 'SHA-256 of salt and address of audit_origins: says nothing without them, and proves them while they are there.';

CREATE TABLE audit_links (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  entry_id uuid NOT NULL,
  sequence bigint NOT NULL,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_links_pkey PRIMARY KEY (id),
  CONSTRAINT audit_links_entry_id_key UNIQUE (entry_id),
  CONSTRAINT audit_links_sequence_key UNIQUE (sequence),
  CONSTRAINT audit_links_hash_format CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT audit_links_previous_hash_format CHECK ((previous_hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT audit_links_sequence CHECK ((sequence > 0))
);
ALTER TABLE audit_links ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE audit_links FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE audit_links TO service_role;
COMMENT ON TABLE audit_links IS 'The chain: entries in the order of their commits, numbered without gaps. Written by the trigger of audit_entries alone; scripts/verify-audit.ts walks it.';
COMMENT ON COLUMN audit_links.hash IS 'SHA-256 of the hash before (the first: zeros), the sequence, and each column of the entry in its order: its length in bytes, a colon and its text, or a dash.';

CREATE TABLE audit_origins (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  address text NOT NULL,
  salt text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT audit_origins_pkey PRIMARY KEY (id),
  CONSTRAINT audit_origins_address_length CHECK (((char_length(address) >= 1) AND (char_length(address) <= 100))),
  CONSTRAINT audit_origins_salt_format CHECK ((salt ~ '^[0-9a-f]{32}$'::text))
);
CREATE INDEX audit_origins_created_at_idx ON public.audit_origins USING btree (created_at);
CREATE INDEX audit_origins_user_id_idx ON public.audit_origins USING btree (user_id, created_at DESC, id DESC);
ALTER TABLE audit_origins ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE audit_origins FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE audit_origins TO service_role;
COMMENT ON TABLE audit_origins IS 'From which address the actor of an entry came. Goes with the account, and after its own retention.';

CREATE TABLE audit_people (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT audit_people_pkey PRIMARY KEY (id),
  CONSTRAINT audit_people_user_id_key UNIQUE (user_id)
);
ALTER TABLE audit_people ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE audit_people FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE audit_people TO service_role;
COMMENT ON TABLE audit_people IS 'The pseudonym of each user that the audit log tells of. Without this row its entries are about nobody who can be found.';

CREATE TABLE auth_users (
  id uuid NOT NULL,
  email text,
  email_confirmed_at timestamp with time zone,
  phone text,
  app_metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
  user_metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
  last_sign_in_at timestamp with time zone,
  banned_until timestamp with time zone,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT auth_users_pkey PRIMARY KEY (id),
  CONSTRAINT auth_users_email_key UNIQUE (email),
  CONSTRAINT auth_users_app_metadata_object CHECK ((jsonb_typeof(app_metadata) = 'object'::text)),
  CONSTRAINT auth_users_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 320))),
  CONSTRAINT auth_users_email_lower CHECK ((email = lower(email))),
  CONSTRAINT auth_users_user_metadata_object CHECK ((jsonb_typeof(user_metadata) = 'object'::text))
);
CREATE INDEX auth_users_latest_idx ON public.auth_users USING btree (created_at DESC, id DESC);
ALTER TABLE auth_users ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE auth_users FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE auth_users TO service_role;
GRANT SELECT ON TABLE auth_users TO authenticated;
COMMENT ON TABLE auth_users IS 'Projection of Supabase auth.users: identity only, no secret. Kept by a trigger where auth.users exists and by an upsert on the first authenticated request elsewhere.';
COMMENT ON COLUMN auth_users.app_metadata IS 'As Supabase has it; {"erased": true} once the account was erased, until it is used again.';
COMMENT ON COLUMN auth_users.user_metadata IS 'Writable by the user: never read for role, status or any right.';

CREATE TABLE billing_events (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  event_id text NOT NULL,
  type text NOT NULL,
  subscription_id text,
  outcome text NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT billing_events_pkey PRIMARY KEY (id),
  CONSTRAINT billing_events_event_id_key UNIQUE (event_id),
  CONSTRAINT billing_events_event_id_length CHECK (((char_length(event_id) >= 1) AND (char_length(event_id) <= 255))),
  CONSTRAINT billing_events_outcome CHECK ((outcome = ANY (ARRAY['applied'::text, 'outdated'::text, 'waiting'::text, 'ignored'::text]))),
  CONSTRAINT billing_events_type_length CHECK (((char_length(type) >= 1) AND (char_length(type) <= 255)))
);
ALTER TABLE billing_events ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE billing_events FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE billing_events TO service_role;
COMMENT ON TABLE billing_events IS 'Every event of the billing provider that was heard, without its content: one that comes again changes nothing.';
COMMENT ON COLUMN billing_events.outcome IS 'applied; outdated: a later one had been heard; waiting: nobody knows yet whose subscription it is; ignored: nothing of ours.';

CREATE TABLE campaign_posts (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL,
  post_id uuid NOT NULL,
  role text,
  performance_tier text,
  notes text,
  added_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT campaign_posts_pkey PRIMARY KEY (id),
  CONSTRAINT campaign_posts_campaign_id_post_id_key UNIQUE (campaign_id, post_id),
  CONSTRAINT campaign_posts_notes_length CHECK ((char_length(notes) <= 5000)),
  CONSTRAINT campaign_posts_performance_tier CHECK ((performance_tier = ANY (ARRAY['top'::text, 'good'::text, 'average'::text, 'low'::text]))),
  CONSTRAINT campaign_posts_role CHECK ((role = ANY (ARRAY['hero'::text, 'supporting'::text, 'organic'::text])))
);
CREATE INDEX campaign_posts_latest_idx ON public.campaign_posts USING btree (campaign_id, added_at DESC, id DESC);
CREATE INDEX campaign_posts_post_id_idx ON public.campaign_posts USING btree (post_id);
ALTER TABLE campaign_posts ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE campaign_posts FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE campaign_posts TO service_role;
GRANT SELECT ON TABLE campaign_posts TO authenticated;
COMMENT ON TABLE campaign_posts IS 'Posts in a campaign.';

CREATE TABLE campaign_profiles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL,
  profile_id uuid NOT NULL,
  role text,
  priority integer,
  notes text,
  added_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT campaign_profiles_pkey PRIMARY KEY (id),
  CONSTRAINT campaign_profiles_campaign_id_profile_id_key UNIQUE (campaign_id, profile_id),
  CONSTRAINT campaign_profiles_notes_length CHECK ((char_length(notes) <= 5000)),
  CONSTRAINT campaign_profiles_priority CHECK (((priority >= 1) AND (priority <= 5))),
  CONSTRAINT campaign_profiles_role CHECK ((role = ANY (ARRAY['ambassador'::text, 'creator'::text, 'candidate'::text, 'competitor'::text])))
);
CREATE INDEX campaign_profiles_latest_idx ON public.campaign_profiles USING btree (campaign_id, added_at DESC, id DESC);
CREATE INDEX campaign_profiles_profile_id_idx ON public.campaign_profiles USING btree (profile_id);
ALTER TABLE campaign_profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE campaign_profiles FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE campaign_profiles TO service_role;
GRANT SELECT ON TABLE campaign_profiles TO authenticated;
COMMENT ON TABLE campaign_profiles IS 'Profiles tracked in a campaign. Priority 1 is the highest, 5 the lowest.';

CREATE TABLE campaigns (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  name text NOT NULL,
  description text,
  logo_url text,
  status text NOT NULL DEFAULT 'draft'::text,
  start_date date,
  end_date date,
  budget numeric(14,2),
  currency text,
  target_audience jsonb NOT NULL DEFAULT '{}'::jsonb,
  campaign_goals jsonb NOT NULL DEFAULT '{}'::jsonb,
  deleted_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT campaigns_pkey PRIMARY KEY (id),
  CONSTRAINT campaigns_budget CHECK ((budget >= (0)::numeric)),
  CONSTRAINT campaigns_budget_has_currency CHECK (((budget IS NULL) OR (currency IS NOT NULL))),
  CONSTRAINT campaigns_campaign_goals_object CHECK ((jsonb_typeof(campaign_goals) = 'object'::text)),
  CONSTRAINT campaigns_currency CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  CONSTRAINT campaigns_dates CHECK ((end_date >= start_date)),
  CONSTRAINT campaigns_description_length CHECK ((char_length(description) <= 10000)),
  CONSTRAINT campaigns_logo_url_length CHECK ((char_length(logo_url) <= 2048)),
  CONSTRAINT campaigns_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
  CONSTRAINT campaigns_status CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'completed'::text, 'archived'::text]))),
  CONSTRAINT campaigns_target_audience_object CHECK ((jsonb_typeof(target_audience) = 'object'::text))
);
CREATE INDEX campaigns_bin_idx ON public.campaigns USING btree (user_id, deleted_at DESC, id DESC) WHERE (deleted_at IS NOT NULL);
CREATE INDEX campaigns_latest_idx ON public.campaigns USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX campaigns_live_idx ON public.campaigns USING btree (user_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);
CREATE INDEX campaigns_live_status_idx ON public.campaigns USING btree (user_id, status, created_at DESC, id DESC) WHERE (deleted_at IS NULL);
ALTER TABLE campaigns ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE campaigns FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE campaigns TO service_role;
GRANT SELECT ON TABLE campaigns TO authenticated;
COMMENT ON TABLE campaigns IS 'A user''s campaigns. deleted_at set: in the bin, restorable.';

CREATE TABLE comment_sentiment (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  post_id uuid NOT NULL,
  method text NOT NULL,
  method_version integer NOT NULL,
  positive_score double precision,
  negative_score double precision,
  neutral_score double precision,
  overall_sentiment text NOT NULL,
  comments_analyzed integer NOT NULL,
  comments_decided integer NOT NULL,
  analysis_timestamp timestamp with time zone NOT NULL DEFAULT now(),
  details jsonb,
  CONSTRAINT comment_sentiment_pkey PRIMARY KEY (id),
  CONSTRAINT comment_sentiment_post_id_method_key UNIQUE (post_id, method, method_version),
  CONSTRAINT comment_sentiment_comments_analyzed CHECK ((comments_analyzed > 0)),
  CONSTRAINT comment_sentiment_comments_decided CHECK (((comments_decided >= 0) AND (comments_decided <= comments_analyzed))),
  CONSTRAINT comment_sentiment_details_object CHECK ((jsonb_typeof(details) = 'object'::text)),
  CONSTRAINT comment_sentiment_overall CHECK ((overall_sentiment = ANY (ARRAY['positive'::text, 'negative'::text, 'neutral'::text, 'mixed'::text, 'undecided'::text]))),
  CONSTRAINT comment_sentiment_scores CHECK ((((comments_decided = 0) AND (positive_score IS NULL) AND (negative_score IS NULL) AND (neutral_score IS NULL)) OR ((comments_decided > 0) AND ((positive_score >= (0)::double precision) AND (positive_score <= (1)::double precision)) AND ((negative_score >= (0)::double precision) AND (negative_score <= (1)::double precision)) AND ((neutral_score >= (0)::double precision) AND (neutral_score <= (1)::double precision)) AND (abs((((positive_score + negative_score) + neutral_score) - (1)::double precision)) < (0.000001)::double precision))))
);
ALTER TABLE comment_sentiment ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE comment_sentiment FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE comment_sentiment TO service_role;
GRANT SELECT ON TABLE comment_sentiment TO authenticated;
COMMENT ON TABLE comment_sentiment IS 'Sentiment of a post''s comments by one version of one method. Scores are shares of the decided comments and sum to 1.';
COMMENT ON COLUMN comment_sentiment.details IS 'Counts of sentiments, intents and languages over the comments of the post; no comment and no commenter.';

CREATE TABLE creator_metadata (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  extracted_location text,
  categories text[] NOT NULL DEFAULT '{}'::text[],
  content_themes jsonb NOT NULL DEFAULT '[]'::jsonb,
  primary_language text,
  secondary_languages text[] NOT NULL DEFAULT '{}'::text[],
  content_sentiment text,
  brand_mentions jsonb NOT NULL DEFAULT '[]'::jsonb,
  evidence jsonb NOT NULL DEFAULT '{}'::jsonb,
  analysis_confidence double precision,
  analysis_version integer NOT NULL,
  posts_analyzed integer NOT NULL,
  last_updated timestamp with time zone NOT NULL DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  details jsonb,
  CONSTRAINT creator_metadata_pkey PRIMARY KEY (id),
  CONSTRAINT creator_metadata_profile_id_key UNIQUE (profile_id),
  CONSTRAINT creator_metadata_analysis_confidence CHECK (((analysis_confidence >= (0)::double precision) AND (analysis_confidence <= (1)::double precision))),
  CONSTRAINT creator_metadata_brand_mentions_array CHECK ((jsonb_typeof(brand_mentions) = 'array'::text)),
  CONSTRAINT creator_metadata_content_sentiment CHECK ((content_sentiment = ANY (ARRAY['positive'::text, 'negative'::text, 'neutral'::text, 'mixed'::text]))),
  CONSTRAINT creator_metadata_content_themes_array CHECK ((jsonb_typeof(content_themes) = 'array'::text)),
  CONSTRAINT creator_metadata_details_object CHECK ((jsonb_typeof(details) = 'object'::text)),
  CONSTRAINT creator_metadata_evidence_object CHECK ((jsonb_typeof(evidence) = 'object'::text)),
  CONSTRAINT creator_metadata_posts_analyzed CHECK ((posts_analyzed >= 0)),
  CONSTRAINT creator_metadata_primary_language CHECK ((primary_language ~ '^[a-z]{2,3}$'::text))
);
CREATE INDEX creator_metadata_categories_idx ON public.creator_metadata USING gin (categories);
ALTER TABLE creator_metadata ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE creator_metadata FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE creator_metadata TO service_role;
GRANT SELECT ON TABLE creator_metadata TO authenticated;
COMMENT ON TABLE creator_metadata IS 'What is derived of a creator, with the posts it was derived from. Languages are ISO 639 codes.';
COMMENT ON COLUMN creator_metadata.details IS 'Every finding with value, status, method, version, sample and evidence; the columns beside it repeat the ones people filter by.';

CREATE TABLE credit_accounts (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  balance bigint NOT NULL DEFAULT 0,
  expiring bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  last_sequence bigint NOT NULL DEFAULT 0,
  tier text NOT NULL,
  anchored_at timestamp with time zone NOT NULL,
  anchored_on date NOT NULL,
  period integer NOT NULL DEFAULT 0,
  period_starts_at timestamp with time zone NOT NULL,
  period_ends_at timestamp with time zone NOT NULL,
  period_granted bigint NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT credit_accounts_pkey PRIMARY KEY (id),
  CONSTRAINT credit_accounts_user_id_key UNIQUE (user_id),
  CONSTRAINT credit_accounts_balance CHECK ((balance >= 0)),
  CONSTRAINT credit_accounts_expiring CHECK (((expiring >= 0) AND (expiring <= balance))),
  CONSTRAINT credit_accounts_last_sequence CHECK ((last_sequence >= 0)),
  CONSTRAINT credit_accounts_period CHECK ((period >= 0)),
  CONSTRAINT credit_accounts_period_granted CHECK ((period_granted >= 0)),
  CONSTRAINT credit_accounts_period_order CHECK ((period_ends_at > period_starts_at)),
  CONSTRAINT credit_accounts_reserved CHECK (((reserved >= 0) AND (reserved <= balance))),
  CONSTRAINT credit_accounts_tier CHECK ((tier = ANY (ARRAY['free'::text, 'standard'::text, 'premium'::text, 'enterprise'::text])))
);
CREATE INDEX credit_accounts_updated_at_idx ON public.credit_accounts USING btree (updated_at);
ALTER TABLE credit_accounts ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE credit_accounts FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE credit_accounts TO authenticated;
GRANT SELECT ON TABLE credit_accounts TO service_role;
COMMENT ON TABLE credit_accounts IS 'One row per user who has had to do with credits. Locked by whatever changes the user''s credits.';
COMMENT ON COLUMN credit_accounts.balance IS 'Sum of the account''s entries, kept by the statement that adds one. scripts/verify-ledger.ts proves it.';
COMMENT ON COLUMN credit_accounts.expiring IS 'The part of the balance that monthly grants gave: spent first, and what the plan does not roll over expires at the next reset.';
COMMENT ON COLUMN credit_accounts.reserved IS 'The part of the balance that open reservations hold.';
COMMENT ON COLUMN credit_accounts.last_sequence IS 'Of the latest entry: they are numbered without gaps.';
COMMENT ON COLUMN credit_accounts.tier IS 'The plan that the current period was granted by.';
COMMENT ON COLUMN credit_accounts.anchored_at IS 'When the subscription that the months are counted from began, or the account: a later subscription begins anew.';
COMMENT ON COLUMN credit_accounts.anchored_on IS 'The day, in the user''s time zone, whose monthly anniversaries are the resets.';
COMMENT ON COLUMN credit_accounts.period IS 'Whole months between the anchor and the current period: each is granted once, whatever becomes of the time zone.';
COMMENT ON COLUMN credit_accounts.period_granted IS 'What the plan gave in this period, so that an upgrade adds the difference alone.';

CREATE TABLE credit_entries (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  sequence bigint NOT NULL,
  kind text NOT NULL,
  counter_account text NOT NULL,
  amount bigint NOT NULL,
  balance_after bigint NOT NULL,
  expiring_after bigint NOT NULL,
  action text,
  reservation_id uuid,
  subject text,
  note text,
  key text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT credit_entries_pkey PRIMARY KEY (id),
  CONSTRAINT credit_entries_key_key UNIQUE (key),
  CONSTRAINT credit_entries_user_id_sequence_key UNIQUE (user_id, sequence),
  CONSTRAINT credit_entries_balance_after CHECK ((balance_after >= 0)),
  CONSTRAINT credit_entries_counter_account CHECK ((counter_account = ANY (ARRAY['opening'::text, 'issued'::text, 'revenue'::text, 'adjustments'::text, 'expired'::text]))),
  CONSTRAINT credit_entries_expiring_after CHECK (((expiring_after >= 0) AND (expiring_after <= balance_after))),
  CONSTRAINT credit_entries_key_length CHECK (((char_length(key) >= 1) AND (char_length(key) <= 300))),
  CONSTRAINT credit_entries_kind CHECK ((kind = ANY (ARRAY['opening'::text, 'grant'::text, 'charge'::text, 'refund'::text, 'adjustment'::text, 'expiry'::text]))),
  CONSTRAINT credit_entries_legs CHECK (
CASE kind
    WHEN 'opening'::text THEN ((counter_account = 'opening'::text) AND (amount > 0))
    WHEN 'grant'::text THEN ((counter_account = 'issued'::text) AND (amount > 0))
    WHEN 'charge'::text THEN ((counter_account = 'revenue'::text) AND (amount < 0))
    WHEN 'refund'::text THEN ((counter_account = 'revenue'::text) AND (amount > 0))
    WHEN 'adjustment'::text THEN ((counter_account = 'adjustments'::text) AND (amount <> 0))
    WHEN 'expiry'::text THEN ((counter_account = 'expired'::text) AND (amount < 0))
    ELSE NULL::boolean
END),
  CONSTRAINT credit_entries_note_length CHECK (((char_length(note) >= 1) AND (char_length(note) <= 500))),
  CONSTRAINT credit_entries_reservation CHECK (((kind = ANY (ARRAY['charge'::text, 'refund'::text])) = ((reservation_id IS NOT NULL) AND (action IS NOT NULL)))),
  CONSTRAINT credit_entries_sequence CHECK ((sequence > 0)),
  CONSTRAINT credit_entries_subject_length CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 200)))
);
CREATE INDEX credit_entries_latest_idx ON public.credit_entries USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX credit_entries_reservation_id_idx ON public.credit_entries USING btree (reservation_id) WHERE (reservation_id IS NOT NULL);
ALTER TABLE credit_entries ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE credit_entries FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE credit_entries TO authenticated;
GRANT SELECT ON TABLE credit_entries TO service_role;
COMMENT ON TABLE credit_entries IS 'The ledger, append-only. A row is a transfer with two legs: amount to the user''s account, -amount to the counter account.';
COMMENT ON COLUMN credit_entries.subject IS 'What was paid for, in words of the user. Blanked when the account is deleted, as is the note.';
COMMENT ON COLUMN credit_entries.key IS 'What the entry is about, said so that the same thing is never entered twice.';

CREATE TABLE credit_reservations (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  action text NOT NULL,
  subject text,
  quantity integer NOT NULL DEFAULT 1,
  free_quantity integer NOT NULL DEFAULT 0,
  amount bigint NOT NULL,
  free_reason text,
  status text NOT NULL DEFAULT 'open'::text,
  entry_id uuid,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  calls text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT credit_reservations_pkey PRIMARY KEY (id),
  CONSTRAINT credit_reservations_action CHECK ((action = ANY (ARRAY['profile_unlock'::text, 'post_analytics'::text, 'discovery_page'::text, 'campaign_report'::text, 'data_export'::text]))),
  CONSTRAINT credit_reservations_amount CHECK ((amount >= 0)),
  CONSTRAINT credit_reservations_entry CHECK (
CASE
    WHEN ((status = 'committed'::text) AND (amount > 0)) THEN (entry_id IS NOT NULL)
    ELSE ((entry_id IS NULL) OR (free_reason = 'already_paid'::text))
END),
  CONSTRAINT credit_reservations_free_or_charged CHECK (((amount = 0) = (free_reason IS NOT NULL))),
  CONSTRAINT credit_reservations_free_quantity CHECK (((free_quantity >= 0) AND (free_quantity <= quantity))),
  CONSTRAINT credit_reservations_free_reason CHECK ((free_reason = ANY (ARRAY['credits_off'::text, 'no_price'::text, 'allowance'::text, 'already_paid'::text, 'window_open'::text, 'vendor_failed'::text]))),
  CONSTRAINT credit_reservations_quantity CHECK (((quantity >= 1) AND (quantity <= 100000))),
  CONSTRAINT credit_reservations_settled CHECK (((status = 'open'::text) = (settled_at IS NULL))),
  CONSTRAINT credit_reservations_status CHECK ((status = ANY (ARRAY['open'::text, 'committed'::text, 'released'::text, 'expired'::text]))),
  CONSTRAINT credit_reservations_subject_length CHECK (((char_length(subject) >= 1) AND (char_length(subject) <= 200)))
);
CREATE INDEX credit_reservations_entry_id_idx ON public.credit_reservations USING btree (entry_id);
CREATE INDEX credit_reservations_latest_idx ON public.credit_reservations USING btree (user_id, action, created_at DESC);
CREATE INDEX credit_reservations_lease_idx ON public.credit_reservations USING btree (expires_at) WHERE (status = 'open'::text);
CREATE UNIQUE INDEX credit_reservations_open_idx ON public.credit_reservations USING btree (user_id, action, subject, quantity) WHERE ((status = 'open'::text) AND (subject IS NOT NULL));
ALTER TABLE credit_reservations ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE credit_reservations FROM PUBLIC, anon, authenticated, service_role;
GRANT SELECT ON TABLE credit_reservations TO authenticated;
GRANT SELECT ON TABLE credit_reservations TO service_role;
COMMENT ON TABLE credit_reservations IS 'Every charge on its way, and every access with its entry or the reason why it was free. An open one holds credits until it ends or its lease does.';
COMMENT ON COLUMN credit_reservations.entry_id IS 'The charge; of one that was already paid for, the charge that paid it.';
COMMENT ON COLUMN credit_reservations.calls IS 'Fingerprints of the requests with an Idempotency-Key that it was made for, as idempotency_keys has them.';

CREATE TABLE encoded_answers (
  profile_id uuid NOT NULL,
  data_version bigint NOT NULL,
  form integer NOT NULL,
  body json NOT NULL,
  encoded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT encoded_answers_pkey PRIMARY KEY (profile_id),
  CONSTRAINT encoded_answers_body_object CHECK ((json_typeof(body) = 'object'::text)),
  CONSTRAINT encoded_answers_data_version CHECK ((data_version > 0))
);
ALTER TABLE encoded_answers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE encoded_answers FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE encoded_answers TO service_role;
COMMENT ON TABLE encoded_answers IS 'Derived, may be emptied at any time: what profiles, posts and post_profiles say, encoded once. Read only where data_version is that of the profile and form that of the reader, else made anew from the rows.';
COMMENT ON COLUMN encoded_answers.data_version IS 'profiles.data_version that the body says.';
COMMENT ON COLUMN encoded_answers.form IS 'Version of the code that encoded it.';
COMMENT ON COLUMN encoded_answers.body IS 'json, not jsonb: the text is kept as it was encoded. Without freshness, which depends on the moment of reading.';

CREATE TABLE idempotency_keys (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  key_digest text NOT NULL,
  route text NOT NULL,
  fingerprint text NOT NULL,
  answer text,
  leased_until timestamp with time zone NOT NULL DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id),
  CONSTRAINT idempotency_keys_user_key UNIQUE (user_id, key_digest),
  CONSTRAINT idempotency_keys_digest_format CHECK (((key_digest ~ '^[A-Za-z0-9_-]{43}$'::text) AND (fingerprint ~ '^[A-Za-z0-9_-]{43}$'::text))),
  CONSTRAINT idempotency_keys_expires_after CHECK ((expires_at > created_at))
);
CREATE INDEX idempotency_keys_expires_at_idx ON public.idempotency_keys USING btree (expires_at);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE idempotency_keys FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE idempotency_keys TO service_role;
COMMENT ON TABLE idempotency_keys IS 'Answers to requests with an Idempotency-Key. Where the effect is one transaction, the answer is written in it.';
COMMENT ON COLUMN idempotency_keys.key_digest IS 'Keyed hash of the key; the key itself is kept nowhere.';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'Hash of method, address and body, keyed with the key.';
COMMENT ON COLUMN idempotency_keys.answer IS 'Status, headers and body, sealed with a key that only the caller''s Idempotency-Key gives; null while the request is under way, or where it never ended.';
COMMENT ON COLUMN idempotency_keys.leased_until IS 'Until when a request without an answer holds the key; past it, a repeat runs anew.';

CREATE TABLE job_items (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  job_id uuid NOT NULL,
  "position" integer NOT NULL,
  username text NOT NULL,
  state text NOT NULL DEFAULT 'queued'::text,
  slot integer,
  fetch_id uuid,
  profile_id uuid,
  source text,
  reason text,
  credits integer NOT NULL DEFAULT 0,
  revision integer,
  finished_at timestamp with time zone,
  CONSTRAINT job_items_pkey PRIMARY KEY (id),
  CONSTRAINT job_items_job_id_position_key UNIQUE (job_id, "position"),
  CONSTRAINT job_items_job_id_username_key UNIQUE (job_id, username),
  CONSTRAINT job_items_credits CHECK ((credits >= 0)),
  CONSTRAINT job_items_ended CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text])))),
  CONSTRAINT job_items_source CHECK ((source = ANY (ARRAY['vendor'::text, 'database'::text]))),
  CONSTRAINT job_items_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'skipped'::text, 'cancelled'::text]))),
  CONSTRAINT job_items_username_format CHECK (((username = lower(username)) AND (username ~ '^[a-z0-9._]{1,30}$'::text)))
);
CREATE INDEX job_items_fetch_id_idx ON public.job_items USING btree (fetch_id);
CREATE INDEX job_items_profile_id_idx ON public.job_items USING btree (profile_id);
CREATE INDEX job_items_revision_idx ON public.job_items USING btree (job_id, revision);
ALTER TABLE job_items ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE job_items FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE job_items TO service_role;
COMMENT ON TABLE job_items IS 'One name of a job. An item that has ended stays as it is.';
COMMENT ON COLUMN job_items.slot IS 'Which of the job''s workers has it: the same one goes on with it when its process died.';
COMMENT ON COLUMN job_items.fetch_id IS 'The fetch that is waited for, so that who takes the item up again joins no other.';
COMMENT ON COLUMN job_items.reason IS 'Why there is no profile, or why the one that is served is stale.';

CREATE TABLE jobs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'queued'::text,
  total integer NOT NULL,
  max_credits integer,
  credits integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  CONSTRAINT jobs_pkey PRIMARY KEY (id),
  CONSTRAINT jobs_credits CHECK (((credits >= 0) AND (credits <= max_credits))),
  CONSTRAINT jobs_ended CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text])))),
  CONSTRAINT jobs_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'finished'::text, 'cancelled'::text]))),
  CONSTRAINT jobs_total CHECK (((total >= 1) AND (total <= 1000)))
);
CREATE INDEX jobs_all_latest_idx ON public.jobs USING btree (created_at DESC, id DESC);
CREATE INDEX jobs_finished_at_idx ON public.jobs USING btree (finished_at, id) WHERE (finished_at IS NOT NULL);
CREATE INDEX jobs_latest_idx ON public.jobs USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX jobs_under_way_idx ON public.jobs USING btree (created_at DESC, id DESC) WHERE (finished_at IS NULL);
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE jobs FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE jobs TO service_role;
COMMENT ON TABLE jobs IS 'Bulk look-ups: what was asked for, and how far it has come.';
COMMENT ON COLUMN jobs.credits IS 'Reserved or charged so far; never above max_credits.';
COMMENT ON COLUMN jobs.revision IS 'Raised with each item that ends: the id of the event that tells of it.';

CREATE TABLE mentions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  post_id uuid,
  mentioned_username text NOT NULL,
  mention_type text NOT NULL,
  mention_context text,
  mentioned_at timestamp with time zone NOT NULL DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT mentions_pkey PRIMARY KEY (id),
  CONSTRAINT mentions_edge_key UNIQUE NULLS NOT DISTINCT (profile_id, post_id, mentioned_username, mention_type),
  CONSTRAINT mentions_mention_context_length CHECK ((char_length(mention_context) <= 500)),
  CONSTRAINT mentions_mention_type CHECK ((mention_type = ANY (ARRAY['tag'::text, 'caption'::text, 'comment'::text, 'biography'::text, 'collaboration'::text]))),
  CONSTRAINT mentions_mentioned_username_format CHECK (((mentioned_username = lower(mentioned_username)) AND (mentioned_username ~ '^[a-z0-9._]{1,30}$'::text)))
);
CREATE INDEX mentions_latest_idx ON public.mentions USING btree (profile_id, mentioned_at DESC, id DESC);
CREATE INDEX mentions_mentioned_by_idx ON public.mentions USING btree (mentioned_username, mentioned_at DESC, id DESC);
CREATE INDEX mentions_post_id_idx ON public.mentions USING btree (post_id);
ALTER TABLE mentions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE mentions FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE mentions TO service_role;
GRANT SELECT ON TABLE mentions TO authenticated;
COMMENT ON TABLE mentions IS 'Whom a profile mentions, each edge with the post it stands in (none: the biography).';
COMMENT ON COLUMN mentions.mentioned_at IS 'When the post was posted; for a biography, when it was first seen.';

CREATE TABLE plans (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  tier text NOT NULL,
  monthly_credits bigint NOT NULL,
  rollover_months integer NOT NULL DEFAULT 0,
  stripe_prices text[] NOT NULL DEFAULT '{}'::text[],
  valid_from timestamp with time zone NOT NULL DEFAULT now(),
  valid_until timestamp with time zone,
  CONSTRAINT plans_pkey PRIMARY KEY (id),
  CONSTRAINT plans_tier_valid_from_key UNIQUE (tier, valid_from),
  CONSTRAINT plans_monthly_credits CHECK ((monthly_credits >= 0)),
  CONSTRAINT plans_rollover_months CHECK (((rollover_months >= 0) AND (rollover_months <= 120))),
  CONSTRAINT plans_tier CHECK ((tier = ANY (ARRAY['free'::text, 'standard'::text, 'premium'::text, 'enterprise'::text]))),
  CONSTRAINT plans_validity CHECK ((valid_until > valid_from))
);
ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE plans FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE plans TO service_role;
COMMENT ON TABLE plans IS 'What a subscription gives. Of several valid rows of a tier the latest begun counts; a change is a new row.';
COMMENT ON COLUMN plans.rollover_months IS 'So many months'' grants at most are carried into the next month; what is beyond expires.';
COMMENT ON COLUMN plans.stripe_prices IS 'Ids of the prices at Stripe that buy this plan. A price whose lookup_key is the tier needs no id here.';

CREATE TABLE post_answers (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  shortcode text NOT NULL,
  target text NOT NULL,
  task_id text,
  fetched_at timestamp with time zone NOT NULL,
  duration_ms integer NOT NULL,
  attempts integer NOT NULL,
  response_bytes integer NOT NULL,
  payload jsonb NOT NULL,
  stored_at timestamp with time zone,
  CONSTRAINT post_answers_pkey PRIMARY KEY (id),
  CONSTRAINT post_answers_attempts CHECK ((attempts > 0)),
  CONSTRAINT post_answers_duration_ms CHECK ((duration_ms >= 0)),
  CONSTRAINT post_answers_payload_object CHECK ((jsonb_typeof(payload) = 'object'::text)),
  CONSTRAINT post_answers_shortcode_format CHECK ((shortcode ~ '^[A-Za-z0-9_-]{1,64}$'::text))
);
CREATE INDEX post_answers_fetched_at_idx ON public.post_answers USING btree (fetched_at, id);
CREATE INDEX post_answers_shortcode_idx ON public.post_answers USING btree (shortcode, fetched_at DESC);
ALTER TABLE post_answers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE post_answers FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE post_answers TO service_role;
COMMENT ON TABLE post_answers IS 'Every paid answer about one post, written before anything is made of it: a post whose owner is not unlocked yet is not paid for twice.';
COMMENT ON COLUMN post_answers.stored_at IS 'When the answer had become a row of posts, set in the same transaction as that row.';

CREATE TABLE post_profiles (
  profile_id uuid NOT NULL,
  post_id uuid NOT NULL,
  relation text NOT NULL,
  is_pinned boolean NOT NULL DEFAULT false,
  posted_at timestamp with time zone,
  first_seen_at timestamp with time zone NOT NULL DEFAULT now(),
  last_seen_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT post_profiles_pkey PRIMARY KEY (profile_id, post_id),
  CONSTRAINT post_profiles_relation CHECK ((relation = ANY (ARRAY['owner'::text, 'collaborator'::text])))
);
CREATE INDEX post_profiles_latest_idx ON public.post_profiles USING btree (profile_id, posted_at DESC NULLS LAST, post_id DESC);
CREATE INDEX post_profiles_post_id_idx ON public.post_profiles USING btree (post_id);
ALTER TABLE post_profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE post_profiles FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE post_profiles TO service_role;
GRANT SELECT ON TABLE post_profiles TO authenticated;
COMMENT ON TABLE post_profiles IS 'Which profiles list a post: its owner and, for a collaboration, every collaborator. No insert collides and no profile loses the post.';
COMMENT ON COLUMN post_profiles.posted_at IS 'Copy of posts.posted_at, so that the latest posts of a profile are one index range.';

CREATE TABLE posts (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  instagram_post_id text NOT NULL,
  shortcode text NOT NULL,
  owner_username text,
  owner_instagram_user_id text,
  media_type text NOT NULL,
  product_type text,
  is_video boolean NOT NULL,
  is_carousel boolean NOT NULL,
  carousel_media_count integer,
  display_url text,
  thumbnail_src text,
  thumbnail_tall_src text,
  video_url text,
  video_view_count bigint,
  video_play_count bigint,
  video_duration double precision,
  has_audio boolean,
  width integer,
  height integer,
  caption text,
  accessibility_caption text,
  likes_count bigint,
  likes_hidden boolean NOT NULL DEFAULT false,
  comments_count bigint,
  comments_disabled boolean,
  like_and_view_counts_disabled boolean,
  viewer_can_reshare boolean,
  has_upcoming_event boolean,
  location_name text,
  location_id text,
  taken_at_timestamp bigint,
  posted_at timestamp with time zone,
  thumbnail_resources jsonb NOT NULL DEFAULT '[]'::jsonb,
  sidecar_children jsonb NOT NULL DEFAULT '[]'::jsonb,
  tagged_users jsonb NOT NULL DEFAULT '[]'::jsonb,
  coauthor_producers jsonb NOT NULL DEFAULT '[]'::jsonb,
  hashtags text[] NOT NULL DEFAULT '{}'::text[],
  mentions text[] NOT NULL DEFAULT '{}'::text[],
  engagement_rate double precision,
  performance_score double precision,
  raw_data jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT posts_pkey PRIMARY KEY (id),
  CONSTRAINT posts_instagram_post_id_key UNIQUE (instagram_post_id),
  CONSTRAINT posts_shortcode_key UNIQUE (shortcode),
  CONSTRAINT posts_carousel_media_count CHECK ((carousel_media_count >= 0)),
  CONSTRAINT posts_coauthor_producers_array CHECK ((jsonb_typeof(coauthor_producers) = 'array'::text)),
  CONSTRAINT posts_comments_count CHECK ((comments_count >= 0)),
  CONSTRAINT posts_engagement_rate CHECK ((engagement_rate >= (0)::double precision)),
  CONSTRAINT posts_likes_count CHECK ((likes_count >= 0)),
  CONSTRAINT posts_likes_hidden CHECK ((NOT (likes_hidden AND (likes_count IS NOT NULL)))),
  CONSTRAINT posts_media_type CHECK ((media_type = ANY (ARRAY['photo'::text, 'carousel'::text, 'reel'::text, 'video'::text]))),
  CONSTRAINT posts_owner_username_format CHECK (((owner_username = lower(owner_username)) AND (owner_username ~ '^[a-z0-9._]{1,30}$'::text))),
  CONSTRAINT posts_raw_data_object CHECK ((jsonb_typeof(raw_data) = 'object'::text)),
  CONSTRAINT posts_sidecar_children_array CHECK ((jsonb_typeof(sidecar_children) = 'array'::text)),
  CONSTRAINT posts_tagged_users_array CHECK ((jsonb_typeof(tagged_users) = 'array'::text)),
  CONSTRAINT posts_thumbnail_resources_array CHECK ((jsonb_typeof(thumbnail_resources) = 'array'::text)),
  CONSTRAINT posts_video_duration CHECK ((video_duration >= (0)::double precision)),
  CONSTRAINT posts_video_play_count CHECK ((video_play_count >= 0)),
  CONSTRAINT posts_video_view_count CHECK ((video_view_count >= 0))
);
CREATE INDEX posts_hashtags_idx ON public.posts USING gin (hashtags);
CREATE INDEX posts_profile_id_posted_at_idx ON public.posts USING btree (profile_id, posted_at DESC NULLS LAST);
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE posts FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE posts TO service_role;
GRANT SELECT ON TABLE posts TO authenticated;
COMMENT ON TABLE posts IS 'Instagram posts, one row each whoever lists them. Who lists a post is in post_profiles.';
COMMENT ON COLUMN posts.profile_id IS 'The stored profile the post is attributed to: its owner once the owner is stored, else the profile it was first seen under.';
COMMENT ON COLUMN posts.video_duration IS 'Seconds, with fractions.';
COMMENT ON COLUMN posts.likes_count IS 'NULL is unknown: hidden by the owner (likes_hidden) or not sent.';
COMMENT ON COLUMN posts.taken_at_timestamp IS 'Unix seconds as the vendor sent them; posted_at is the same instant.';
COMMENT ON COLUMN posts.engagement_rate IS 'Percent: (likes + comments) / followers of the owner when fetched.';

CREATE TABLE prices (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  action text NOT NULL,
  credits bigint NOT NULL,
  free_per_month integer NOT NULL DEFAULT 0,
  valid_from timestamp with time zone NOT NULL DEFAULT now(),
  valid_until timestamp with time zone,
  CONSTRAINT prices_pkey PRIMARY KEY (id),
  CONSTRAINT prices_action_valid_from_key UNIQUE (action, valid_from),
  CONSTRAINT prices_action CHECK ((action = ANY (ARRAY['profile_unlock'::text, 'post_analytics'::text, 'discovery_page'::text, 'campaign_report'::text, 'data_export'::text]))),
  CONSTRAINT prices_credits CHECK (((credits >= 0) AND (credits <= 1000000))),
  CONSTRAINT prices_free_per_month CHECK ((free_per_month >= 0)),
  CONSTRAINT prices_validity CHECK ((valid_until > valid_from))
);
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE prices FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE prices TO service_role;
COMMENT ON TABLE prices IS 'What an action costs. Of several valid rows the latest begun counts; an action without one is free.';
COMMENT ON COLUMN prices.free_per_month IS 'So many are free in each period of the account.';

CREATE TABLE profile_fetch_callers (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  fetch_id uuid NOT NULL,
  user_id uuid NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  recorded boolean NOT NULL DEFAULT false,
  left_at timestamp with time zone,
  reservation jsonb,
  is_job boolean NOT NULL DEFAULT false,
  CONSTRAINT profile_fetch_callers_pkey PRIMARY KEY (id),
  CONSTRAINT profile_fetch_callers_fetch_id_user_id_key UNIQUE (fetch_id, user_id),
  CONSTRAINT profile_fetch_callers_reservation_object CHECK ((jsonb_typeof(reservation) = 'object'::text))
);
CREATE INDEX profile_fetch_callers_user_id_idx ON public.profile_fetch_callers USING btree (user_id);
ALTER TABLE profile_fetch_callers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE profile_fetch_callers FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE profile_fetch_callers TO service_role;
COMMENT ON TABLE profile_fetch_callers IS 'Who waits for a fetch. The transaction that ends it gives them their window and their record of the search.';
COMMENT ON COLUMN profile_fetch_callers.recorded IS 'That transaction has recorded them; who joined too late for it records by themselves.';
COMMENT ON COLUMN profile_fetch_callers.left_at IS 'The caller has cancelled: nothing is recorded of them.';
COMMENT ON COLUMN profile_fetch_callers.reservation IS 'The row of credit_reservations that holds what the unlock costs; null where nothing is to be paid.';
COMMENT ON COLUMN profile_fetch_callers.is_job IS 'The caller was answered with a job before the fetch ended.';

CREATE TABLE profile_fetches (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  username text NOT NULL,
  purpose text NOT NULL,
  analysis_type text NOT NULL,
  state text NOT NULL DEFAULT 'queued'::text,
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  profile_id uuid,
  problem jsonb,
  CONSTRAINT profile_fetches_pkey PRIMARY KEY (id),
  CONSTRAINT profile_fetches_analysis_type CHECK ((analysis_type = ANY (ARRAY['lookup'::text, 'refresh'::text, 'bulk'::text]))),
  CONSTRAINT profile_fetches_attempts CHECK ((attempts >= 0)),
  CONSTRAINT profile_fetches_ended CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text])))),
  CONSTRAINT profile_fetches_problem_object CHECK ((jsonb_typeof(problem) = 'object'::text)),
  CONSTRAINT profile_fetches_purpose CHECK ((purpose = ANY (ARRAY['lookup'::text, 'bulk'::text, 'refresh'::text, 'backfill'::text]))),
  CONSTRAINT profile_fetches_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
  CONSTRAINT profile_fetches_username_format CHECK (((username = lower(username)) AND (username ~ '^[a-z0-9._]{1,30}$'::text)))
);
CREATE INDEX profile_fetches_finished_at_idx ON public.profile_fetches USING btree (finished_at);
CREATE INDEX profile_fetches_latest_idx ON public.profile_fetches USING btree (username, finished_at DESC);
CREATE INDEX profile_fetches_profile_id_idx ON public.profile_fetches USING btree (profile_id);
CREATE UNIQUE INDEX profile_fetches_under_way_key ON public.profile_fetches USING btree (username) WHERE (finished_at IS NULL);
ALTER TABLE profile_fetches ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE profile_fetches FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE profile_fetches TO service_role;
COMMENT ON TABLE profile_fetches IS 'Fetches under way or lately ended. At most one of a name is under way, whichever processes ask: any number of callers cause one vendor call.';
COMMENT ON COLUMN profile_fetches.purpose IS 'Why it was begun; whoever joins does not change it.';
COMMENT ON COLUMN profile_fetches.attempts IS 'How many processes have taken it up: more than one when one of them died.';
COMMENT ON COLUMN profile_fetches.problem IS 'The problem that a failed one answers with; null where the cause was ours.';

CREATE TABLE profile_snapshots (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  taken_at timestamp with time zone NOT NULL,
  followers_count bigint,
  following_count bigint,
  posts_count bigint,
  engagement_rate double precision,
  median_likes double precision,
  median_comments double precision,
  influence_score double precision,
  analytics_version integer,
  posts_received integer NOT NULL,
  CONSTRAINT profile_snapshots_pkey PRIMARY KEY (id),
  CONSTRAINT profile_snapshots_profile_id_taken_at_key UNIQUE (profile_id, taken_at),
  CONSTRAINT profile_snapshots_posts_received CHECK ((posts_received >= 0))
);
ALTER TABLE profile_snapshots ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE profile_snapshots FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE profile_snapshots TO service_role;
GRANT SELECT ON TABLE profile_snapshots TO authenticated;
COMMENT ON TABLE profile_snapshots IS 'One row per stored fetch: the counts and headline figures as they were then.';

CREATE TABLE profiles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  username text NOT NULL,
  instagram_user_id text,
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
  bio_links jsonb NOT NULL DEFAULT '[]'::jsonb,
  pronouns text[] NOT NULL DEFAULT '{}'::text[],
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
  availability text NOT NULL DEFAULT 'available'::text,
  raw_data jsonb NOT NULL,
  data_version bigint NOT NULL DEFAULT 1,
  refresh_count integer NOT NULL DEFAULT 0,
  last_refreshed timestamp with time zone NOT NULL DEFAULT now(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  profile_pic_expires_at timestamp with time zone,
  CONSTRAINT profiles_pkey PRIMARY KEY (id),
  CONSTRAINT profiles_instagram_user_id_key UNIQUE (instagram_user_id),
  CONSTRAINT profiles_username_key UNIQUE (username),
  CONSTRAINT profiles_analytics_object CHECK ((jsonb_typeof(analytics) = 'object'::text)),
  CONSTRAINT profiles_availability CHECK ((availability = ANY (ARRAY['available'::text, 'private'::text, 'gone'::text]))),
  CONSTRAINT profiles_bio_links_array CHECK ((jsonb_typeof(bio_links) = 'array'::text)),
  CONSTRAINT profiles_business_address_object CHECK ((jsonb_typeof(business_address) = 'object'::text)),
  CONSTRAINT profiles_data_quality_score CHECK (((data_quality_score >= (0)::double precision) AND (data_quality_score <= (1)::double precision))),
  CONSTRAINT profiles_data_version CHECK ((data_version > 0)),
  CONSTRAINT profiles_engagement_rate CHECK ((engagement_rate >= (0)::double precision)),
  CONSTRAINT profiles_followers_count CHECK ((followers_count >= 0)),
  CONSTRAINT profiles_following_count CHECK ((following_count >= 0)),
  CONSTRAINT profiles_highlight_reel_count CHECK ((highlight_reel_count >= 0)),
  CONSTRAINT profiles_influence_score CHECK (((influence_score >= (0)::double precision) AND (influence_score <= (10)::double precision))),
  CONSTRAINT profiles_posts_count CHECK ((posts_count >= 0)),
  CONSTRAINT profiles_raw_data_object CHECK ((jsonb_typeof(raw_data) = 'object'::text)),
  CONSTRAINT profiles_refresh_count CHECK ((refresh_count >= 0)),
  CONSTRAINT profiles_username_format CHECK (((username = lower(username)) AND (username ~ '^[a-z0-9._]{1,30}$'::text))),
  CONSTRAINT profiles_video_count CHECK ((video_count >= 0))
);
CREATE INDEX profiles_discovery_business_idx ON public.profiles USING btree (is_business_account, COALESCE(followers_count, ('-1'::integer)::bigint) DESC, id DESC) WHERE (availability <> 'gone'::text);
CREATE INDEX profiles_discovery_category_idx ON public.profiles USING btree (lower("left"(category, 100)), COALESCE(followers_count, ('-1'::integer)::bigint) DESC, id DESC) WHERE (availability <> 'gone'::text);
CREATE INDEX profiles_discovery_idx ON public.profiles USING btree (COALESCE(followers_count, ('-1'::integer)::bigint) DESC, id DESC) WHERE (availability <> 'gone'::text);
CREATE INDEX profiles_discovery_verified_idx ON public.profiles USING btree (is_verified, COALESCE(followers_count, ('-1'::integer)::bigint) DESC, id DESC) WHERE (availability <> 'gone'::text);
CREATE INDEX profiles_engagement_rate_idx ON public.profiles USING btree (engagement_rate) WHERE (engagement_rate IS NOT NULL);
CREATE INDEX profiles_followers_count_idx ON public.profiles USING btree (followers_count DESC NULLS LAST);
CREATE INDEX profiles_full_name_prefix_idx ON public.profiles USING btree (lower("left"(full_name, 100)) text_pattern_ops);
CREATE INDEX profiles_full_name_trgm_idx ON public.profiles USING gin (lower(full_name) extensions.gin_trgm_ops);
CREATE INDEX profiles_last_refreshed_idx ON public.profiles USING btree (last_refreshed);
CREATE INDEX profiles_peers_idx ON public.profiles USING btree (is_business_account, followers_count, id) INCLUDE (engagement_rate, posts_per_week, influence_score) WHERE ((engagement_rate IS NOT NULL) AND (availability = 'available'::text));
CREATE INDEX profiles_username_prefix_idx ON public.profiles USING btree (username text_pattern_ops);
CREATE INDEX profiles_username_trgm_idx ON public.profiles USING gin (username extensions.gin_trgm_ops);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE profiles FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE profiles TO service_role;
GRANT SELECT ON TABLE profiles TO authenticated;
COMMENT ON TABLE profiles IS 'Instagram profiles. NULL is unknown, zero is zero. Refreshed in place, never deleted to be replaced.';
COMMENT ON COLUMN profiles.engagement_rate IS 'Percent: 2.3 means 2.3 %. Median over the sampled posts of (likes + comments) / followers.';
COMMENT ON COLUMN profiles.engagement_rate_mean IS 'Percent: the mean of the same.';
COMMENT ON COLUMN profiles.analytics IS 'Every figure in its honest shape (value, status, method, version, sample); the columns beside it repeat the ones people filter by.';
COMMENT ON COLUMN profiles.raw_data IS 'The vendor''s user object of the latest fetch, whole, so that a formula can be corrected without paying again.';
COMMENT ON COLUMN profiles.data_version IS 'Grows by one with every stored fetch; the ETag is made of it.';
COMMENT ON COLUMN profiles.profile_pic_expires_at IS 'When the first of the two addresses of the picture ends, by its own signature; NULL where they do not say.';

CREATE UNLOGGED TABLE rate_limit_windows (
  key text NOT NULL,
  period bigint NOT NULL,
  used integer NOT NULL,
  given integer NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  CONSTRAINT rate_limit_windows_pkey PRIMARY KEY (key, period),
  CONSTRAINT rate_limit_windows_key_length CHECK ((char_length(key) = 43)),
  CONSTRAINT rate_limit_windows_used CHECK (((used >= 0) AND ((given >= 0) AND (given <= used))))
);
CREATE INDEX rate_limit_windows_ends_at_idx ON public.rate_limit_windows USING btree (ends_at);
ALTER TABLE rate_limit_windows ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE rate_limit_windows FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE rate_limit_windows TO service_role;
COMMENT ON TABLE rate_limit_windows IS 'What was used of each rate limit in its window, by all processes together; deleted when the window has ended.';
COMMENT ON COLUMN rate_limit_windows.key IS 'SHA-256 of the policy and of whom it counts.';
COMMENT ON COLUMN rate_limit_windows.period IS 'The window: how many of its length have passed since 1970.';
COMMENT ON COLUMN rate_limit_windows.given IS 'Units that the last process which asked was given, of those used.';

CREATE TABLE refresh_rounds (
  name text NOT NULL,
  next_at timestamp with time zone NOT NULL,
  after uuid,
  day date NOT NULL,
  begun integer NOT NULL DEFAULT 0,
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT refresh_rounds_pkey PRIMARY KEY (name),
  CONSTRAINT refresh_rounds_begun CHECK ((begun >= 0)),
  CONSTRAINT refresh_rounds_name CHECK ((name ~ '^[a-z_]{1,50}$'::text))
);
ALTER TABLE refresh_rounds ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE refresh_rounds FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE refresh_rounds TO service_role;
COMMENT ON TABLE refresh_rounds IS 'One row for each kind of scheduled refresh: whichever process takes a round when it is due has it alone, so that any number of processes make one scheduler.';
COMMENT ON COLUMN refresh_rounds.next_at IS 'When the next round is due.';
COMMENT ON COLUMN refresh_rounds.after IS 'The id of the watched profile that the last round looked at last; NULL begins anew.';
COMMENT ON COLUMN refresh_rounds.day IS 'The day (UTC) that begun counts.';
COMMENT ON COLUMN refresh_rounds.begun IS 'Fetches begun on that day, whether they succeeded or not.';

CREATE TABLE related_profiles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL,
  related_username text NOT NULL,
  related_instagram_user_id text,
  related_full_name text,
  related_is_verified boolean,
  related_is_private boolean,
  related_profile_pic_url text,
  related_followers_count bigint,
  relationship_type text NOT NULL DEFAULT 'suggested'::text,
  source text NOT NULL DEFAULT 'instagram'::text,
  "position" integer,
  similarity_score double precision,
  similarity_method text,
  discovered_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT related_profiles_pkey PRIMARY KEY (id),
  CONSTRAINT related_profiles_profile_id_related_username_key UNIQUE (profile_id, related_username),
  CONSTRAINT related_profiles_position CHECK (("position" >= 0)),
  CONSTRAINT related_profiles_related_followers_count CHECK ((related_followers_count >= 0)),
  CONSTRAINT related_profiles_related_username_format CHECK (((related_username = lower(related_username)) AND (related_username ~ '^[a-z0-9._]{1,30}$'::text))),
  CONSTRAINT related_profiles_relationship_type CHECK ((relationship_type = ANY (ARRAY['suggested'::text, 'similar'::text]))),
  CONSTRAINT related_profiles_similarity_has_method CHECK (((similarity_score IS NULL) = (similarity_method IS NULL))),
  CONSTRAINT related_profiles_similarity_score CHECK (((similarity_score >= (0)::double precision) AND (similarity_score <= (1)::double precision))),
  CONSTRAINT related_profiles_source CHECK ((source = ANY (ARRAY['instagram'::text, 'computed'::text, 'legacy'::text])))
);
CREATE INDEX related_profiles_related_username_idx ON public.related_profiles USING btree (related_username);
ALTER TABLE related_profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE related_profiles FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE related_profiles TO service_role;
GRANT SELECT ON TABLE related_profiles TO authenticated;
COMMENT ON TABLE related_profiles IS 'Similar accounts as Instagram suggests them, in its order.';
COMMENT ON COLUMN related_profiles.similarity_score IS 'Share 0 to 1, only where computed, with its method.';

CREATE TABLE search_history (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  username text NOT NULL,
  profile_id uuid,
  searched_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT search_history_pkey PRIMARY KEY (id),
  CONSTRAINT search_history_username_format CHECK (((username = lower(username)) AND (username ~ '^[a-z0-9._]{1,30}$'::text)))
);
CREATE INDEX search_history_latest_idx ON public.search_history USING btree (user_id, searched_at DESC, id DESC);
CREATE INDEX search_history_profile_id_idx ON public.search_history USING btree (profile_id);
CREATE INDEX search_history_suggest_idx ON public.search_history USING btree (user_id, username text_pattern_ops);
ALTER TABLE search_history ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE search_history FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE search_history TO service_role;
GRANT SELECT ON TABLE search_history TO authenticated;
COMMENT ON TABLE search_history IS 'Lean feed of what was looked up, for suggestions. One row for each row of user_searches, with the same id.';

CREATE TABLE subscriptions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  subscription_id text NOT NULL,
  customer_id text NOT NULL,
  user_id uuid,
  tier text,
  status text NOT NULL DEFAULT 'unknown'::text,
  started_at timestamp with time zone,
  period_ends_at timestamp with time zone,
  paid_until timestamp with time zone,
  payment_failed_at timestamp with time zone,
  cancel_at_period_end boolean NOT NULL DEFAULT false,
  described_by text,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT subscriptions_pkey PRIMARY KEY (id),
  CONSTRAINT subscriptions_subscription_id_key UNIQUE (subscription_id),
  CONSTRAINT subscriptions_customer_id_length CHECK (((char_length(customer_id) >= 1) AND (char_length(customer_id) <= 255))),
  CONSTRAINT subscriptions_status CHECK ((status = ANY (ARRAY['unknown'::text, 'incomplete'::text, 'incomplete_expired'::text, 'trialing'::text, 'active'::text, 'past_due'::text, 'canceled'::text, 'unpaid'::text, 'paused'::text]))),
  CONSTRAINT subscriptions_subscription_id_length CHECK (((char_length(subscription_id) >= 1) AND (char_length(subscription_id) <= 255))),
  CONSTRAINT subscriptions_tier CHECK ((tier = ANY (ARRAY['free'::text, 'standard'::text, 'premium'::text, 'enterprise'::text])))
);
CREATE INDEX subscriptions_customer_id_idx ON public.subscriptions USING btree (customer_id);
CREATE INDEX subscriptions_user_id_idx ON public.subscriptions USING btree (user_id);
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE subscriptions FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE subscriptions TO service_role;
COMMENT ON TABLE subscriptions IS 'The latest that events said of each subscription, whatever the order they came in. user_id is NULL until one says whose it is.';
COMMENT ON COLUMN subscriptions.status IS 'The provider''s word; unknown until an event describes the subscription.';
COMMENT ON COLUMN subscriptions.paid_until IS 'The latest end of a period that an invoice was paid for: it never goes back.';
COMMENT ON COLUMN subscriptions.described_by IS 'Rank of the event that described it last: an older one changes nothing.';

CREATE TABLE suppressions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  erasure_id uuid NOT NULL,
  kind text NOT NULL,
  key_id text NOT NULL,
  hash text NOT NULL,
  reason text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  erased_at timestamp with time zone NOT NULL DEFAULT now(),
  swept_at timestamp with time zone,
  CONSTRAINT suppressions_pkey PRIMARY KEY (id),
  CONSTRAINT suppressions_hash_key UNIQUE (hash),
  CONSTRAINT suppressions_hash_format CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT suppressions_key_id_length CHECK (((char_length(key_id) >= 1) AND (char_length(key_id) <= 32))),
  CONSTRAINT suppressions_kind CHECK ((kind = ANY (ARRAY['username'::text, 'instagram_user_id'::text]))),
  CONSTRAINT suppressions_reason CHECK ((reason = ANY (ARRAY['data_subject_request'::text, 'legal_order'::text, 'minor'::text, 'other'::text])))
);
CREATE INDEX suppressions_erasure_id_idx ON public.suppressions USING btree (erasure_id);
CREATE INDEX suppressions_key_id_idx ON public.suppressions USING btree (key_id);
CREATE INDEX suppressions_unswept_idx ON public.suppressions USING btree (erased_at) WHERE (swept_at IS NULL);
ALTER TABLE suppressions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE suppressions FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE suppressions TO service_role;
COMMENT ON TABLE suppressions IS 'Names and ids of creators who were erased, one keyed hash a row: nothing is fetched or stored of them. No name is here.';
COMMENT ON COLUMN suppressions.erasure_id IS 'The erasure that the hashes of one creator belong to: what is lifted as a whole.';
COMMENT ON COLUMN suppressions.key_id IS 'Which of the configured keys made the hash.';
COMMENT ON COLUMN suppressions.hash IS 'HMAC-SHA-256 of the kind, a colon and the normalised username or the Instagram id.';
COMMENT ON COLUMN suppressions.erased_at IS 'When the creator was erased last.';
COMMENT ON COLUMN suppressions.swept_at IS 'When all stored answers had been gone through after it; NULL: that is to be done.';

CREATE TABLE user_favorites (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  profile_id uuid NOT NULL,
  notes text,
  tags text[] NOT NULL DEFAULT '{}'::text[],
  added_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT user_favorites_pkey PRIMARY KEY (id),
  CONSTRAINT user_favorites_user_id_profile_id_key UNIQUE (user_id, profile_id),
  CONSTRAINT user_favorites_notes_length CHECK ((char_length(notes) <= 5000))
);
CREATE INDEX user_favorites_latest_idx ON public.user_favorites USING btree (user_id, added_at DESC, id DESC);
CREATE INDEX user_favorites_profile_id_idx ON public.user_favorites USING btree (profile_id);
CREATE INDEX user_favorites_tags_idx ON public.user_favorites USING gin (tags);
ALTER TABLE user_favorites ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE user_favorites FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE user_favorites TO service_role;
GRANT SELECT ON TABLE user_favorites TO authenticated;
COMMENT ON TABLE user_favorites IS 'Profiles a user has saved, with notes and tags.';

CREATE TABLE user_profile_access (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  profile_id uuid NOT NULL,
  granted_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone NOT NULL DEFAULT (now() + '30 days'::interval),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT user_profile_access_pkey PRIMARY KEY (id),
  CONSTRAINT user_profile_access_user_id_profile_id_key UNIQUE (user_id, profile_id),
  CONSTRAINT user_profile_access_expires_after_granted CHECK ((expires_at > granted_at))
);
CREATE INDEX user_profile_access_expiry_idx ON public.user_profile_access USING btree (user_id, expires_at DESC, id DESC);
CREATE INDEX user_profile_access_profile_id_idx ON public.user_profile_access USING btree (profile_id);
ALTER TABLE user_profile_access ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE user_profile_access FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE user_profile_access TO service_role;
GRANT SELECT ON TABLE user_profile_access TO authenticated;
COMMENT ON TABLE user_profile_access IS 'Access windows of 30 days (30 x 24 hours). Access is one definition: a row with expires_at > now().';
COMMENT ON COLUMN user_profile_access.granted_at IS 'When the current window was opened or last extended.';
COMMENT ON COLUMN user_profile_access.created_at IS 'When the user first unlocked the profile.';

CREATE TABLE user_profiles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  first_name text,
  last_name text,
  full_name text,
  company text,
  job_title text,
  phone_number text,
  bio text,
  avatar_url text,
  timezone text NOT NULL DEFAULT 'UTC'::text,
  language text NOT NULL DEFAULT 'en'::text,
  role text NOT NULL DEFAULT 'user'::text,
  status text NOT NULL DEFAULT 'active'::text,
  subscription_tier text NOT NULL DEFAULT 'free'::text,
  subscription_expires_at timestamp with time zone,
  preferences jsonb NOT NULL DEFAULT '{}'::jsonb,
  notification_preferences jsonb NOT NULL DEFAULT '{}'::jsonb,
  two_factor_enabled boolean NOT NULL DEFAULT false,
  profile_visibility boolean NOT NULL DEFAULT true,
  data_analytics_enabled boolean NOT NULL DEFAULT true,
  last_login_at timestamp with time zone,
  last_activity_at timestamp with time zone,
  login_count integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT user_profiles_pkey PRIMARY KEY (id),
  CONSTRAINT user_profiles_user_id_key UNIQUE (user_id),
  CONSTRAINT user_profiles_avatar_url_length CHECK ((char_length(avatar_url) <= 2048)),
  CONSTRAINT user_profiles_bio_length CHECK ((char_length(bio) <= 2000)),
  CONSTRAINT user_profiles_company_length CHECK ((char_length(company) <= 200)),
  CONSTRAINT user_profiles_first_name_length CHECK ((char_length(first_name) <= 100)),
  CONSTRAINT user_profiles_full_name_length CHECK ((char_length(full_name) <= 200)),
  CONSTRAINT user_profiles_job_title_length CHECK ((char_length(job_title) <= 200)),
  CONSTRAINT user_profiles_language_length CHECK (((char_length(language) >= 2) AND (char_length(language) <= 35))),
  CONSTRAINT user_profiles_last_name_length CHECK ((char_length(last_name) <= 100)),
  CONSTRAINT user_profiles_login_count CHECK ((login_count >= 0)),
  CONSTRAINT user_profiles_notification_preferences_object CHECK ((jsonb_typeof(notification_preferences) = 'object'::text)),
  CONSTRAINT user_profiles_phone_number_length CHECK ((char_length(phone_number) <= 40)),
  CONSTRAINT user_profiles_preferences_object CHECK ((jsonb_typeof(preferences) = 'object'::text)),
  CONSTRAINT user_profiles_role CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text]))),
  CONSTRAINT user_profiles_status CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text]))),
  CONSTRAINT user_profiles_subscription_tier CHECK ((subscription_tier = ANY (ARRAY['free'::text, 'standard'::text, 'premium'::text, 'enterprise'::text]))),
  CONSTRAINT user_profiles_timezone_length CHECK (((char_length(timezone) >= 1) AND (char_length(timezone) <= 64)))
);
CREATE INDEX user_profiles_admins_idx ON public.user_profiles USING btree (user_id) WHERE (role = 'admin'::text);
CREATE INDEX user_profiles_suspended_idx ON public.user_profiles USING btree (user_id) WHERE (status = 'suspended'::text);
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE user_profiles FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE user_profiles TO service_role;
GRANT SELECT ON TABLE user_profiles TO authenticated;
COMMENT ON TABLE user_profiles IS 'One row per user: what the user says of themselves, settings, role, status and plan.';
COMMENT ON COLUMN user_profiles.role IS 'Rights. Written by administrators only.';
COMMENT ON COLUMN user_profiles.status IS 'A suspended user is refused at once.';

CREATE TABLE user_searches (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  instagram_username text NOT NULL,
  search_timestamp timestamp with time zone NOT NULL DEFAULT now(),
  analysis_type text NOT NULL,
  search_metadata jsonb NOT NULL DEFAULT '{}'::jsonb,
  search_duration_ms integer,
  data_source text,
  success boolean NOT NULL,
  error_code text,
  profile_snapshot jsonb,
  CONSTRAINT user_searches_pkey PRIMARY KEY (id),
  CONSTRAINT user_searches_analysis_type CHECK ((analysis_type = ANY (ARRAY['lookup'::text, 'refresh'::text, 'bulk'::text]))),
  CONSTRAINT user_searches_data_source CHECK ((data_source = ANY (ARRAY['vendor'::text, 'database'::text, 'cache'::text]))),
  CONSTRAINT user_searches_instagram_username_format CHECK (((instagram_username = lower(instagram_username)) AND (instagram_username ~ '^[a-z0-9._]{1,30}$'::text))),
  CONSTRAINT user_searches_outcome CHECK ((success = (error_code IS NULL))),
  CONSTRAINT user_searches_profile_snapshot_object CHECK ((jsonb_typeof(profile_snapshot) = 'object'::text)),
  CONSTRAINT user_searches_search_duration_ms CHECK ((search_duration_ms >= 0)),
  CONSTRAINT user_searches_search_metadata_object CHECK ((jsonb_typeof(search_metadata) = 'object'::text))
);
CREATE INDEX user_searches_latest_idx ON public.user_searches USING btree (user_id, search_timestamp DESC, id DESC);
ALTER TABLE user_searches ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE user_searches FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE user_searches TO service_role;
GRANT SELECT ON TABLE user_searches TO authenticated;
COMMENT ON TABLE user_searches IS 'The record of each look-up: outcome, duration, source, key figures at the time. Answers what did I do, and how did it go.';

CREATE TABLE vendor_absences (
  target text NOT NULL,
  query text NOT NULL,
  evidence text NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT vendor_absences_pkey PRIMARY KEY (target, query),
  CONSTRAINT vendor_absences_evidence CHECK ((evidence = ANY (ARRAY['user_null'::text, 'media_null'::text, 'empty_answers'::text]))),
  CONSTRAINT vendor_absences_expires CHECK ((expires_at > seen_at)),
  CONSTRAINT vendor_absences_query CHECK (((length(query) >= 1) AND (length(query) <= 100)))
);
CREATE INDEX vendor_absences_expires_at_idx ON public.vendor_absences USING btree (expires_at);
ALTER TABLE vendor_absences ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_absences FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_absences TO service_role;
COMMENT ON TABLE vendor_absences IS 'What Instagram lately had no account or post for: believed until it expires, so that nobody pays for asking again.';
COMMENT ON COLUMN vendor_absences.evidence IS 'Why it is believed: user_null and media_null are Instagram''s word, empty_answers a conclusion.';

CREATE TABLE vendor_answers (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  username text NOT NULL,
  target text NOT NULL,
  task_id text,
  fetched_at timestamp with time zone NOT NULL,
  duration_ms integer NOT NULL,
  attempts integer NOT NULL,
  response_bytes integer NOT NULL,
  payload jsonb NOT NULL,
  stored_at timestamp with time zone,
  rejected_at timestamp with time zone,
  rejection text,
  CONSTRAINT vendor_answers_pkey PRIMARY KEY (id),
  CONSTRAINT vendor_answers_attempts CHECK ((attempts > 0)),
  CONSTRAINT vendor_answers_duration_ms CHECK ((duration_ms >= 0)),
  CONSTRAINT vendor_answers_payload_object CHECK ((jsonb_typeof(payload) = 'object'::text)),
  CONSTRAINT vendor_answers_rejection CHECK (((rejected_at IS NULL) = (rejection IS NULL))),
  CONSTRAINT vendor_answers_username_format CHECK (((username = lower(username)) AND (username ~ '^[a-z0-9._]{1,30}$'::text)))
);
CREATE INDEX vendor_answers_fetched_at_idx ON public.vendor_answers USING btree (fetched_at, id);
CREATE INDEX vendor_answers_pending_idx ON public.vendor_answers USING btree (username, fetched_at DESC) WHERE ((stored_at IS NULL) AND (rejected_at IS NULL));
CREATE INDEX vendor_answers_username_idx ON public.vendor_answers USING btree (username, fetched_at DESC);
ALTER TABLE vendor_answers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_answers FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_answers TO service_role;
COMMENT ON TABLE vendor_answers IS 'Every paid answer, written before anything is made of it: a process that dies between the answer and the store does not pay twice.';
COMMENT ON COLUMN vendor_answers.stored_at IS 'When the answer had become rows, set in the same transaction as those rows.';

CREATE TABLE vendor_calls (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  called_at timestamp with time zone NOT NULL,
  target text NOT NULL,
  purpose text NOT NULL,
  user_id uuid,
  outcome text NOT NULL,
  billed text NOT NULL,
  cost_micros bigint NOT NULL,
  duration_ms integer NOT NULL,
  attempt integer NOT NULL,
  CONSTRAINT vendor_calls_pkey PRIMARY KEY (id),
  CONSTRAINT vendor_calls_attempt CHECK ((attempt > 0)),
  CONSTRAINT vendor_calls_billed CHECK ((billed = ANY (ARRAY['no'::text, 'unknown'::text, 'yes'::text]))),
  CONSTRAINT vendor_calls_cost CHECK (((cost_micros >= 0) AND ((billed <> 'no'::text) OR (cost_micros = 0)))),
  CONSTRAINT vendor_calls_duration_ms CHECK ((duration_ms >= 0)),
  CONSTRAINT vendor_calls_outcome CHECK ((outcome ~ '^[A-Za-z]{1,50}$'::text)),
  CONSTRAINT vendor_calls_purpose CHECK ((purpose = ANY (ARRAY['lookup'::text, 'refresh'::text, 'bulk'::text, 'comments'::text, 'post'::text, 'backfill'::text, 'unattributed'::text]))),
  CONSTRAINT vendor_calls_target CHECK (((length(target) >= 1) AND (length(target) <= 100)))
);
CREATE INDEX vendor_calls_called_at_idx ON public.vendor_calls USING btree (called_at) INCLUDE (cost_micros);
CREATE INDEX vendor_calls_user_id_idx ON public.vendor_calls USING btree (user_id, called_at DESC);
ALTER TABLE vendor_calls ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_calls FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_calls TO service_role;
COMMENT ON TABLE vendor_calls IS 'One row for each call to the vendor, appended when it ended: what it was for and what it cost. Holds neither what was asked for nor what was answered.';
COMMENT ON COLUMN vendor_calls.outcome IS 'success, interrupted, or why it failed, as DecodoReason names it.';
COMMENT ON COLUMN vendor_calls.billed IS 'Whether the vendor charged it; unknown where nobody saw how the call ended.';
COMMENT ON COLUMN vendor_calls.cost_micros IS 'Millionths of a US dollar by the configured price; of unknown calls what they cost if they were charged.';
COMMENT ON COLUMN vendor_calls.attempt IS 'Which call of its fetch it was, from 1.';

CREATE TABLE vendor_places (
  id uuid NOT NULL,
  queued_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  starts_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  left_at timestamp with time zone,
  CONSTRAINT vendor_places_pkey PRIMARY KEY (id)
);
ALTER TABLE vendor_places ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_places FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_places TO service_role;
COMMENT ON TABLE vendor_places IS 'Calls to the vendor under way in all processes, and those waiting their turn; a handful of rows. Unused where Redis keeps them.';
COMMENT ON COLUMN vendor_places.starts_at IS 'When the call may start; NULL while it waits.';
COMMENT ON COLUMN vendor_places.expires_at IS 'Renewed by the process that holds it; what a dead process held is free after this.';

CREATE TABLE vendor_spend (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  day date NOT NULL,
  user_id uuid,
  spent_micros bigint NOT NULL,
  CONSTRAINT vendor_spend_pkey PRIMARY KEY (id),
  CONSTRAINT vendor_spend_day_user_key UNIQUE NULLS NOT DISTINCT (day, user_id),
  CONSTRAINT vendor_spend_spent CHECK ((spent_micros >= 0))
);
CREATE INDEX vendor_spend_user_id_idx ON public.vendor_spend USING btree (user_id);
ALTER TABLE vendor_spend ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_spend FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_spend TO service_role;
COMMENT ON TABLE vendor_spend IS 'What a day (UTC) may at most have cost, calls under way included: reserved before a call and given back where it was not charged. Kept only while a ceiling is set.';
COMMENT ON COLUMN vendor_spend.user_id IS 'NULL for all users together.';

CREATE TABLE vendor_tasks (
  id uuid NOT NULL,
  target text NOT NULL,
  query text NOT NULL,
  submitted_at timestamp with time zone NOT NULL,
  task_id text,
  answered_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT vendor_tasks_pkey PRIMARY KEY (id),
  CONSTRAINT vendor_tasks_query CHECK (((length(query) >= 1) AND (length(query) <= 2048))),
  CONSTRAINT vendor_tasks_task_id CHECK (((length(task_id) >= 1) AND (length(task_id) <= 64)))
);
CREATE INDEX vendor_tasks_query_idx ON public.vendor_tasks USING btree (target, query, submitted_at DESC);
CREATE INDEX vendor_tasks_submitted_at_idx ON public.vendor_tasks USING btree (submitted_at);
CREATE INDEX vendor_tasks_unanswered_idx ON public.vendor_tasks USING btree (target, submitted_at) WHERE ((answered_at IS NULL) AND (ended_at IS NULL) AND (task_id IS NOT NULL));
ALTER TABLE vendor_tasks ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE vendor_tasks FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE vendor_tasks TO service_role;
COMMENT ON TABLE vendor_tasks IS 'Tasks of the vendor''s asynchronous API, kept for two days; the vendor keeps results for one.';
COMMENT ON COLUMN vendor_tasks.id IS 'What the vendor is told to call back with, signed.';
COMMENT ON COLUMN vendor_tasks.task_id IS 'The vendor''s own id. NULL while it is being ordered; one that stays so for a minute was lost with its process.';
COMMENT ON COLUMN vendor_tasks.answered_at IS 'When its result was first seen, and accounted for in vendor_calls. NULL for long: nobody asked for it again, and the vendor may have charged it.';
COMMENT ON COLUMN vendor_tasks.ended_at IS 'When it turned out that it brings no answer that could be kept.';

CREATE TABLE webhook_deliveries (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL,
  user_id uuid NOT NULL,
  event text NOT NULL,
  payload jsonb NOT NULL,
  once_key text,
  status text NOT NULL DEFAULT 'pending'::text,
  attempts integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone DEFAULT now(),
  lease uuid,
  last_attempt_at timestamp with time zone,
  last_status integer,
  last_failure text,
  last_latency_ms integer,
  delivered_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_deliveries_once_key UNIQUE (endpoint_id, once_key),
  CONSTRAINT webhook_deliveries_counts CHECK (((tries >= 0) AND (attempts >= tries) AND (last_latency_ms >= 0))),
  CONSTRAINT webhook_deliveries_event CHECK ((event = ANY (ARRAY['profile.refreshed'::text, 'job.finished'::text, 'access.expiring'::text, 'campaign.post_added'::text, 'schema.drift'::text, 'webhook.ping'::text]))),
  CONSTRAINT webhook_deliveries_last_failure CHECK ((last_failure = ANY (ARRAY['refused'::text, 'address_refused'::text, 'name_not_resolved'::text, 'connection_failed'::text, 'certificate_refused'::text, 'timeout'::text, 'secret_unreadable'::text, 'endpoint_disabled'::text]))),
  CONSTRAINT webhook_deliveries_leased_is_pending CHECK (((lease IS NULL) OR (status = 'pending'::text))),
  CONSTRAINT webhook_deliveries_payload_object CHECK ((jsonb_typeof(payload) = 'object'::text)),
  CONSTRAINT webhook_deliveries_pending_is_due CHECK (((status = 'pending'::text) = (next_attempt_at IS NOT NULL))),
  CONSTRAINT webhook_deliveries_status CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))),
  CONSTRAINT webhook_deliveries_succeeded_when CHECK (((status <> 'succeeded'::text) OR (delivered_at IS NOT NULL)))
);
CREATE INDEX webhook_deliveries_age_idx ON public.webhook_deliveries USING brin (created_at);
CREATE INDEX webhook_deliveries_due_idx ON public.webhook_deliveries USING btree (next_attempt_at) WHERE (status = 'pending'::text);
CREATE INDEX webhook_deliveries_latest_idx ON public.webhook_deliveries USING btree (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_leased_idx ON public.webhook_deliveries USING btree (endpoint_id, next_attempt_at) WHERE (lease IS NOT NULL);
CREATE INDEX webhook_deliveries_user_idx ON public.webhook_deliveries USING btree (user_id, created_at DESC, id DESC);
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE webhook_deliveries FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE webhook_deliveries TO service_role;
GRANT SELECT ON TABLE webhook_deliveries TO authenticated;
COMMENT ON TABLE webhook_deliveries IS 'One event for one endpoint, written in the transaction of what it tells; kept for 30 days.';
COMMENT ON COLUMN webhook_deliveries.id IS 'The webhook-id: the same at every attempt and replay.';
COMMENT ON COLUMN webhook_deliveries.once_key IS 'What must not be told twice to one endpoint; NULL: every time.';
COMMENT ON COLUMN webhook_deliveries.attempts IS 'Attempts ever begun.';
COMMENT ON COLUMN webhook_deliveries.tries IS 'Attempts begun since it was written or replayed: where it stands in the schedule.';
COMMENT ON COLUMN webhook_deliveries.next_attempt_at IS 'When it is due; while a worker holds it, when another may take it.';
COMMENT ON COLUMN webhook_deliveries.lease IS 'Of the worker that is at it; what holds no longer changes nothing.';

CREATE TABLE webhook_endpoints (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  url text NOT NULL,
  description text,
  events text[] NOT NULL,
  status text NOT NULL DEFAULT 'active'::text,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failing_since timestamp with time zone,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_endpoints_description_length CHECK ((char_length(description) <= 500)),
  CONSTRAINT webhook_endpoints_disabled_reason CHECK ((disabled_reason = ANY (ARRAY['by_user'::text, 'gone'::text, 'failing'::text]))),
  CONSTRAINT webhook_endpoints_disabled_whole CHECK ((((status = 'disabled'::text) = (disabled_at IS NOT NULL)) AND ((disabled_at IS NULL) = (disabled_reason IS NULL)))),
  CONSTRAINT webhook_endpoints_events_known CHECK (((events <@ ARRAY['profile.refreshed'::text, 'job.finished'::text, 'access.expiring'::text, 'campaign.post_added'::text, 'schema.drift'::text]) AND (cardinality(events) > 0))),
  CONSTRAINT webhook_endpoints_status CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text]))),
  CONSTRAINT webhook_endpoints_url_length CHECK (((char_length(url) >= 1) AND (char_length(url) <= 2048)))
);
CREATE INDEX webhook_endpoints_events_idx ON public.webhook_endpoints USING gin (events) WHERE (status = 'active'::text);
CREATE INDEX webhook_endpoints_latest_idx ON public.webhook_endpoints USING btree (user_id, created_at DESC, id DESC);
ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE webhook_endpoints FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE webhook_endpoints TO service_role;
GRANT SELECT ON TABLE webhook_endpoints TO authenticated;
COMMENT ON TABLE webhook_endpoints IS 'Addresses that users want events delivered to.';
COMMENT ON COLUMN webhook_endpoints.disabled_reason IS 'by_user: switched off; gone: it answered 410; failing: nothing was accepted for five days.';
COMMENT ON COLUMN webhook_endpoints.failing_since IS 'When the first delivery failed since the last that was accepted; NULL: the last one was accepted, or there was none.';

CREATE TABLE webhook_secrets (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL,
  key_id text NOT NULL,
  sealed text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone,
  CONSTRAINT webhook_secrets_pkey PRIMARY KEY (id),
  CONSTRAINT webhook_secrets_key_id_length CHECK (((char_length(key_id) >= 1) AND (char_length(key_id) <= 32)))
);
CREATE INDEX webhook_secrets_latest_idx ON public.webhook_secrets USING btree (endpoint_id, created_at DESC, id DESC);
ALTER TABLE webhook_secrets ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON TABLE webhook_secrets FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON TABLE webhook_secrets TO service_role;
COMMENT ON TABLE webhook_secrets IS 'What signs the deliveries of an endpoint. No browser and no export reads it.';
COMMENT ON COLUMN webhook_secrets.key_id IS 'Which key of WEBHOOK_KEYS sealed it.';
COMMENT ON COLUMN webhook_secrets.sealed IS 'AES-256-GCM of the secret, bound to the endpoint''s id: base64 of nonce, tag and ciphertext.';
COMMENT ON COLUMN webhook_secrets.expires_at IS 'Until when it signs beside its successor; NULL: the current one.';

ALTER TABLE api_keys ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE api_usage ADD CONSTRAINT api_usage_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE audience_demographics ADD CONSTRAINT audience_demographics_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE audit_links ADD CONSTRAINT audit_links_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES audit_entries(id);
ALTER TABLE audit_origins ADD CONSTRAINT audit_origins_id_fkey FOREIGN KEY (id) REFERENCES audit_entries(id);
ALTER TABLE audit_origins ADD CONSTRAINT audit_origins_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE audit_people ADD CONSTRAINT audit_people_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE campaign_posts ADD CONSTRAINT campaign_posts_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id) ON DELETE CASCADE;
ALTER TABLE campaign_posts ADD CONSTRAINT campaign_posts_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
ALTER TABLE campaign_profiles ADD CONSTRAINT campaign_profiles_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaigns(id) ON DELETE CASCADE;
ALTER TABLE campaign_profiles ADD CONSTRAINT campaign_profiles_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE campaigns ADD CONSTRAINT campaigns_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE comment_sentiment ADD CONSTRAINT comment_sentiment_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
ALTER TABLE creator_metadata ADD CONSTRAINT creator_metadata_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE credit_accounts ADD CONSTRAINT credit_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id);
ALTER TABLE credit_entries ADD CONSTRAINT credit_entries_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id);
ALTER TABLE credit_reservations ADD CONSTRAINT credit_reservations_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES credit_entries(id);
ALTER TABLE credit_reservations ADD CONSTRAINT credit_reservations_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id);
ALTER TABLE encoded_answers ADD CONSTRAINT encoded_answers_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE job_items ADD CONSTRAINT job_items_fetch_id_fkey FOREIGN KEY (fetch_id) REFERENCES profile_fetches(id) ON DELETE SET NULL;
ALTER TABLE job_items ADD CONSTRAINT job_items_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE;
ALTER TABLE job_items ADD CONSTRAINT job_items_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE SET NULL;
ALTER TABLE jobs ADD CONSTRAINT jobs_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE mentions ADD CONSTRAINT mentions_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
ALTER TABLE mentions ADD CONSTRAINT mentions_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE post_profiles ADD CONSTRAINT post_profiles_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
ALTER TABLE post_profiles ADD CONSTRAINT post_profiles_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE posts ADD CONSTRAINT posts_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE profile_fetch_callers ADD CONSTRAINT profile_fetch_callers_fetch_id_fkey FOREIGN KEY (fetch_id) REFERENCES profile_fetches(id) ON DELETE CASCADE;
ALTER TABLE profile_fetch_callers ADD CONSTRAINT profile_fetch_callers_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE profile_fetches ADD CONSTRAINT profile_fetches_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE SET NULL;
ALTER TABLE profile_snapshots ADD CONSTRAINT profile_snapshots_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE related_profiles ADD CONSTRAINT related_profiles_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE search_history ADD CONSTRAINT search_history_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE SET NULL;
ALTER TABLE search_history ADD CONSTRAINT search_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE subscriptions ADD CONSTRAINT subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE user_favorites ADD CONSTRAINT user_favorites_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE user_favorites ADD CONSTRAINT user_favorites_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE user_profile_access ADD CONSTRAINT user_profile_access_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE;
ALTER TABLE user_profile_access ADD CONSTRAINT user_profile_access_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE user_profiles ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE user_searches ADD CONSTRAINT user_searches_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE vendor_calls ADD CONSTRAINT vendor_calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE SET NULL;
ALTER TABLE vendor_spend ADD CONSTRAINT vendor_spend_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth_users(id) ON DELETE CASCADE;
ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE;

CREATE OR REPLACE FUNCTION public.has_profile_access(profile uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
RETURN (EXISTS (SELECT 1 FROM user_profile_access access WHERE ((access.user_id = (SELECT auth.uid() AS uid)) AND (access.profile_id = has_profile_access.profile) AND (access.expires_at > now()))));
REVOKE ALL ON FUNCTION has_profile_access(uuid) FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON FUNCTION has_profile_access(uuid) TO authenticated;
GRANT ALL ON FUNCTION has_profile_access(uuid) TO service_role;

CREATE OR REPLACE FUNCTION public.keep_audit_log()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_log_append_only';
END
$function$;
REVOKE ALL ON FUNCTION keep_audit_log() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE FUNCTION public.keep_credit_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
BEGIN
  -- What may be blanked are the words, when their user has asked to be forgotten. Nothing that counts ever changes.
  IF TG_OP = 'UPDATE' AND NEW.subject IS NULL AND NEW.note IS NULL
    AND to_jsonb(NEW) - '{subject,note}'::text[] = to_jsonb(OLD) - '{subject,note}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'credit_entries is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_entries_append_only';
END
$function$;
REVOKE ALL ON FUNCTION keep_credit_entries() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE FUNCTION public.link_audit_entry()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
DECLARE
  head record;
  content text;
BEGIN
  -- Held to the end of a commit that has begun. Every statement below sees what those before it have committed.
  PERFORM pg_catalog.pg_advisory_xact_lock(4711850029);
  SELECT sequence, hash INTO head FROM public.audit_links ORDER BY sequence DESC LIMIT 1;
  SELECT pg_catalog.string_agg(coalesce(pg_catalog.octet_length(value) || ':' || value, '-'), '' ORDER BY place) INTO content
  FROM pg_catalog.unnest(ARRAY[
    coalesce(head.hash, pg_catalog.repeat('0', 64)), (coalesce(head.sequence, 0) + 1)::text,
    NEW.id::text, pg_catalog.to_char(NEW.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), NEW.action, NEW.actor_kind,
    NEW.actor::text, NEW.api_key_id::text, NEW.subject_type, NEW.subject_id, NEW.request_id, NEW.origin_digest, NEW.details::text
  ]) WITH ORDINALITY AS part (value, place);
  INSERT INTO public.audit_links (entry_id, sequence, previous_hash, hash) VALUES (
    NEW.id, coalesce(head.sequence, 0) + 1, coalesce(head.hash, pg_catalog.repeat('0', 64)),
    pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(content, 'UTF8')), 'hex')
  );
  RETURN NULL;
END
$function$;
REVOKE ALL ON FUNCTION link_audit_entry() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE FUNCTION public.refuse_rows_of_the_erased()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
DECLARE
  erased boolean;
BEGIN
  -- An erasure that has begun holds the row: this waits for its end, and then sees it.
  SELECT deleted_at IS NOT NULL AND app_metadata ? 'erased' INTO erased
  FROM public.auth_users WHERE id = NEW.user_id FOR KEY SHARE;
  IF erased THEN
    RAISE EXCEPTION 'the account was erased' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'user_erased';
  END IF;
  RETURN NEW;
END
$function$;
REVOKE ALL ON FUNCTION refuse_rows_of_the_erased() FROM PUBLIC, anon, authenticated, service_role;

CREATE OR REPLACE FUNCTION public.sync_auth_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
DECLARE
  -- Supabase Auth stores a missing map as JSON null, and an error here would refuse the sign-up.
  app_metadata jsonb := CASE jsonb_typeof(NEW.raw_app_meta_data) WHEN 'object' THEN NEW.raw_app_meta_data ELSE '{}' END;
  user_metadata jsonb := CASE jsonb_typeof(NEW.raw_user_meta_data) WHEN 'object' THEN NEW.raw_user_meta_data ELSE '{}' END;
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE public.auth_users SET deleted_at = now(), updated_at = now() WHERE id = OLD.id AND deleted_at IS NULL;
    RETURN OLD;
  END IF;
  -- An address that moved to another account must not block the new owner's sign-up.
  UPDATE public.auth_users SET email = NULL, updated_at = now() WHERE email = lower(NEW.email) AND id <> NEW.id;
  INSERT INTO public.auth_users AS current (
    id, email, email_confirmed_at, phone, app_metadata, user_metadata, last_sign_in_at, banned_until, deleted_at, created_at, updated_at
  ) VALUES (
    NEW.id, nullif(lower(NEW.email), ''), NEW.email_confirmed_at, nullif(NEW.phone, ''), app_metadata, user_metadata, NEW.last_sign_in_at, NEW.banned_until, NEW.deleted_at, coalesce(NEW.created_at, now()), now()
  )
  ON CONFLICT (id) DO UPDATE SET
    email = excluded.email, email_confirmed_at = excluded.email_confirmed_at, phone = excluded.phone,
    app_metadata = excluded.app_metadata, user_metadata = excluded.user_metadata, last_sign_in_at = excluded.last_sign_in_at,
    banned_until = excluded.banned_until, deleted_at = excluded.deleted_at, updated_at = excluded.updated_at;
  INSERT INTO public.user_profiles (user_id) VALUES (NEW.id) ON CONFLICT (user_id) DO NOTHING;
  RETURN NEW;
END
$function$;
REVOKE ALL ON FUNCTION sync_auth_user() FROM PUBLIC, anon, authenticated, service_role;
GRANT ALL ON FUNCTION sync_auth_user() TO service_role;

CREATE POLICY api_usage_select_own ON api_usage AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY audience_demographics_select_unlocked ON audience_demographics AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY auth_users_select_own ON auth_users AS PERMISSIVE FOR SELECT TO authenticated
  USING (id = ( SELECT auth.uid() AS uid));

CREATE POLICY campaign_posts_select_own ON campaign_posts AS PERMISSIVE FOR SELECT TO authenticated
  USING (EXISTS ( SELECT 1
   FROM campaigns
  WHERE ((campaigns.id = campaign_posts.campaign_id) AND (campaigns.user_id = ( SELECT auth.uid() AS uid)))));

CREATE POLICY campaign_profiles_select_own ON campaign_profiles AS PERMISSIVE FOR SELECT TO authenticated
  USING (EXISTS ( SELECT 1
   FROM campaigns
  WHERE ((campaigns.id = campaign_profiles.campaign_id) AND (campaigns.user_id = ( SELECT auth.uid() AS uid)))));

CREATE POLICY campaigns_select_own ON campaigns AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY comment_sentiment_select_unlocked ON comment_sentiment AS PERMISSIVE FOR SELECT TO authenticated
  USING (EXISTS ( SELECT 1
   FROM post_profiles link
  WHERE ((link.post_id = comment_sentiment.post_id) AND has_profile_access(link.profile_id))));

CREATE POLICY creator_metadata_select_unlocked ON creator_metadata AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY credit_accounts_select_own ON credit_accounts AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY credit_entries_select_own ON credit_entries AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY credit_reservations_select_own ON credit_reservations AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY mentions_select_unlocked ON mentions AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY post_profiles_select_unlocked ON post_profiles AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY posts_select_unlocked ON posts AS PERMISSIVE FOR SELECT TO authenticated
  USING (EXISTS ( SELECT 1
   FROM post_profiles link
  WHERE ((link.post_id = posts.id) AND has_profile_access(link.profile_id))));

CREATE POLICY profile_snapshots_select_unlocked ON profile_snapshots AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY profiles_select_unlocked ON profiles AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(id));

CREATE POLICY related_profiles_select_unlocked ON related_profiles AS PERMISSIVE FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY search_history_select_own ON search_history AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY user_favorites_select_own ON user_favorites AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY user_profile_access_select_own ON user_profile_access AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY user_profiles_select_own ON user_profiles AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY user_searches_select_own ON user_searches AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY webhook_deliveries_select_own ON webhook_deliveries AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE POLICY webhook_endpoints_select_own ON webhook_endpoints AS PERMISSIVE FOR SELECT TO authenticated
  USING (user_id = ( SELECT auth.uid() AS uid));

CREATE TRIGGER api_keys_not_erased BEFORE INSERT ON public.api_keys FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER audit_entries_append_only BEFORE DELETE OR UPDATE ON public.audit_entries FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE CONSTRAINT TRIGGER audit_entries_link AFTER INSERT ON public.audit_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION link_audit_entry();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

CREATE TRIGGER audit_links_append_only BEFORE DELETE OR UPDATE ON public.audit_links FOR EACH ROW EXECUTE FUNCTION keep_audit_log();
CREATE TRIGGER audit_links_no_truncate BEFORE TRUNCATE ON public.audit_links FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

CREATE TRIGGER analytics_following_sync_user AFTER INSERT OR DELETE OR UPDATE ON auth.users FOR EACH ROW EXECUTE FUNCTION sync_auth_user();

CREATE TRIGGER campaigns_not_erased BEFORE INSERT ON public.campaigns FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER credit_entries_append_only BEFORE DELETE OR UPDATE ON public.credit_entries FOR EACH ROW EXECUTE FUNCTION keep_credit_entries();
CREATE TRIGGER credit_entries_no_truncate BEFORE TRUNCATE ON public.credit_entries FOR EACH STATEMENT EXECUTE FUNCTION keep_credit_entries();

CREATE TRIGGER credit_reservations_not_erased BEFORE INSERT ON public.credit_reservations FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER idempotency_keys_not_erased BEFORE INSERT ON public.idempotency_keys FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER jobs_not_erased BEFORE INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER profile_fetch_callers_not_erased BEFORE INSERT ON public.profile_fetch_callers FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER search_history_not_erased BEFORE INSERT ON public.search_history FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER user_favorites_not_erased BEFORE INSERT ON public.user_favorites FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER user_profile_access_not_erased BEFORE INSERT ON public.user_profile_access FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER user_profiles_not_erased BEFORE UPDATE ON public.user_profiles FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER user_searches_not_erased BEFORE INSERT ON public.user_searches FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();

CREATE TRIGGER webhook_endpoints_not_erased BEFORE INSERT ON public.webhook_endpoints FOR EACH ROW EXECUTE FUNCTION refuse_rows_of_the_erased();
