-- Stored profiles as they are searched: the most followed first, those of unknown size last, under each filter by itself; by what their
-- names begin with and contain. Only as much of a text is indexed as a search can ask for, so that none is too long for an index. On a large
-- table build them beforehand under these names with CREATE INDEX CONCURRENTLY: they are then left as they are.

CREATE INDEX IF NOT EXISTS profiles_discovery_idx ON profiles (coalesce(followers_count, -1) DESC, id DESC)
  WHERE availability <> 'gone';
CREATE INDEX IF NOT EXISTS profiles_discovery_category_idx ON profiles (lower(left(category, 100)), coalesce(followers_count, -1) DESC, id DESC)
  WHERE availability <> 'gone';
CREATE INDEX IF NOT EXISTS profiles_discovery_verified_idx ON profiles (is_verified, coalesce(followers_count, -1) DESC, id DESC)
  WHERE availability <> 'gone';
CREATE INDEX IF NOT EXISTS profiles_discovery_business_idx ON profiles (is_business_account, coalesce(followers_count, -1) DESC, id DESC)
  WHERE availability <> 'gone';
CREATE INDEX IF NOT EXISTS profiles_engagement_rate_idx ON profiles (engagement_rate) WHERE engagement_rate IS NOT NULL;
CREATE INDEX IF NOT EXISTS profiles_full_name_prefix_idx ON profiles (lower(left(full_name, 100)) text_pattern_ops);
CREATE INDEX IF NOT EXISTS profiles_full_name_trgm_idx ON profiles USING gin (lower(full_name) extensions.gin_trgm_ops);
