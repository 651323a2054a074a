-- What can be estimated of an audience and derived of a creator; absent rather than invented.

CREATE TABLE audience_demographics (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL UNIQUE REFERENCES profiles (id) ON DELETE CASCADE,
  gender_distribution jsonb,
  age_distribution jsonb,
  location_distribution jsonb,
  language_distribution jsonb,
  sample_size integer NOT NULL,
  confidence_score double precision NOT NULL,
  analysis_method text NOT NULL,
  analysis_version integer NOT NULL,
  last_sampled timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT audience_demographics_gender_object CHECK (jsonb_typeof(gender_distribution) = 'object'),
  CONSTRAINT audience_demographics_age_object CHECK (jsonb_typeof(age_distribution) = 'object'),
  CONSTRAINT audience_demographics_location_object CHECK (jsonb_typeof(location_distribution) = 'object'),
  CONSTRAINT audience_demographics_language_object CHECK (jsonb_typeof(language_distribution) = 'object'),
  CONSTRAINT audience_demographics_sample_size CHECK (sample_size >= 0),
  CONSTRAINT audience_demographics_confidence_score CHECK (confidence_score BETWEEN 0 AND 1)
);

COMMENT ON TABLE audience_demographics IS 'Estimate of a profile''s audience. Each distribution maps a label to a share and sums to 1, or is NULL: not known.';

CREATE TABLE creator_metadata (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL UNIQUE REFERENCES profiles (id) ON DELETE CASCADE,
  extracted_location text,
  categories text[] NOT NULL DEFAULT '{}',
  content_themes jsonb NOT NULL DEFAULT '[]',
  primary_language text,
  secondary_languages text[] NOT NULL DEFAULT '{}',
  content_sentiment text,
  brand_mentions jsonb NOT NULL DEFAULT '[]',
  evidence jsonb NOT NULL DEFAULT '{}',
  analysis_confidence double precision,
  analysis_version integer NOT NULL,
  posts_analyzed integer NOT NULL,
  last_updated timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT creator_metadata_content_themes_array CHECK (jsonb_typeof(content_themes) = 'array'),
  CONSTRAINT creator_metadata_primary_language CHECK (primary_language ~ '^[a-z]{2,3}$'),
  CONSTRAINT creator_metadata_content_sentiment CHECK (content_sentiment IN ('positive', 'negative', 'neutral', 'mixed')),
  CONSTRAINT creator_metadata_brand_mentions_array CHECK (jsonb_typeof(brand_mentions) = 'array'),
  CONSTRAINT creator_metadata_evidence_object CHECK (jsonb_typeof(evidence) = 'object'),
  CONSTRAINT creator_metadata_analysis_confidence CHECK (analysis_confidence BETWEEN 0 AND 1),
  CONSTRAINT creator_metadata_posts_analyzed CHECK (posts_analyzed >= 0)
);

CREATE INDEX creator_metadata_categories_idx ON creator_metadata USING gin (categories);

COMMENT ON TABLE creator_metadata IS 'What is derived of a creator, with the posts it was derived from. Languages are ISO 639 codes.';
