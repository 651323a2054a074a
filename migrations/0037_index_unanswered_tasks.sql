-- Tasks whose results lie at the vendor, ordered and paid for, because nobody came for them: there are few, and they are looked for all the time.

CREATE INDEX vendor_tasks_unanswered_idx ON vendor_tasks (target, submitted_at)
  WHERE answered_at IS NULL AND ended_at IS NULL AND task_id IS NOT NULL;
