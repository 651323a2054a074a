-- What is too old is found by its age, a batch at a time.

CREATE INDEX vendor_answers_fetched_at_idx ON vendor_answers (fetched_at, id);
CREATE INDEX post_answers_fetched_at_idx ON post_answers (fetched_at, id);
CREATE INDEX jobs_finished_at_idx ON jobs (finished_at, id) WHERE finished_at IS NOT NULL;
