-- The answer of GET /profile/{username} as it goes over the wire, beside the rows that it is made of.

CREATE TABLE encoded_answers (
  profile_id uuid PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
  data_version bigint NOT NULL,
  form integer NOT NULL,
  body json NOT NULL,
  encoded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT encoded_answers_data_version CHECK (data_version > 0),
  CONSTRAINT encoded_answers_body_object CHECK (json_typeof(body) = 'object')
);

COMMENT ON TABLE encoded_answers IS 'Derived, may be emptied at any time: what profiles, posts and post_profiles say, encoded once. Read only where data_version is that of the profile and form that of the reader, else made anew from the rows.';
COMMENT ON COLUMN encoded_answers.data_version IS 'profiles.data_version that the body says.';
COMMENT ON COLUMN encoded_answers.form IS 'Version of the code that encoded it.';
COMMENT ON COLUMN encoded_answers.body IS 'json, not jsonb: the text is kept as it was encoded. Without freshness, which depends on the moment of reading.';

ALTER TABLE encoded_answers ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON encoded_answers FROM anon, authenticated;
GRANT ALL ON encoded_answers TO service_role;
