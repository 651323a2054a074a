-- A task is noted before the vendor takes it, so that whoever needs it meanwhile waits instead of ordering it again. Processes of the version
-- before take such a row for a database that does not answer, and order by themselves.

ALTER TABLE vendor_tasks ALTER COLUMN task_id DROP NOT NULL;

COMMENT ON COLUMN vendor_tasks.task_id IS 'The vendor''s own id. NULL while it is being ordered; one that stays so for a minute was lost with its process.';
