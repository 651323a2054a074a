-- How far the scheduled refresh of watched profiles has come, and what of its daily budget is used.

CREATE TABLE refresh_rounds (
  name text PRIMARY KEY,
  next_at timestamptz NOT NULL,
  after uuid,
  day date NOT NULL,
  begun integer NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT refresh_rounds_name CHECK (name ~ '^[a-z_]{1,50}$'),
  CONSTRAINT refresh_rounds_begun CHECK (begun >= 0)
);

COMMENT ON TABLE refresh_rounds IS 'One row for each kind of scheduled refresh: whichever process takes a round when it is due has it alone, so that any number of processes make one scheduler.';
COMMENT ON COLUMN refresh_rounds.next_at IS 'When the next round is due.';
COMMENT ON COLUMN refresh_rounds.after IS 'The id of the watched profile that the last round looked at last; NULL begins anew.';
COMMENT ON COLUMN refresh_rounds.day IS 'The day (UTC) that begun counts.';
COMMENT ON COLUMN refresh_rounds.begun IS 'Fetches begun on that day, whether they succeeded or not.';

ALTER TABLE refresh_rounds ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON refresh_rounds FROM anon, authenticated;
GRANT ALL ON refresh_rounds TO service_role;
