-- Posts, who lists them, whom they mention, and what their comments felt like.

CREATE TABLE posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  instagram_post_id text NOT NULL UNIQUE,
  shortcode text NOT NULL UNIQUE,
  owner_username text,
  owner_instagram_user_id text,
  media_type text NOT NULL,
  product_type text,
  is_video boolean NOT NULL,
  is_carousel boolean NOT NULL,
  carousel_media_count integer,
  display_url text,
  thumbnail_src text,
  thumbnail_tall_src text,
  video_url text,
  video_view_count bigint,
  video_play_count bigint,
  video_duration double precision,
  has_audio boolean,
  width integer,
  height integer,
  caption text,
  accessibility_caption text,
  likes_count bigint,
  likes_hidden boolean NOT NULL DEFAULT false,
  comments_count bigint,
  comments_disabled boolean,
  like_and_view_counts_disabled boolean,
  viewer_can_reshare boolean,
  has_upcoming_event boolean,
  location_name text,
  location_id text,
  taken_at_timestamp bigint,
  posted_at timestamptz,
  thumbnail_resources jsonb NOT NULL DEFAULT '[]',
  sidecar_children jsonb NOT NULL DEFAULT '[]',
  tagged_users jsonb NOT NULL DEFAULT '[]',
  coauthor_producers jsonb NOT NULL DEFAULT '[]',
  hashtags text[] NOT NULL DEFAULT '{}',
  mentions text[] NOT NULL DEFAULT '{}',
  engagement_rate double precision,
  performance_score double precision,
  raw_data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT posts_owner_username_format CHECK (owner_username = lower(owner_username) AND owner_username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT posts_media_type CHECK (media_type IN ('photo', 'carousel', 'reel', 'video')),
  CONSTRAINT posts_carousel_media_count CHECK (carousel_media_count >= 0),
  CONSTRAINT posts_video_view_count CHECK (video_view_count >= 0),
  CONSTRAINT posts_video_play_count CHECK (video_play_count >= 0),
  CONSTRAINT posts_video_duration CHECK (video_duration >= 0),
  CONSTRAINT posts_likes_count CHECK (likes_count >= 0),
  CONSTRAINT posts_likes_hidden CHECK (NOT (likes_hidden AND likes_count IS NOT NULL)),
  CONSTRAINT posts_comments_count CHECK (comments_count >= 0),
  CONSTRAINT posts_thumbnail_resources_array CHECK (jsonb_typeof(thumbnail_resources) = 'array'),
  CONSTRAINT posts_sidecar_children_array CHECK (jsonb_typeof(sidecar_children) = 'array'),
  CONSTRAINT posts_tagged_users_array CHECK (jsonb_typeof(tagged_users) = 'array'),
  CONSTRAINT posts_coauthor_producers_array CHECK (jsonb_typeof(coauthor_producers) = 'array'),
  CONSTRAINT posts_raw_data_object CHECK (jsonb_typeof(raw_data) = 'object'),
  CONSTRAINT posts_engagement_rate CHECK (engagement_rate >= 0)
);

CREATE INDEX posts_profile_id_posted_at_idx ON posts (profile_id, posted_at DESC NULLS LAST);
CREATE INDEX posts_hashtags_idx ON posts USING gin (hashtags);

COMMENT ON TABLE posts IS 'Instagram posts, one row each whoever lists them. Who lists a post is in post_profiles.';
COMMENT ON COLUMN posts.profile_id IS 'The stored profile the post is attributed to: its owner once the owner is stored, else the profile it was first seen under.';
COMMENT ON COLUMN posts.likes_count IS 'NULL is unknown: hidden by the owner (likes_hidden) or not sent.';
COMMENT ON COLUMN posts.video_duration IS 'Seconds, with fractions.';
COMMENT ON COLUMN posts.taken_at_timestamp IS 'Unix seconds as the vendor sent them; posted_at is the same instant.';
COMMENT ON COLUMN posts.engagement_rate IS 'Percent: (likes + comments) / followers of the owner when fetched.';

CREATE TABLE post_profiles (
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  relation text NOT NULL,
  is_pinned boolean NOT NULL DEFAULT false,
  posted_at timestamptz,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (profile_id, post_id),
  CONSTRAINT post_profiles_relation CHECK (relation IN ('owner', 'collaborator'))
);

CREATE INDEX post_profiles_latest_idx ON post_profiles (profile_id, posted_at DESC NULLS LAST, post_id DESC);
CREATE INDEX post_profiles_post_id_idx ON post_profiles (post_id);

COMMENT ON TABLE post_profiles IS 'Which profiles list a post: its owner and, for a collaboration, every collaborator. No insert collides and no profile loses the post.';
COMMENT ON COLUMN post_profiles.posted_at IS 'Copy of posts.posted_at, so that the latest posts of a profile are one index range.';

CREATE TABLE mentions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  post_id uuid REFERENCES posts (id) ON DELETE CASCADE,
  mentioned_username text NOT NULL,
  mention_type text NOT NULL,
  mention_context text,
  mentioned_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT mentions_edge_key UNIQUE NULLS NOT DISTINCT (profile_id, post_id, mentioned_username, mention_type),
  CONSTRAINT mentions_mentioned_username_format CHECK (mentioned_username = lower(mentioned_username) AND mentioned_username ~ '^[a-z0-9._]{1,30}$'),
  CONSTRAINT mentions_mention_type CHECK (mention_type IN ('tag', 'caption', 'comment', 'biography', 'collaboration')),
  CONSTRAINT mentions_mention_context_length CHECK (char_length(mention_context) <= 500)
);

CREATE INDEX mentions_post_id_idx ON mentions (post_id);
CREATE INDEX mentions_mentioned_username_idx ON mentions (mentioned_username);
CREATE INDEX mentions_latest_idx ON mentions (profile_id, mentioned_at DESC, id DESC);

COMMENT ON TABLE mentions IS 'Whom a profile mentions, each edge with the post it stands in (none: the biography).';
COMMENT ON COLUMN mentions.mentioned_at IS 'When the post was posted; for a biography, when it was first seen.';

CREATE TABLE comment_sentiment (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  method text NOT NULL,
  method_version integer NOT NULL,
  positive_score double precision,
  negative_score double precision,
  neutral_score double precision,
  overall_sentiment text NOT NULL,
  comments_analyzed integer NOT NULL,
  comments_decided integer NOT NULL,
  analysis_timestamp timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT comment_sentiment_post_id_method_key UNIQUE (post_id, method, method_version),
  CONSTRAINT comment_sentiment_scores CHECK (
    (comments_decided = 0 AND positive_score IS NULL AND negative_score IS NULL AND neutral_score IS NULL)
    OR (comments_decided > 0 AND positive_score BETWEEN 0 AND 1 AND negative_score BETWEEN 0 AND 1 AND neutral_score BETWEEN 0 AND 1
      AND abs(positive_score + negative_score + neutral_score - 1) < 1e-6)
  ),
  CONSTRAINT comment_sentiment_overall CHECK (overall_sentiment IN ('positive', 'negative', 'neutral', 'mixed', 'undecided')),
  CONSTRAINT comment_sentiment_comments_analyzed CHECK (comments_analyzed > 0),
  CONSTRAINT comment_sentiment_comments_decided CHECK (comments_decided BETWEEN 0 AND comments_analyzed)
);

COMMENT ON TABLE comment_sentiment IS 'Sentiment of a post''s comments by one version of one method. Scores are shares of the decided comments and sum to 1.';
