-- Peers of a profile are the nearest by followers of its kind, from an index alone; who mentions an account is listed newest first.

CREATE INDEX profiles_peers_idx ON profiles (is_business_account, followers_count, id) INCLUDE (engagement_rate, posts_per_week, influence_score)
  WHERE engagement_rate IS NOT NULL AND availability = 'available';
CREATE INDEX mentions_mentioned_by_idx ON mentions (mentioned_username, mentioned_at DESC, id DESC);
DROP INDEX mentions_mentioned_username_idx;
