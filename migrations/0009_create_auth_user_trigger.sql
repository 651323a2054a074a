-- Keeps auth_users in step with Supabase's users. The function runs as its owner (GoTrue's role may not write here), with a fixed
-- search_path, and nobody may call it: triggers do not need EXECUTE.

CREATE FUNCTION sync_auth_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$
DECLARE
  -- Supabase Auth stores a missing map as JSON null, and an error here would refuse the sign-up.
  app_metadata jsonb := CASE jsonb_typeof(NEW.raw_app_meta_data) WHEN 'object' THEN NEW.raw_app_meta_data ELSE '{}' END;
  user_metadata jsonb := CASE jsonb_typeof(NEW.raw_user_meta_data) WHEN 'object' THEN NEW.raw_user_meta_data ELSE '{}' END;
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE public.auth_users SET deleted_at = now(), updated_at = now() WHERE id = OLD.id AND deleted_at IS NULL;
    RETURN OLD;
  END IF;
  -- An address that moved to another account must not block the new owner's sign-up.
  UPDATE public.auth_users SET email = NULL, updated_at = now() WHERE email = lower(NEW.email) AND id <> NEW.id;
  INSERT INTO public.auth_users AS current (
    id, email, email_confirmed_at, phone, app_metadata, user_metadata, last_sign_in_at, banned_until, deleted_at, created_at, updated_at
  ) VALUES (
    NEW.id, nullif(lower(NEW.email), ''), NEW.email_confirmed_at, nullif(NEW.phone, ''), app_metadata, user_metadata, NEW.last_sign_in_at, NEW.banned_until, NEW.deleted_at, coalesce(NEW.created_at, now()), now()
  )
  ON CONFLICT (id) DO UPDATE SET
    email = excluded.email, email_confirmed_at = excluded.email_confirmed_at, phone = excluded.phone,
    app_metadata = excluded.app_metadata, user_metadata = excluded.user_metadata, last_sign_in_at = excluded.last_sign_in_at,
    banned_until = excluded.banned_until, deleted_at = excluded.deleted_at, updated_at = excluded.updated_at;
  INSERT INTO public.user_profiles (user_id) VALUES (NEW.id) ON CONFLICT (user_id) DO NOTHING;
  RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION sync_auth_user() FROM PUBLIC, anon, authenticated;

CREATE TRIGGER analytics_following_sync_user
  AFTER INSERT OR UPDATE OR DELETE ON auth.users
  FOR EACH ROW EXECUTE FUNCTION public.sync_auth_user();
