-- What was answered to a request that carried an Idempotency-Key, so that its repeat gets the same answer and does nothing.

CREATE TABLE idempotency_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  key_digest text NOT NULL,
  route text NOT NULL,
  fingerprint text NOT NULL,
  answer text,
  leased_until timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT idempotency_keys_user_key UNIQUE (user_id, key_digest),
  CONSTRAINT idempotency_keys_digest_format CHECK (key_digest ~ '^[A-Za-z0-9_-]{43}$' AND fingerprint ~ '^[A-Za-z0-9_-]{43}$'),
  CONSTRAINT idempotency_keys_expires_after CHECK (expires_at > created_at)
);

CREATE INDEX idempotency_keys_expires_at_idx ON idempotency_keys (expires_at);

COMMENT ON TABLE idempotency_keys IS 'Answers to requests with an Idempotency-Key. Where the effect is one transaction, the answer is written in it.';
COMMENT ON COLUMN idempotency_keys.key_digest IS 'Keyed hash of the key; the key itself is kept nowhere.';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'Hash of method, address and body, keyed with the key.';
COMMENT ON COLUMN idempotency_keys.answer IS 'Status, headers and body, sealed with a key that only the caller''s Idempotency-Key gives; null while the request is under way, or where it never ended.';
COMMENT ON COLUMN idempotency_keys.leased_until IS 'Until when a request without an answer holds the key; past it, a repeat runs anew.';

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON idempotency_keys FROM anon, authenticated;
GRANT ALL ON idempotency_keys TO service_role;
