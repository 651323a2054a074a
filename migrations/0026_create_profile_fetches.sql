-- Fetches of profiles that outlive the request and the process that began them: what each is, who asked, and how it ended.

CREATE TABLE profile_fetches (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL,
  purpose text NOT NULL,
  analysis_type text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  profile_id uuid REFERENCES profiles (id) ON DELETE SET NULL,
  problem jsonb,
  CONSTRAINT profile_fetches_username_format CHECK (username = lower(username) AND username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT profile_fetches_purpose CHECK (purpose IN ('lookup', 'bulk', 'refresh', 'backfill')),
  CONSTRAINT profile_fetches_analysis_type CHECK (analysis_type IN ('lookup', 'refresh', 'bulk')),
  CONSTRAINT profile_fetches_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  CONSTRAINT profile_fetches_attempts CHECK (attempts >= 0),
  CONSTRAINT profile_fetches_ended CHECK ((finished_at IS NULL) = (state IN ('queued', 'running'))),
  CONSTRAINT profile_fetches_problem_object CHECK (jsonb_typeof(problem) = 'object')
);

CREATE UNIQUE INDEX profile_fetches_under_way_key ON profile_fetches (username) WHERE finished_at IS NULL;
CREATE INDEX profile_fetches_latest_idx ON profile_fetches (username, finished_at DESC);
CREATE INDEX profile_fetches_finished_at_idx ON profile_fetches (finished_at);
CREATE INDEX profile_fetches_profile_id_idx ON profile_fetches (profile_id);

COMMENT ON TABLE profile_fetches IS 'Fetches under way or lately ended. At most one of a name is under way, whichever processes ask: any number of callers cause one vendor call.';
COMMENT ON COLUMN profile_fetches.purpose IS 'Why it was begun; whoever joins does not change it.';
COMMENT ON COLUMN profile_fetches.attempts IS 'How many processes have taken it up: more than one when one of them died.';
COMMENT ON COLUMN profile_fetches.problem IS 'The problem that a failed one answers with; null where the cause was ours.';

CREATE TABLE profile_fetch_callers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  fetch_id uuid NOT NULL REFERENCES profile_fetches (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  asked_at timestamptz NOT NULL,
  recorded boolean NOT NULL DEFAULT false,
  left_at timestamptz,
  CONSTRAINT profile_fetch_callers_fetch_id_user_id_key UNIQUE (fetch_id, user_id)
);

CREATE INDEX profile_fetch_callers_user_id_idx ON profile_fetch_callers (user_id);

COMMENT ON TABLE profile_fetch_callers IS 'Who waits for a fetch. The transaction that ends it gives them their window and their record of the search.';
COMMENT ON COLUMN profile_fetch_callers.recorded IS 'That transaction has recorded them; who joined too late for it records by themselves.';
COMMENT ON COLUMN profile_fetch_callers.left_at IS 'The caller has cancelled: nothing is recorded of them.';

ALTER TABLE profile_fetches ENABLE ROW LEVEL SECURITY;
ALTER TABLE profile_fetch_callers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON profile_fetches, profile_fetch_callers FROM anon, authenticated;
GRANT ALL ON profile_fetches, profile_fetch_callers TO service_role;
