-- Credits: a double-entry ledger. An entry moves credits between a user's account and a system account, so that all legs sum to zero
-- whatever is in it. The system accounts (issued, revenue, ...) are a closed set and keep no balance: no two users wait for each other.

CREATE TABLE credit_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL UNIQUE REFERENCES auth_users (id),
  balance bigint NOT NULL DEFAULT 0,
  expiring bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  last_sequence bigint NOT NULL DEFAULT 0,
  tier text NOT NULL,
  anchored_at timestamptz NOT NULL,
  anchored_on date NOT NULL,
  period integer NOT NULL DEFAULT 0,
  period_starts_at timestamptz NOT NULL,
  period_ends_at timestamptz NOT NULL,
  period_granted bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT credit_accounts_balance CHECK (balance >= 0),
  CONSTRAINT credit_accounts_expiring CHECK (expiring BETWEEN 0 AND balance),
  CONSTRAINT credit_accounts_reserved CHECK (reserved BETWEEN 0 AND balance),
  CONSTRAINT credit_accounts_last_sequence CHECK (last_sequence >= 0),
  CONSTRAINT credit_accounts_tier CHECK (tier IN ('free', 'standard', 'premium', 'enterprise')),
  CONSTRAINT credit_accounts_period CHECK (period >= 0),
  CONSTRAINT credit_accounts_period_order CHECK (period_ends_at > period_starts_at),
  CONSTRAINT credit_accounts_period_granted CHECK (period_granted >= 0)
);

CREATE INDEX credit_accounts_updated_at_idx ON credit_accounts (updated_at);

COMMENT ON TABLE credit_accounts IS 'One row per user who has had to do with credits. Locked by whatever changes the user''s credits.';
COMMENT ON COLUMN credit_accounts.balance IS 'Sum of the account''s entries, kept by the statement that adds one. scripts/verify-ledger.ts proves it.';
COMMENT ON COLUMN credit_accounts.expiring IS 'The part of the balance that monthly grants gave: spent first, and what the plan does not roll over expires at the next reset.';
COMMENT ON COLUMN credit_accounts.reserved IS 'The part of the balance that open reservations hold.';
COMMENT ON COLUMN credit_accounts.last_sequence IS 'Of the latest entry: they are numbered without gaps.';
COMMENT ON COLUMN credit_accounts.tier IS 'The plan that the current period was granted by.';
COMMENT ON COLUMN credit_accounts.anchored_at IS 'When the subscription that the months are counted from began, or the account: a later subscription begins anew.';
COMMENT ON COLUMN credit_accounts.anchored_on IS 'The day, in the user''s time zone, whose monthly anniversaries are the resets.';
COMMENT ON COLUMN credit_accounts.period IS 'Whole months between the anchor and the current period: each is granted once, whatever becomes of the time zone.';
COMMENT ON COLUMN credit_accounts.period_granted IS 'What the plan gave in this period, so that an upgrade adds the difference alone.';

CREATE TABLE credit_entries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id),
  sequence bigint NOT NULL,
  kind text NOT NULL,
  counter_account text NOT NULL,
  amount bigint NOT NULL,
  balance_after bigint NOT NULL,
  expiring_after bigint NOT NULL,
  action text,
  reservation_id uuid,
  subject text,
  note text,
  key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT credit_entries_user_id_sequence_key UNIQUE (user_id, sequence),
  CONSTRAINT credit_entries_key_key UNIQUE (key),
  CONSTRAINT credit_entries_sequence CHECK (sequence > 0),
  CONSTRAINT credit_entries_kind CHECK (kind IN ('opening', 'grant', 'charge', 'refund', 'adjustment', 'expiry')),
  CONSTRAINT credit_entries_counter_account CHECK (counter_account IN ('opening', 'issued', 'revenue', 'adjustments', 'expired')),
  CONSTRAINT credit_entries_legs CHECK (CASE kind
    WHEN 'opening' THEN counter_account = 'opening' AND amount > 0
    WHEN 'grant' THEN counter_account = 'issued' AND amount > 0
    WHEN 'charge' THEN counter_account = 'revenue' AND amount < 0
    WHEN 'refund' THEN counter_account = 'revenue' AND amount > 0
    WHEN 'adjustment' THEN counter_account = 'adjustments' AND amount <> 0
    WHEN 'expiry' THEN counter_account = 'expired' AND amount < 0
  END),
  CONSTRAINT credit_entries_reservation CHECK ((kind IN ('charge', 'refund')) = (reservation_id IS NOT NULL AND action IS NOT NULL)),
  CONSTRAINT credit_entries_balance_after CHECK (balance_after >= 0),
  CONSTRAINT credit_entries_expiring_after CHECK (expiring_after BETWEEN 0 AND balance_after),
  CONSTRAINT credit_entries_subject_length CHECK (char_length(subject) BETWEEN 1 AND 200),
  CONSTRAINT credit_entries_note_length CHECK (char_length(note) BETWEEN 1 AND 500),
  CONSTRAINT credit_entries_key_length CHECK (char_length(key) BETWEEN 1 AND 300)
);

CREATE INDEX credit_entries_latest_idx ON credit_entries (user_id, created_at DESC, id DESC);
CREATE INDEX credit_entries_reservation_id_idx ON credit_entries (reservation_id) WHERE reservation_id IS NOT NULL;

COMMENT ON TABLE credit_entries IS 'The ledger, append-only. A row is a transfer with two legs: amount to the user''s account, -amount to the counter account.';
COMMENT ON COLUMN credit_entries.key IS 'What the entry is about, said so that the same thing is never entered twice.';
COMMENT ON COLUMN credit_entries.subject IS 'What was paid for, in words of the user. Blanked when the account is deleted, as is the note.';

CREATE TABLE credit_reservations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth_users (id),
  action text NOT NULL,
  subject text,
  quantity integer NOT NULL DEFAULT 1,
  free_quantity integer NOT NULL DEFAULT 0,
  amount bigint NOT NULL,
  free_reason text,
  status text NOT NULL DEFAULT 'open',
  entry_id uuid REFERENCES credit_entries (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  settled_at timestamptz,
  CONSTRAINT credit_reservations_action CHECK (action IN ('profile_unlock', 'post_analytics', 'discovery_page', 'campaign_report', 'data_export')),
  CONSTRAINT credit_reservations_subject_length CHECK (char_length(subject) BETWEEN 1 AND 200),
  CONSTRAINT credit_reservations_quantity CHECK (quantity BETWEEN 1 AND 100000),
  CONSTRAINT credit_reservations_free_quantity CHECK (free_quantity BETWEEN 0 AND quantity),
  CONSTRAINT credit_reservations_amount CHECK (amount >= 0),
  CONSTRAINT credit_reservations_free_reason CHECK (free_reason IN ('credits_off', 'no_price', 'allowance', 'already_paid', 'window_open')),
  CONSTRAINT credit_reservations_free_or_charged CHECK ((amount = 0) = (free_reason IS NOT NULL)),
  CONSTRAINT credit_reservations_status CHECK (status IN ('open', 'committed', 'released', 'expired')),
  CONSTRAINT credit_reservations_settled CHECK ((status = 'open') = (settled_at IS NULL)),
  CONSTRAINT credit_reservations_entry CHECK (CASE
    WHEN status = 'committed' AND amount > 0 THEN entry_id IS NOT NULL
    ELSE entry_id IS NULL OR free_reason = 'already_paid'
  END)
);

CREATE UNIQUE INDEX credit_reservations_open_idx ON credit_reservations (user_id, action, subject, quantity) WHERE status = 'open' AND subject IS NOT NULL;
CREATE INDEX credit_reservations_entry_id_idx ON credit_reservations (entry_id);
CREATE INDEX credit_reservations_lease_idx ON credit_reservations (expires_at) WHERE status = 'open';
CREATE INDEX credit_reservations_latest_idx ON credit_reservations (user_id, action, created_at DESC);

COMMENT ON TABLE credit_reservations IS 'Every charge on its way, and every access with its entry or the reason why it was free. An open one holds credits until it ends or its lease does.';
COMMENT ON COLUMN credit_reservations.entry_id IS 'The charge; of one that was already paid for, the charge that paid it.';

CREATE FUNCTION keep_credit_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = ''
AS $$
BEGIN
  -- What may be blanked are the words, when their user has asked to be forgotten. Nothing that counts ever changes.
  IF TG_OP = 'UPDATE' AND NEW.subject IS NULL AND NEW.note IS NULL
    AND to_jsonb(NEW) - '{subject,note}'::text[] = to_jsonb(OLD) - '{subject,note}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'credit_entries is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'credit_entries_append_only';
END
$$;

REVOKE ALL ON FUNCTION keep_credit_entries() FROM PUBLIC, anon, authenticated, service_role;

CREATE TRIGGER credit_entries_append_only BEFORE UPDATE OR DELETE ON credit_entries
  FOR EACH ROW EXECUTE FUNCTION public.keep_credit_entries();
CREATE TRIGGER credit_entries_no_truncate BEFORE TRUNCATE ON credit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION public.keep_credit_entries();

ALTER TABLE credit_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_reservations ENABLE ROW LEVEL SECURITY;

-- Credits are made by this service as the owner of the tables, and by nobody else: the service role reads.
REVOKE ALL ON credit_accounts, credit_entries, credit_reservations FROM anon, authenticated, service_role;
GRANT SELECT ON credit_accounts, credit_entries, credit_reservations TO authenticated, service_role;

CREATE POLICY credit_accounts_select_own ON credit_accounts FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY credit_entries_select_own ON credit_entries FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY credit_reservations_select_own ON credit_reservations FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));
