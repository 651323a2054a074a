-- What the billing provider says of who has subscribed to what, and which of its events have been heard.

CREATE TABLE subscriptions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  subscription_id text NOT NULL,
  customer_id text NOT NULL,
  user_id uuid REFERENCES auth_users (id) ON DELETE CASCADE,
  tier text,
  status text NOT NULL DEFAULT 'unknown',
  started_at timestamptz,
  period_ends_at timestamptz,
  paid_until timestamptz,
  payment_failed_at timestamptz,
  cancel_at_period_end boolean NOT NULL DEFAULT false,
  described_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT subscriptions_subscription_id_key UNIQUE (subscription_id),
  CONSTRAINT subscriptions_subscription_id_length CHECK (char_length(subscription_id) BETWEEN 1 AND 255),
  CONSTRAINT subscriptions_customer_id_length CHECK (char_length(customer_id) BETWEEN 1 AND 255),
  CONSTRAINT subscriptions_tier CHECK (tier IN ('free', 'standard', 'premium', 'enterprise')),
  CONSTRAINT subscriptions_status CHECK (status IN ('unknown', 'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused'))
);

CREATE INDEX subscriptions_user_id_idx ON subscriptions (user_id);
CREATE INDEX subscriptions_customer_id_idx ON subscriptions (customer_id);

COMMENT ON TABLE subscriptions IS 'The latest that events said of each subscription, whatever the order they came in. user_id is NULL until one says whose it is.';
COMMENT ON COLUMN subscriptions.status IS 'The provider''s word; unknown until an event describes the subscription.';
COMMENT ON COLUMN subscriptions.paid_until IS 'The latest end of a period that an invoice was paid for: it never goes back.';
COMMENT ON COLUMN subscriptions.described_by IS 'Rank of the event that described it last: an older one changes nothing.';

CREATE TABLE billing_events (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  event_id text NOT NULL,
  type text NOT NULL,
  subscription_id text,
  outcome text NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT billing_events_event_id_key UNIQUE (event_id),
  CONSTRAINT billing_events_event_id_length CHECK (char_length(event_id) BETWEEN 1 AND 255),
  CONSTRAINT billing_events_type_length CHECK (char_length(type) BETWEEN 1 AND 255),
  CONSTRAINT billing_events_outcome CHECK (outcome IN ('applied', 'outdated', 'waiting', 'ignored'))
);

COMMENT ON TABLE billing_events IS 'Every event of the billing provider that was heard, without its content: one that comes again changes nothing.';
COMMENT ON COLUMN billing_events.outcome IS 'applied; outdated: a later one had been heard; waiting: nobody knows yet whose subscription it is; ignored: nothing of ours.';

ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE billing_events ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON subscriptions, billing_events FROM anon, authenticated;
GRANT ALL ON subscriptions, billing_events TO service_role;
