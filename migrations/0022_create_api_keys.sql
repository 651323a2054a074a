-- Keys with which scripts and partner servers call the API in a user's name. Of a key only the hash of its secret is here.

CREATE TABLE api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  name text NOT NULL,
  secret_hash text NOT NULL,
  scopes text[] NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT api_keys_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
  CONSTRAINT api_keys_secret_hash_format CHECK (secret_hash ~ '^[A-Za-z0-9_-]{43}$'),
  CONSTRAINT api_keys_scopes_some CHECK (cardinality(scopes) >= 1 AND cardinality(scopes) <= 20 AND array_position(scopes, NULL) IS NULL)
);

CREATE INDEX api_keys_user_idx ON api_keys (user_id, created_at DESC, id DESC);

COMMENT ON TABLE api_keys IS 'API keys of users. A revoked or expired key stays in the list, so that its last use can still be looked up.';
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the 256 random bits of the secret: nothing that is guessed can be tried against it.';
COMMENT ON COLUMN api_keys.last_used_at IS 'Written at most once a minute.';

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON api_keys FROM anon, authenticated;
GRANT ALL ON api_keys TO service_role;
