-- Of those who wait for a fetch, who was told that it goes on as a job: they hear of its end.

ALTER TABLE profile_fetch_callers ADD COLUMN is_job boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN profile_fetch_callers.is_job IS 'The caller was answered with a job before the fetch ended.';
