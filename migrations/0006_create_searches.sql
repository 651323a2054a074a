-- What users looked up. Both tables are written in one transaction and never disagree.

CREATE TABLE user_searches (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  instagram_username text NOT NULL,
  search_timestamp timestamptz NOT NULL DEFAULT now(),
  analysis_type text NOT NULL,
  search_metadata jsonb NOT NULL DEFAULT '{}',
  search_duration_ms integer,
  data_source text,
  success boolean NOT NULL,
  error_code text,
  profile_snapshot jsonb,
  CONSTRAINT user_searches_instagram_username_format CHECK (instagram_username = lower(instagram_username) AND instagram_username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT user_searches_analysis_type CHECK (analysis_type IN ('lookup', 'refresh', 'bulk')),
  CONSTRAINT user_searches_search_metadata_object CHECK (jsonb_typeof(search_metadata) = 'object'),
  CONSTRAINT user_searches_search_duration_ms CHECK (search_duration_ms >= 0),
  CONSTRAINT user_searches_data_source CHECK (data_source IN ('vendor', 'database', 'cache')),
  CONSTRAINT user_searches_outcome CHECK (success = (error_code IS NULL)),
  CONSTRAINT user_searches_profile_snapshot_object CHECK (jsonb_typeof(profile_snapshot) = 'object')
);

CREATE INDEX user_searches_latest_idx ON user_searches (user_id, search_timestamp DESC, id DESC);

COMMENT ON TABLE user_searches IS 'The record of each look-up: outcome, duration, source, key figures at the time. Answers what did I do, and how did it go.';

CREATE TABLE search_history (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  username text NOT NULL,
  profile_id uuid REFERENCES profiles (id) ON DELETE SET NULL,
  searched_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT search_history_username_format CHECK (username = lower(username) AND username ~ '^[a-z0-9._]{1,30}$')
);

CREATE INDEX search_history_latest_idx ON search_history (user_id, searched_at DESC, id DESC);
CREATE INDEX search_history_profile_id_idx ON search_history (profile_id);
CREATE INDEX search_history_suggest_idx ON search_history (user_id, username text_pattern_ops);

COMMENT ON TABLE search_history IS 'Lean feed of what was looked up, for suggestions. One row for each row of user_searches, with the same id.';
