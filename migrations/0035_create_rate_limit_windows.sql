-- Rate limits counted in PostgreSQL, for several processes without a Redis (RATE_LIMIT_STORE=postgres). Unlogged: a count that a crash
-- forgets begins anew, and none is worth a write to the log of transactions.

CREATE UNLOGGED TABLE rate_limit_windows (
  key text NOT NULL,
  period bigint NOT NULL,
  used integer NOT NULL,
  given integer NOT NULL,
  ends_at timestamptz NOT NULL,
  PRIMARY KEY (key, period),
  CONSTRAINT rate_limit_windows_key_length CHECK (char_length(key) = 43),
  CONSTRAINT rate_limit_windows_used CHECK (used >= 0 AND given BETWEEN 0 AND used)
) WITH (fillfactor = 70);

CREATE INDEX rate_limit_windows_ends_at_idx ON rate_limit_windows (ends_at);

COMMENT ON TABLE rate_limit_windows IS 'What was used of each rate limit in its window, by all processes together; deleted when the window has ended.';
COMMENT ON COLUMN rate_limit_windows.key IS 'SHA-256 of the policy and of whom it counts.';
COMMENT ON COLUMN rate_limit_windows.period IS 'The window: how many of its length have passed since 1970.';
COMMENT ON COLUMN rate_limit_windows.given IS 'Units that the last process which asked was given, of those used.';

ALTER TABLE rate_limit_windows ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON rate_limit_windows FROM anon, authenticated;
GRANT ALL ON rate_limit_windows TO service_role;
