-- What the vendor was given to do by its asynchronous API, so that whoever takes over from a process that died asks for the same result.

CREATE TABLE vendor_tasks (
  id uuid PRIMARY KEY,
  target text NOT NULL,
  query text NOT NULL,
  submitted_at timestamptz NOT NULL,
  task_id text NOT NULL,
  answered_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT vendor_tasks_query CHECK (length(query) BETWEEN 1 AND 2048),
  CONSTRAINT vendor_tasks_task_id CHECK (length(task_id) BETWEEN 1 AND 64)
);

CREATE INDEX vendor_tasks_query_idx ON vendor_tasks (target, query, submitted_at DESC);
CREATE INDEX vendor_tasks_submitted_at_idx ON vendor_tasks (submitted_at);

COMMENT ON TABLE vendor_tasks IS 'Tasks of the vendor''s asynchronous API, kept for two days; the vendor keeps results for one.';
COMMENT ON COLUMN vendor_tasks.id IS 'What the vendor is told to call back with, signed.';
COMMENT ON COLUMN vendor_tasks.task_id IS 'The vendor''s own id.';
COMMENT ON COLUMN vendor_tasks.answered_at IS 'When its result was first seen, and accounted for in vendor_calls. NULL for long: nobody asked for it again, and the vendor may have charged it.';
COMMENT ON COLUMN vendor_tasks.ended_at IS 'When it turned out that it brings no answer that could be kept.';

ALTER TABLE vendor_tasks ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON vendor_tasks FROM anon, authenticated;
GRANT ALL ON vendor_tasks TO service_role;
