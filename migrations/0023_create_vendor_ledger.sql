-- What the vendor is asked and what it costs; who asks it at the moment, among all processes; which names it does not know.

CREATE TABLE vendor_calls (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  called_at timestamptz NOT NULL,
  target text NOT NULL,
  purpose text NOT NULL,
  user_id uuid REFERENCES auth_users (id) ON DELETE SET NULL,
  outcome text NOT NULL,
  billed text NOT NULL,
  cost_micros bigint NOT NULL,
  duration_ms integer NOT NULL,
  attempt integer NOT NULL,
  CONSTRAINT vendor_calls_target CHECK (length(target) BETWEEN 1 AND 100),
  CONSTRAINT vendor_calls_purpose CHECK (purpose IN ('lookup', 'refresh', 'bulk', 'comments', 'post', 'backfill', 'unattributed')),
  CONSTRAINT vendor_calls_outcome CHECK (outcome ~ '^[A-Za-z]{1,50}$'),
  CONSTRAINT vendor_calls_billed CHECK (billed IN ('no', 'unknown', 'yes')),
  CONSTRAINT vendor_calls_cost CHECK (cost_micros >= 0 AND (billed <> 'no' OR cost_micros = 0)),
  CONSTRAINT vendor_calls_duration_ms CHECK (duration_ms >= 0),
  CONSTRAINT vendor_calls_attempt CHECK (attempt > 0)
);

CREATE INDEX vendor_calls_called_at_idx ON vendor_calls (called_at) INCLUDE (cost_micros);
CREATE INDEX vendor_calls_user_id_idx ON vendor_calls (user_id, called_at DESC);

COMMENT ON TABLE vendor_calls IS 'One row for each call to the vendor, appended when it ended: what it was for and what it cost. Holds neither what was asked for nor what was answered.';
COMMENT ON COLUMN vendor_calls.outcome IS 'success, interrupted, or why it failed, as DecodoReason names it.';
COMMENT ON COLUMN vendor_calls.billed IS 'Whether the vendor charged it; unknown where nobody saw how the call ended.';
COMMENT ON COLUMN vendor_calls.cost_micros IS 'Millionths of a US dollar by the configured price; of unknown calls what they cost if they were charged.';
COMMENT ON COLUMN vendor_calls.attempt IS 'Which call of its fetch it was, from 1.';

CREATE TABLE vendor_spend (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  day date NOT NULL,
  user_id uuid REFERENCES auth_users (id) ON DELETE CASCADE,
  spent_micros bigint NOT NULL,
  CONSTRAINT vendor_spend_day_user_key UNIQUE NULLS NOT DISTINCT (day, user_id),
  CONSTRAINT vendor_spend_spent CHECK (spent_micros >= 0)
);

CREATE INDEX vendor_spend_user_id_idx ON vendor_spend (user_id);

COMMENT ON TABLE vendor_spend IS 'What a day (UTC) may at most have cost, calls under way included: reserved before a call and given back where it was not charged. Kept only while a ceiling is set.';
COMMENT ON COLUMN vendor_spend.user_id IS 'NULL for all users together.';

CREATE TABLE vendor_places (
  id uuid PRIMARY KEY,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  starts_at timestamptz,
  expires_at timestamptz NOT NULL,
  left_at timestamptz
);

COMMENT ON TABLE vendor_places IS 'Calls to the vendor under way in all processes, and those waiting their turn; a handful of rows. Unused where Redis keeps them.';
COMMENT ON COLUMN vendor_places.starts_at IS 'When the call may start; NULL while it waits.';
COMMENT ON COLUMN vendor_places.expires_at IS 'Renewed by the process that holds it; what a dead process held is free after this.';

CREATE TABLE vendor_absences (
  target text NOT NULL,
  query text NOT NULL,
  evidence text NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (target, query),
  CONSTRAINT vendor_absences_evidence CHECK (evidence IN ('user_null', 'media_null', 'empty_answers')),
  CONSTRAINT vendor_absences_query CHECK (length(query) BETWEEN 1 AND 100),
  CONSTRAINT vendor_absences_expires CHECK (expires_at > seen_at)
);

CREATE INDEX vendor_absences_expires_at_idx ON vendor_absences (expires_at);

COMMENT ON TABLE vendor_absences IS 'What Instagram lately had no account or post for: believed until it expires, so that nobody pays for asking again.';
COMMENT ON COLUMN vendor_absences.evidence IS 'Why it is believed: user_null and media_null are Instagram''s word, empty_answers a conclusion.';

ALTER TABLE vendor_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendor_spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendor_places ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendor_absences ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON vendor_calls, vendor_spend, vendor_places, vendor_absences FROM anon, authenticated;
GRANT ALL ON vendor_calls, vendor_spend, vendor_places, vendor_absences TO service_role;
