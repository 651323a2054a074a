-- What administrators list: users, latest first and by their standing, and the work of everybody; and how much of it is under way.

CREATE INDEX auth_users_latest_idx ON auth_users (created_at DESC, id DESC);
CREATE INDEX user_profiles_admins_idx ON user_profiles (user_id) WHERE role = 'admin';
CREATE INDEX user_profiles_suspended_idx ON user_profiles (user_id) WHERE status = 'suspended';

CREATE INDEX jobs_all_latest_idx ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_under_way_idx ON jobs (created_at DESC, id DESC) WHERE finished_at IS NULL;
