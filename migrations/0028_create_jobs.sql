-- Work on many profiles that a user asked for at once: the job, and each of its names.

CREATE TABLE jobs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'queued',
  total integer NOT NULL,
  max_credits integer,
  credits integer NOT NULL DEFAULT 0,
  revision integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  CONSTRAINT jobs_state CHECK (state IN ('queued', 'running', 'finished', 'cancelled')),
  CONSTRAINT jobs_total CHECK (total BETWEEN 1 AND 1000),
  CONSTRAINT jobs_credits CHECK (credits >= 0 AND credits <= max_credits),
  CONSTRAINT jobs_ended CHECK ((finished_at IS NULL) = (state IN ('queued', 'running')))
);

CREATE INDEX jobs_latest_idx ON jobs (user_id, created_at DESC, id DESC);

COMMENT ON TABLE jobs IS 'Bulk look-ups: what was asked for, and how far it has come.';
COMMENT ON COLUMN jobs.credits IS 'Reserved or charged so far; never above max_credits.';
COMMENT ON COLUMN jobs.revision IS 'Raised with each item that ends: the id of the event that tells of it.';

CREATE TABLE job_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position integer NOT NULL,
  username text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  slot integer,
  fetch_id uuid REFERENCES profile_fetches (id) ON DELETE SET NULL,
  profile_id uuid REFERENCES profiles (id) ON DELETE SET NULL,
  source text,
  reason text,
  credits integer NOT NULL DEFAULT 0,
  revision integer,
  finished_at timestamptz,
  CONSTRAINT job_items_username_format CHECK (username = lower(username) AND username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT job_items_state CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled')),
  CONSTRAINT job_items_source CHECK (source IN ('vendor', 'database')),
  CONSTRAINT job_items_credits CHECK (credits >= 0),
  CONSTRAINT job_items_ended CHECK ((finished_at IS NULL) = (state IN ('queued', 'running'))),
  CONSTRAINT job_items_job_id_position_key UNIQUE (job_id, position),
  CONSTRAINT job_items_job_id_username_key UNIQUE (job_id, username)
);

CREATE INDEX job_items_revision_idx ON job_items (job_id, revision);
CREATE INDEX job_items_fetch_id_idx ON job_items (fetch_id);
CREATE INDEX job_items_profile_id_idx ON job_items (profile_id);

COMMENT ON TABLE job_items IS 'One name of a job. An item that has ended stays as it is.';
COMMENT ON COLUMN job_items.slot IS 'Which of the job''s workers has it: the same one goes on with it when its process died.';
COMMENT ON COLUMN job_items.fetch_id IS 'The fetch that is waited for, so that who takes the item up again joins no other.';
COMMENT ON COLUMN job_items.reason IS 'Why there is no profile, or why the one that is served is stale.';

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_items ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON jobs, job_items FROM anon, authenticated;
GRANT ALL ON jobs, job_items TO service_role;
