-- What is sold: plans and prices as data, each valid from an instant on, until the next one or its own end.

CREATE TABLE plans (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tier text NOT NULL,
  monthly_credits bigint NOT NULL,
  rollover_months integer NOT NULL DEFAULT 0,
  stripe_prices text[] NOT NULL DEFAULT '{}',
  valid_from timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz,
  CONSTRAINT plans_tier_valid_from_key UNIQUE (tier, valid_from),
  CONSTRAINT plans_tier CHECK (tier IN ('free', 'standard', 'premium', 'enterprise')),
  CONSTRAINT plans_monthly_credits CHECK (monthly_credits >= 0),
  CONSTRAINT plans_rollover_months CHECK (rollover_months BETWEEN 0 AND 120),
  CONSTRAINT plans_validity CHECK (valid_until > valid_from)
);

COMMENT ON TABLE plans IS 'What a subscription gives. Of several valid rows of a tier the latest begun counts; a change is a new row.';
COMMENT ON COLUMN plans.rollover_months IS 'So many months'' grants at most are carried into the next month; what is beyond expires.';
COMMENT ON COLUMN plans.stripe_prices IS 'Ids of the prices at Stripe that buy this plan. A price whose lookup_key is the tier needs no id here.';

CREATE TABLE prices (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  action text NOT NULL,
  credits bigint NOT NULL,
  free_per_month integer NOT NULL DEFAULT 0,
  valid_from timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz,
  CONSTRAINT prices_action_valid_from_key UNIQUE (action, valid_from),
  CONSTRAINT prices_action CHECK (action IN ('profile_unlock', 'post_analytics', 'discovery_page', 'campaign_report', 'data_export')),
  CONSTRAINT prices_credits CHECK (credits BETWEEN 0 AND 1000000),
  CONSTRAINT prices_free_per_month CHECK (free_per_month >= 0),
  CONSTRAINT prices_validity CHECK (valid_until > valid_from)
);

COMMENT ON TABLE prices IS 'What an action costs. Of several valid rows the latest begun counts; an action without one is free.';
COMMENT ON COLUMN prices.free_per_month IS 'So many are free in each period of the account.';

ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON plans, prices FROM anon, authenticated;
GRANT ALL ON plans, prices TO service_role;
