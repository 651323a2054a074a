-- Which user may see which profile, and what they keep.

CREATE TABLE user_profile_access (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  granted_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL DEFAULT (now() + interval '30 days'),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_profile_access_user_id_profile_id_key UNIQUE (user_id, profile_id),
  CONSTRAINT user_profile_access_expires_after_granted CHECK (expires_at > granted_at)
);

CREATE INDEX user_profile_access_profile_id_idx ON user_profile_access (profile_id);
CREATE INDEX user_profile_access_expiry_idx ON user_profile_access (user_id, expires_at DESC, id DESC);

COMMENT ON TABLE user_profile_access IS 'Access windows of 30 days (30 x 24 hours). Access is one definition: a row with expires_at > now().';
COMMENT ON COLUMN user_profile_access.granted_at IS 'When the current window was opened or last extended.';
COMMENT ON COLUMN user_profile_access.created_at IS 'When the user first unlocked the profile.';

CREATE TABLE user_favorites (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  notes text,
  tags text[] NOT NULL DEFAULT '{}',
  added_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_favorites_user_id_profile_id_key UNIQUE (user_id, profile_id),
  CONSTRAINT user_favorites_notes_length CHECK (char_length(notes) <= 5000)
);

CREATE INDEX user_favorites_profile_id_idx ON user_favorites (profile_id);
CREATE INDEX user_favorites_latest_idx ON user_favorites (user_id, added_at DESC, id DESC);
CREATE INDEX user_favorites_tags_idx ON user_favorites USING gin (tags);

COMMENT ON TABLE user_favorites IS 'Profiles a user has saved, with notes and tags.';
