-- Answers about single posts: asked for by shortcode, when a post is needed that no profile's answer brought.

CREATE TABLE post_answers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  shortcode text NOT NULL,
  target text NOT NULL,
  task_id text,
  fetched_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  attempts integer NOT NULL,
  response_bytes integer NOT NULL,
  payload jsonb NOT NULL,
  stored_at timestamptz,
  CONSTRAINT post_answers_shortcode_format CHECK (shortcode ~ '^[A-Za-z0-9_-]{1,64}$'),
  CONSTRAINT post_answers_duration_ms CHECK (duration_ms >= 0),
  CONSTRAINT post_answers_attempts CHECK (attempts > 0),
  CONSTRAINT post_answers_payload_object CHECK (jsonb_typeof(payload) = 'object')
);

CREATE INDEX post_answers_shortcode_idx ON post_answers (shortcode, fetched_at DESC);

COMMENT ON TABLE post_answers IS 'Every paid answer about one post, written before anything is made of it: a post whose owner is not unlocked yet is not paid for twice.';
COMMENT ON COLUMN post_answers.stored_at IS 'When the answer had become a row of posts, set in the same transaction as that row.';

ALTER TABLE post_answers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON post_answers FROM anon, authenticated;
GRANT ALL ON post_answers TO service_role;
