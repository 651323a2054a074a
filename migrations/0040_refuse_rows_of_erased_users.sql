-- A request that was let in before its user's account was erased may still be under way: what it writes after the erasure is refused. An erased
-- user's row in auth_users stays, so that no foreign key would.

CREATE FUNCTION refuse_rows_of_the_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = ''
AS $$
DECLARE
  erased boolean;
BEGIN
  -- An erasure that has begun holds the row: this waits for its end, and then sees it.
  SELECT deleted_at IS NOT NULL AND app_metadata ? 'erased' INTO erased
  FROM public.auth_users WHERE id = NEW.user_id FOR KEY SHARE;
  IF erased THEN
    RAISE EXCEPTION 'the account was erased' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'user_erased';
  END IF;
  RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION refuse_rows_of_the_erased() FROM PUBLIC, anon, authenticated, service_role;

COMMENT ON COLUMN auth_users.app_metadata IS 'As Supabase has it; {"erased": true} once the account was erased, until it is used again.';

CREATE TRIGGER user_profiles_not_erased BEFORE UPDATE ON user_profiles
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER user_profile_access_not_erased BEFORE INSERT ON user_profile_access
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER user_favorites_not_erased BEFORE INSERT ON user_favorites
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER user_searches_not_erased BEFORE INSERT ON user_searches
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER search_history_not_erased BEFORE INSERT ON search_history
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER campaigns_not_erased BEFORE INSERT ON campaigns
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER idempotency_keys_not_erased BEFORE INSERT ON idempotency_keys
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER api_keys_not_erased BEFORE INSERT ON api_keys
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER webhook_endpoints_not_erased BEFORE INSERT ON webhook_endpoints
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER jobs_not_erased BEFORE INSERT ON jobs
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER profile_fetch_callers_not_erased BEFORE INSERT ON profile_fetch_callers
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
CREATE TRIGGER credit_reservations_not_erased BEFORE INSERT ON credit_reservations
  FOR EACH ROW EXECUTE FUNCTION public.refuse_rows_of_the_erased();
