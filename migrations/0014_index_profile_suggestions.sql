-- Usernames by their beginning, whatever the database's collation, and by parts of them, for suggestions while somebody types. On a
-- large table build both beforehand under these names with CREATE INDEX CONCURRENTLY: they are then left as they are.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions;

CREATE INDEX IF NOT EXISTS profiles_username_prefix_idx ON profiles (username text_pattern_ops);
CREATE INDEX IF NOT EXISTS profiles_username_trgm_idx ON profiles USING gin (username extensions.gin_trgm_ops);
