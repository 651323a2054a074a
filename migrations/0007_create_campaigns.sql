-- Campaigns of a user and what is attached to them.

CREATE TABLE campaigns (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text,
  logo_url text,
  status text NOT NULL DEFAULT 'draft',
  start_date date,
  end_date date,
  budget numeric(14, 2),
  currency text,
  target_audience jsonb NOT NULL DEFAULT '{}',
  campaign_goals jsonb NOT NULL DEFAULT '{}',
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT campaigns_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
  CONSTRAINT campaigns_description_length CHECK (char_length(description) <= 10000),
  CONSTRAINT campaigns_logo_url_length CHECK (char_length(logo_url) <= 2048),
  CONSTRAINT campaigns_status CHECK (status IN ('draft', 'active', 'paused', 'completed', 'archived')),
  CONSTRAINT campaigns_dates CHECK (end_date >= start_date),
  CONSTRAINT campaigns_budget CHECK (budget >= 0),
  CONSTRAINT campaigns_currency CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT campaigns_budget_has_currency CHECK (budget IS NULL OR currency IS NOT NULL),
  CONSTRAINT campaigns_target_audience_object CHECK (jsonb_typeof(target_audience) = 'object'),
  CONSTRAINT campaigns_campaign_goals_object CHECK (jsonb_typeof(campaign_goals) = 'object')
);

CREATE INDEX campaigns_latest_idx ON campaigns (user_id, created_at DESC, id DESC);

COMMENT ON TABLE campaigns IS 'A user''s campaigns. deleted_at set: in the bin, restorable.';

CREATE TABLE campaign_posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  role text,
  performance_tier text,
  notes text,
  added_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT campaign_posts_campaign_id_post_id_key UNIQUE (campaign_id, post_id),
  CONSTRAINT campaign_posts_role CHECK (role IN ('hero', 'supporting', 'organic')),
  CONSTRAINT campaign_posts_performance_tier CHECK (performance_tier IN ('top', 'good', 'average', 'low')),
  CONSTRAINT campaign_posts_notes_length CHECK (char_length(notes) <= 5000)
);

CREATE INDEX campaign_posts_post_id_idx ON campaign_posts (post_id);

COMMENT ON TABLE campaign_posts IS 'Posts in a campaign.';

CREATE TABLE campaign_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  campaign_id uuid NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  role text,
  priority integer,
  notes text,
  added_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT campaign_profiles_campaign_id_profile_id_key UNIQUE (campaign_id, profile_id),
  CONSTRAINT campaign_profiles_role CHECK (role IN ('ambassador', 'creator', 'candidate', 'competitor')),
  CONSTRAINT campaign_profiles_priority CHECK (priority BETWEEN 1 AND 5),
  CONSTRAINT campaign_profiles_notes_length CHECK (char_length(notes) <= 5000)
);

CREATE INDEX campaign_profiles_profile_id_idx ON campaign_profiles (profile_id);

COMMENT ON TABLE campaign_profiles IS 'Profiles tracked in a campaign. Priority 1 is the highest, 5 the lowest.';
