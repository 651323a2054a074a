-- Lists of campaigns and of what is attached to them page by index, in the order they are shown. campaigns_latest_idx stays for the
-- foreign key.

CREATE INDEX campaigns_live_idx ON campaigns (user_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX campaigns_live_status_idx ON campaigns (user_id, status, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX campaigns_bin_idx ON campaigns (user_id, deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL;
CREATE INDEX campaign_posts_latest_idx ON campaign_posts (campaign_id, added_at DESC, id DESC);
CREATE INDEX campaign_profiles_latest_idx ON campaign_profiles (campaign_id, added_at DESC, id DESC);
