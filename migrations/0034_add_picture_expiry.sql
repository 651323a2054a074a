-- Until when a profile's picture can be had at the addresses that are stored: Instagram signs them for some days.

ALTER TABLE profiles ADD COLUMN profile_pic_expires_at timestamptz;

COMMENT ON COLUMN profiles.profile_pic_expires_at IS 'When the first of the two addresses of the picture ends, by its own signature; NULL where they do not say.';
