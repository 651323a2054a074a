-- Who uses the product. One user id everywhere: auth_users.id = Supabase auth.users.id = the `sub` of an access token.

CREATE TABLE auth_users (
  id uuid PRIMARY KEY,
  email text UNIQUE,
  email_confirmed_at timestamptz,
  phone text,
  app_metadata jsonb NOT NULL DEFAULT '{}',
  user_metadata jsonb NOT NULL DEFAULT '{}',
  last_sign_in_at timestamptz,
  banned_until timestamptz,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT auth_users_email_lower CHECK (email = lower(email)),
  CONSTRAINT auth_users_email_length CHECK (char_length(email) BETWEEN 3 AND 320),
  CONSTRAINT auth_users_app_metadata_object CHECK (jsonb_typeof(app_metadata) = 'object'),
  CONSTRAINT auth_users_user_metadata_object CHECK (jsonb_typeof(user_metadata) = 'object')
);

COMMENT ON TABLE auth_users IS 'Projection of Supabase auth.users: identity only, no secret. Kept by a trigger where auth.users exists and by an upsert on the first authenticated request elsewhere.';
COMMENT ON COLUMN auth_users.user_metadata IS 'Writable by the user: never read for role, status or any right.';

CREATE TABLE user_profiles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL UNIQUE REFERENCES auth_users (id) ON DELETE CASCADE,
  first_name text,
  last_name text,
  full_name text,
  company text,
  job_title text,
  phone_number text,
  bio text,
  avatar_url text,
  timezone text NOT NULL DEFAULT 'UTC',
  language text NOT NULL DEFAULT 'en',
  role text NOT NULL DEFAULT 'user',
  status text NOT NULL DEFAULT 'active',
  subscription_tier text NOT NULL DEFAULT 'free',
  subscription_expires_at timestamptz,
  preferences jsonb NOT NULL DEFAULT '{}',
  notification_preferences jsonb NOT NULL DEFAULT '{}',
  two_factor_enabled boolean NOT NULL DEFAULT false,
  profile_visibility boolean NOT NULL DEFAULT true,
  data_analytics_enabled boolean NOT NULL DEFAULT true,
  last_login_at timestamptz,
  last_activity_at timestamptz,
  login_count integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_profiles_first_name_length CHECK (char_length(first_name) <= 100),
  CONSTRAINT user_profiles_last_name_length CHECK (char_length(last_name) <= 100),
  CONSTRAINT user_profiles_full_name_length CHECK (char_length(full_name) <= 200),
  CONSTRAINT user_profiles_company_length CHECK (char_length(company) <= 200),
  CONSTRAINT user_profiles_job_title_length CHECK (char_length(job_title) <= 200),
  CONSTRAINT user_profiles_phone_number_length CHECK (char_length(phone_number) <= 40),
  CONSTRAINT user_profiles_bio_length CHECK (char_length(bio) <= 2000),
  CONSTRAINT user_profiles_avatar_url_length CHECK (char_length(avatar_url) <= 2048),
  CONSTRAINT user_profiles_timezone_length CHECK (char_length(timezone) BETWEEN 1 AND 64),
  CONSTRAINT user_profiles_language_length CHECK (char_length(language) BETWEEN 2 AND 35),
  CONSTRAINT user_profiles_role CHECK (role IN ('user', 'admin')),
  CONSTRAINT user_profiles_status CHECK (status IN ('active', 'suspended')),
  CONSTRAINT user_profiles_subscription_tier CHECK (subscription_tier IN ('free', 'standard', 'premium', 'enterprise')),
  CONSTRAINT user_profiles_preferences_object CHECK (jsonb_typeof(preferences) = 'object'),
  CONSTRAINT user_profiles_notification_preferences_object CHECK (jsonb_typeof(notification_preferences) = 'object'),
  CONSTRAINT user_profiles_login_count CHECK (login_count >= 0)
);

COMMENT ON TABLE user_profiles IS 'One row per user: what the user says of themselves, settings, role, status and plan.';
COMMENT ON COLUMN user_profiles.role IS 'Rights. Written by administrators only.';
COMMENT ON COLUMN user_profiles.status IS 'A suspended user is refused at once.';
