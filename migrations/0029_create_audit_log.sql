-- Who did what to what, from where: append-only, and one chain of hashes. An entry is written in the transaction of what it tells of, and
-- linked to the entry before it when that transaction commits: those that act wait for each other for the commit alone. Entries name
-- people by pseudonyms; whom one stands for, and from which address somebody came, is kept beside, where it can be erased.

CREATE TABLE audit_people (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL UNIQUE REFERENCES auth_users (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE audit_people IS 'The pseudonym of each user that the audit log tells of. Without this row its entries are about nobody who can be found.';

CREATE TABLE audit_entries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  happened_at timestamptz NOT NULL,
  action text NOT NULL,
  actor_kind text NOT NULL,
  actor uuid,
  api_key_id uuid,
  subject_type text NOT NULL,
  subject_id text NOT NULL,
  request_id text,
  origin_digest text,
  details jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT audit_entries_action CHECK (action ~ '^[a-z_]+(\.[a-z_]+)+$' AND char_length(action) <= 100),
  CONSTRAINT audit_entries_actor_kind CHECK (actor_kind IN ('user', 'admin', 'api_key', 'system')),
  CONSTRAINT audit_entries_actor CHECK ((actor_kind = 'system') = (actor IS NULL)),
  CONSTRAINT audit_entries_api_key CHECK ((actor_kind = 'api_key') = (api_key_id IS NOT NULL)),
  CONSTRAINT audit_entries_subject_type CHECK (subject_type ~ '^[a-z_]{1,50}$'),
  CONSTRAINT audit_entries_subject_id_length CHECK (char_length(subject_id) BETWEEN 1 AND 200),
  CONSTRAINT audit_entries_request_id_length CHECK (char_length(request_id) BETWEEN 1 AND 200),
  CONSTRAINT audit_entries_origin_digest_format CHECK (origin_digest ~ '^[0-9a-f]{64}$'),
  CONSTRAINT audit_entries_details_object CHECK (jsonb_typeof(details) = 'object')
);

CREATE INDEX audit_entries_latest_idx ON audit_entries (happened_at DESC, id DESC);
CREATE INDEX audit_entries_actor_idx ON audit_entries (actor, happened_at DESC, id DESC);
CREATE INDEX audit_entries_subject_idx ON audit_entries (subject_type, subject_id, happened_at DESC, id DESC);
CREATE INDEX audit_entries_action_idx ON audit_entries (action, happened_at DESC, id DESC);

COMMENT ON TABLE audit_entries IS 'Who did what to what. Append-only; audit_links proves it.';
COMMENT ON COLUMN audit_entries.actor IS 'A pseudonym of audit_people: no foreign key, for the entry outlives the person.';
COMMENT ON COLUMN audit_entries.subject_id IS 'What it was done to. Of a user the pseudonym.';
COMMENT ON COLUMN audit_entries.origin_digest IS 'SHA-256 of salt and address of audit_origins: says nothing without them, and proves them while they are there.';

CREATE TABLE audit_origins (
  id uuid PRIMARY KEY REFERENCES audit_entries (id),
  user_id uuid NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
  address text NOT NULL,
  salt text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audit_origins_address_length CHECK (char_length(address) BETWEEN 1 AND 100),
  CONSTRAINT audit_origins_salt_format CHECK (salt ~ '^[0-9a-f]{32}$')
);

CREATE INDEX audit_origins_user_id_idx ON audit_origins (user_id, created_at DESC, id DESC);
CREATE INDEX audit_origins_created_at_idx ON audit_origins (created_at);

COMMENT ON TABLE audit_origins IS 'From which address the actor of an entry came. Goes with the account, and after its own retention.';

CREATE TABLE audit_links (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  entry_id uuid NOT NULL UNIQUE REFERENCES audit_entries (id),
  sequence bigint NOT NULL UNIQUE,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_links_sequence CHECK (sequence > 0),
  CONSTRAINT audit_links_previous_hash_format CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
  CONSTRAINT audit_links_hash_format CHECK (hash ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE audit_links IS 'The chain: entries in the order of their commits, numbered without gaps. Written by the trigger of audit_entries alone; scripts/verify-audit.ts walks it.';
COMMENT ON COLUMN audit_links.hash IS 'SHA-256 of the hash before (the first: zeros), the sequence, and each column of the entry in its order: its length in bytes, a colon and its text, or a dash.';

CREATE FUNCTION keep_audit_log() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_log_append_only';
END
$$;

CREATE FUNCTION link_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = ''
AS $$
DECLARE
  head record;
  content text;
BEGIN
  -- Held to the end of a commit that has begun. Every statement below sees what those before it have committed.
  PERFORM pg_catalog.pg_advisory_xact_lock(4711850029);
  SELECT sequence, hash INTO head FROM public.audit_links ORDER BY sequence DESC LIMIT 1;
  SELECT pg_catalog.string_agg(coalesce(pg_catalog.octet_length(value) || ':' || value, '-'), '' ORDER BY place) INTO content
  FROM pg_catalog.unnest(ARRAY[
    coalesce(head.hash, pg_catalog.repeat('0', 64)), (coalesce(head.sequence, 0) + 1)::text,
    NEW.id::text, pg_catalog.to_char(NEW.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), NEW.action, NEW.actor_kind,
    NEW.actor::text, NEW.api_key_id::text, NEW.subject_type, NEW.subject_id, NEW.request_id, NEW.origin_digest, NEW.details::text
  ]) WITH ORDINALITY AS part (value, place);
  INSERT INTO public.audit_links (entry_id, sequence, previous_hash, hash) VALUES (
    NEW.id, coalesce(head.sequence, 0) + 1, coalesce(head.hash, pg_catalog.repeat('0', 64)),
    pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(content, 'UTF8')), 'hex')
  );
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION keep_audit_log(), link_audit_entry() FROM PUBLIC, anon, authenticated, service_role;

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION public.keep_audit_log();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION public.keep_audit_log();
CREATE TRIGGER audit_links_append_only BEFORE UPDATE OR DELETE ON audit_links
  FOR EACH ROW EXECUTE FUNCTION public.keep_audit_log();
CREATE TRIGGER audit_links_no_truncate BEFORE TRUNCATE ON audit_links
  FOR EACH STATEMENT EXECUTE FUNCTION public.keep_audit_log();
CREATE CONSTRAINT TRIGGER audit_entries_link AFTER INSERT ON audit_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.link_audit_entry();

ALTER TABLE audit_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_origins ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_links ENABLE ROW LEVEL SECURITY;

-- Written by this service as the owner of the tables, and by nobody else: the service role reads.
REVOKE ALL ON audit_people, audit_entries, audit_origins, audit_links FROM anon, authenticated, service_role;
GRANT SELECT ON audit_people, audit_entries, audit_origins, audit_links TO service_role;
