-- Of whom nothing may be stored: creators who were erased on request, known by keyed hashes alone.

CREATE TABLE suppressions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  erasure_id uuid NOT NULL,
  kind text NOT NULL,
  key_id text NOT NULL,
  hash text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at timestamptz NOT NULL DEFAULT now(),
  swept_at timestamptz,
  CONSTRAINT suppressions_hash_key UNIQUE (hash),
  CONSTRAINT suppressions_kind CHECK (kind IN ('username', 'instagram_user_id')),
  CONSTRAINT suppressions_key_id_length CHECK (char_length(key_id) BETWEEN 1 AND 32),
  CONSTRAINT suppressions_hash_format CHECK (hash ~ '^[0-9a-f]{64}$'),
  CONSTRAINT suppressions_reason CHECK (reason IN ('data_subject_request', 'legal_order', 'minor', 'other'))
);

CREATE INDEX suppressions_erasure_id_idx ON suppressions (erasure_id);
CREATE INDEX suppressions_key_id_idx ON suppressions (key_id);
CREATE INDEX suppressions_unswept_idx ON suppressions (erased_at) WHERE swept_at IS NULL;

COMMENT ON TABLE suppressions IS 'Names and ids of creators who were erased, one keyed hash a row: nothing is fetched or stored of them. No name is here.';
COMMENT ON COLUMN suppressions.erasure_id IS 'The erasure that the hashes of one creator belong to: what is lifted as a whole.';
COMMENT ON COLUMN suppressions.key_id IS 'Which of the configured keys made the hash.';
COMMENT ON COLUMN suppressions.hash IS 'HMAC-SHA-256 of the kind, a colon and the normalised username or the Instagram id.';
COMMENT ON COLUMN suppressions.erased_at IS 'When the creator was erased last.';
COMMENT ON COLUMN suppressions.swept_at IS 'When all stored answers had been gone through after it; NULL: that is to be done.';

ALTER TABLE suppressions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON suppressions FROM anon, authenticated;
GRANT ALL ON suppressions TO service_role;
