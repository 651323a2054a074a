-- Each insight whole, in its honest shape, beside the columns that people filter by. NULL: computed by an older version, or brought by
-- adoption.

ALTER TABLE creator_metadata ADD COLUMN details jsonb;
ALTER TABLE audience_demographics ADD COLUMN details jsonb;
ALTER TABLE comment_sentiment ADD COLUMN details jsonb;

ALTER TABLE creator_metadata ADD CONSTRAINT creator_metadata_details_object CHECK (jsonb_typeof(details) = 'object') NOT VALID;
ALTER TABLE audience_demographics ADD CONSTRAINT audience_demographics_details_object CHECK (jsonb_typeof(details) = 'object') NOT VALID;
ALTER TABLE comment_sentiment ADD CONSTRAINT comment_sentiment_details_object CHECK (jsonb_typeof(details) = 'object') NOT VALID;

ALTER TABLE creator_metadata VALIDATE CONSTRAINT creator_metadata_details_object;
ALTER TABLE audience_demographics VALIDATE CONSTRAINT audience_demographics_details_object;
ALTER TABLE comment_sentiment VALIDATE CONSTRAINT comment_sentiment_details_object;

COMMENT ON COLUMN creator_metadata.details IS 'Every finding with value, status, method, version, sample and evidence; the columns beside it repeat the ones people filter by.';
COMMENT ON COLUMN audience_demographics.details IS 'Every figure with value, status, method, version, sample and interval, and what is known of the commenters as a whole.';
COMMENT ON COLUMN comment_sentiment.details IS 'Counts of sentiments, intents and languages over the comments of the post; no comment and no commenter.';
