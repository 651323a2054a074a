-- The queue that hands work to processes: the tables of Effect's PersistedQueue at its second migration, in a schema of their own. What a
-- job is stands in the tables of "public"; here is only whose turn it is. The queue's own migrator finds its history complete.

CREATE SCHEMA job_engine;
REVOKE ALL ON SCHEMA job_engine FROM PUBLIC;

CREATE TABLE job_engine.queue (
  sequence bigserial PRIMARY KEY,
  id varchar(255) NOT NULL,
  queue_name varchar(255) NOT NULL,
  element text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_failure text,
  acquired_at timestamp,
  acquired_by uuid,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL,
  state varchar(10) NOT NULL,
  visible_at timestamp NOT NULL
);

CREATE UNIQUE INDEX idx_queue_id ON job_engine.queue (id, queue_name);
CREATE INDEX idx_queue_take ON job_engine.queue (queue_name, visible_at) WHERE state = 'pending';
CREATE INDEX idx_queue_update ON job_engine.queue (sequence, acquired_by);

CREATE TABLE job_engine.queue_migrations (
  migration_id integer PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  name text NOT NULL
);

INSERT INTO job_engine.queue_migrations (migration_id, name) VALUES (1, 'create_table'), (2, 'upgrade_schema');

COMMENT ON SCHEMA job_engine IS 'Whose turn it is: leases of work that stands in the tables of public.';
