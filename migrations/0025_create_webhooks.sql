-- Webhooks: where users want to be told, the secrets that sign for it, and what is told: outbox, queue and log in one table.

CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  url text NOT NULL,
  description text,
  events text[] NOT NULL,
  status text NOT NULL DEFAULT 'active',
  disabled_reason text,
  disabled_at timestamptz,
  failing_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT webhook_endpoints_url_length CHECK (char_length(url) BETWEEN 1 AND 2048),
  CONSTRAINT webhook_endpoints_description_length CHECK (char_length(description) <= 500),
  CONSTRAINT webhook_endpoints_events_known CHECK (
    events <@ ARRAY['profile.refreshed', 'job.finished', 'access.expiring', 'campaign.post_added', 'schema.drift']
    AND cardinality(events) > 0
  ),
  CONSTRAINT webhook_endpoints_status CHECK (status IN ('active', 'disabled')),
  CONSTRAINT webhook_endpoints_disabled_reason CHECK (disabled_reason IN ('by_user', 'gone', 'failing')),
  CONSTRAINT webhook_endpoints_disabled_whole CHECK (
    (status = 'disabled') = (disabled_at IS NOT NULL) AND (disabled_at IS NULL) = (disabled_reason IS NULL)
  )
);

CREATE INDEX webhook_endpoints_latest_idx ON webhook_endpoints (user_id, created_at DESC, id DESC);
CREATE INDEX webhook_endpoints_events_idx ON webhook_endpoints USING gin (events) WHERE status = 'active';

COMMENT ON TABLE webhook_endpoints IS 'Addresses that users want events delivered to.';
COMMENT ON COLUMN webhook_endpoints.disabled_reason IS 'by_user: switched off; gone: it answered 410; failing: nothing was accepted for five days.';
COMMENT ON COLUMN webhook_endpoints.failing_since IS 'When the first delivery failed since the last that was accepted; NULL: the last one was accepted, or there was none.';

CREATE TABLE webhook_secrets (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  key_id text NOT NULL,
  sealed text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  CONSTRAINT webhook_secrets_key_id_length CHECK (char_length(key_id) BETWEEN 1 AND 32)
);

CREATE INDEX webhook_secrets_latest_idx ON webhook_secrets (endpoint_id, created_at DESC, id DESC);

COMMENT ON TABLE webhook_secrets IS 'What signs the deliveries of an endpoint. No browser and no export reads it.';
COMMENT ON COLUMN webhook_secrets.sealed IS 'AES-256-GCM of the secret, bound to the endpoint''s id: base64 of nonce, tag and ciphertext.';
COMMENT ON COLUMN webhook_secrets.key_id IS 'Which key of WEBHOOK_KEYS sealed it.';
COMMENT ON COLUMN webhook_secrets.expires_at IS 'Until when it signs beside its successor; NULL: the current one.';

CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  event text NOT NULL,
  payload jsonb NOT NULL,
  once_key text,
  status text NOT NULL DEFAULT 'pending',
  attempts integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz DEFAULT now(),
  lease uuid,
  last_attempt_at timestamptz,
  last_status integer,
  last_failure text,
  last_latency_ms integer,
  delivered_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT webhook_deliveries_once_key UNIQUE (endpoint_id, once_key),
  CONSTRAINT webhook_deliveries_event CHECK (
    event IN ('profile.refreshed', 'job.finished', 'access.expiring', 'campaign.post_added', 'schema.drift', 'webhook.ping')
  ),
  CONSTRAINT webhook_deliveries_payload_object CHECK (jsonb_typeof(payload) = 'object'),
  CONSTRAINT webhook_deliveries_status CHECK (status IN ('pending', 'succeeded', 'failed')),
  CONSTRAINT webhook_deliveries_last_failure CHECK (
    last_failure IN (
      'refused', 'address_refused', 'name_not_resolved', 'connection_failed', 'certificate_refused', 'timeout',
      'secret_unreadable', 'endpoint_disabled'
    )
  ),
  CONSTRAINT webhook_deliveries_counts CHECK (tries >= 0 AND attempts >= tries AND last_latency_ms >= 0),
  CONSTRAINT webhook_deliveries_pending_is_due CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
  CONSTRAINT webhook_deliveries_leased_is_pending CHECK (lease IS NULL OR status = 'pending'),
  CONSTRAINT webhook_deliveries_succeeded_when CHECK (status <> 'succeeded' OR delivered_at IS NOT NULL)
);

CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_leased_idx ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE lease IS NOT NULL;
CREATE INDEX webhook_deliveries_latest_idx ON webhook_deliveries (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_user_idx ON webhook_deliveries (user_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_age_idx ON webhook_deliveries USING brin (created_at);

COMMENT ON TABLE webhook_deliveries IS 'One event for one endpoint, written in the transaction of what it tells; kept for 30 days.';
COMMENT ON COLUMN webhook_deliveries.id IS 'The webhook-id: the same at every attempt and replay.';
COMMENT ON COLUMN webhook_deliveries.once_key IS 'What must not be told twice to one endpoint; NULL: every time.';
COMMENT ON COLUMN webhook_deliveries.attempts IS 'Attempts ever begun.';
COMMENT ON COLUMN webhook_deliveries.tries IS 'Attempts begun since it was written or replayed: where it stands in the schedule.';
COMMENT ON COLUMN webhook_deliveries.next_attempt_at IS 'When it is due; while a worker holds it, when another may take it.';
COMMENT ON COLUMN webhook_deliveries.lease IS 'Of the worker that is at it; what holds no longer changes nothing.';

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON webhook_endpoints, webhook_secrets, webhook_deliveries FROM anon, authenticated;
GRANT ALL ON webhook_endpoints, webhook_secrets, webhook_deliveries TO service_role;
GRANT SELECT ON webhook_endpoints, webhook_deliveries TO authenticated;

CREATE POLICY webhook_endpoints_select_own ON webhook_endpoints FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY webhook_deliveries_select_own ON webhook_deliveries FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
