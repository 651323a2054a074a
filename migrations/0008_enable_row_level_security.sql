-- Row-level security. On Supabase the public schema is served to browsers: a table without it is public.
-- Users read their own rows and the Instagram data of profiles they hold an unexpired window on; only the service role writes.

ALTER TABLE auth_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE related_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE profile_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE vendor_answers ENABLE ROW LEVEL SECURITY;
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE post_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE mentions ENABLE ROW LEVEL SECURITY;
ALTER TABLE comment_sentiment ENABLE ROW LEVEL SECURITY;
ALTER TABLE audience_demographics ENABLE ROW LEVEL SECURITY;
ALTER TABLE creator_metadata ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_profile_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_favorites ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_searches ENABLE ROW LEVEL SECURITY;
ALTER TABLE search_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaigns ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_profiles ENABLE ROW LEVEL SECURITY;

-- TRUNCATE and REFERENCES are not held back by policies: take everything away, then give SELECT where a policy decides.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM anon, authenticated;
GRANT ALL ON ALL TABLES IN SCHEMA public TO service_role;
GRANT SELECT ON
  auth_users,
  user_profiles,
  profiles,
  related_profiles,
  profile_snapshots,
  posts,
  post_profiles,
  mentions,
  comment_sentiment,
  audience_demographics,
  creator_metadata,
  user_profile_access,
  user_favorites,
  user_searches,
  search_history,
  campaigns,
  campaign_posts,
  campaign_profiles
TO authenticated;

CREATE POLICY auth_users_select_own ON auth_users FOR SELECT TO authenticated
  USING (id = (SELECT auth.uid()));

CREATE POLICY user_profiles_select_own ON user_profiles FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY user_profile_access_select_own ON user_profile_access FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY user_favorites_select_own ON user_favorites FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY user_searches_select_own ON user_searches FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY search_history_select_own ON search_history FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

CREATE POLICY campaigns_select_own ON campaigns FOR SELECT TO authenticated
  USING (user_id = (SELECT auth.uid()));

-- The one definition of access, for policies: a window of the calling user that has not ended.
CREATE FUNCTION has_profile_access(profile uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = ''
RETURN EXISTS (
  SELECT 1 FROM public.user_profile_access AS access
  WHERE access.user_id = (SELECT auth.uid()) AND access.profile_id = profile AND access.expires_at > now()
);

REVOKE ALL ON FUNCTION has_profile_access(uuid) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION has_profile_access(uuid) TO authenticated, service_role;

CREATE POLICY profiles_select_unlocked ON profiles FOR SELECT TO authenticated
  USING (has_profile_access(id));

CREATE POLICY related_profiles_select_unlocked ON related_profiles FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY profile_snapshots_select_unlocked ON profile_snapshots FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY mentions_select_unlocked ON mentions FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY audience_demographics_select_unlocked ON audience_demographics FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY creator_metadata_select_unlocked ON creator_metadata FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY post_profiles_select_unlocked ON post_profiles FOR SELECT TO authenticated
  USING (has_profile_access(profile_id));

CREATE POLICY posts_select_unlocked ON posts FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM post_profiles AS link WHERE link.post_id = posts.id AND has_profile_access(link.profile_id)));

CREATE POLICY comment_sentiment_select_unlocked ON comment_sentiment FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM post_profiles AS link WHERE link.post_id = comment_sentiment.post_id AND has_profile_access(link.profile_id)));

CREATE POLICY campaign_posts_select_own ON campaign_posts FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM campaigns WHERE campaigns.id = campaign_posts.campaign_id AND campaigns.user_id = (SELECT auth.uid())));

CREATE POLICY campaign_profiles_select_own ON campaign_profiles FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM campaigns WHERE campaigns.id = campaign_profiles.campaign_id AND campaigns.user_id = (SELECT auth.uid())));
