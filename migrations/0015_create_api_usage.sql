-- What users call, counted by day and group of routes: written in batches off the way of the requests.

CREATE TABLE api_usage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  day date NOT NULL,
  route_group text NOT NULL,
  calls bigint NOT NULL,
  failed_calls bigint NOT NULL,
  vendor_calls bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT api_usage_user_day_group_key UNIQUE (user_id, day, route_group),
  CONSTRAINT api_usage_route_group CHECK (route_group ~ '^[a-z][a-zA-Z_-]{0,39}$'),
  CONSTRAINT api_usage_counts CHECK (calls > 0 AND failed_calls BETWEEN 0 AND calls AND vendor_calls BETWEEN 0 AND calls)
);

-- For figures over all users, and for deleting old days.
CREATE INDEX api_usage_day_idx ON api_usage (day, route_group);

COMMENT ON TABLE api_usage IS 'Answered requests of each user by UTC day and group of the API, added up; a process that is killed loses what it had counted since its last batch.';
COMMENT ON COLUMN api_usage.vendor_calls IS 'Calls that waited for a fetch of the vendor, also one that another call had begun.';

ALTER TABLE api_usage ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_usage_select_own ON api_usage FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
REVOKE ALL ON api_usage FROM anon, authenticated;
GRANT SELECT ON api_usage TO authenticated;
GRANT ALL ON api_usage TO service_role;
