/**
 * Statements that multiply a few stored profiles into `bench.0`, `bench.1`, …: same values, other keys. Signed picture addresses become
 * short ones, captions are cut and the analytics keep only some groups, so that an answer has 13 KB for every server.
 */

/** $1: how many. */
export const copyProfiles = `
  INSERT INTO profiles
  SELECT copy.*
  FROM (
    SELECT profiles AS template, row_number() OVER (ORDER BY username) AS nth, count(*) OVER () AS of
    FROM profiles
    WHERE 12 <= (SELECT count(*) FROM post_profiles WHERE profile_id = profiles.id)
  ) AS stored
  JOIN generate_series(0, $1::integer - 1) AS n ON n % stored.of = stored.nth - 1
  CROSS JOIN LATERAL jsonb_populate_record(stored.template, jsonb_build_object(
    'id', md5('profile ' || n),
    'username', 'bench.' || n,
    'instagram_user_id', 'bench.' || n,
    'profile_pic_url', 'https://pictures.invalid/p/' || n || '.jpg',
    'profile_pic_url_hd', 'https://pictures.invalid/p/' || n || '.hd.jpg',
    'analytics', (stored.template).analytics - '{engagement,averages,cadence,data_quality,not_public,influence,best_times}'::text[],
    'raw_data', '{}'::jsonb,
    'data_version', 1,
    'last_refreshed', date_trunc('milliseconds', now()),
    'created_at', date_trunc('milliseconds', now()),
    'updated_at', date_trunc('milliseconds', now())
  )) AS copy`

/** The 12 latest posts of each template, for each of its copies. */
export const copyPosts = `
  WITH copied AS (
    SELECT copy.id AS profile_id, copy.username, link.post_id, link.is_pinned, link.relation, link.posted_at,
      row_number() OVER (PARTITION BY copy.id ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC) AS nth
    FROM profiles AS copy
    JOIN profiles AS template ON template.fbid = copy.fbid AND template.username NOT LIKE 'bench.%'
    JOIN post_profiles AS link ON link.profile_id = template.id
    WHERE copy.username LIKE 'bench.%'
  ), stored AS (
    INSERT INTO posts
    SELECT copy.*
    FROM copied JOIN posts ON posts.id = copied.post_id
    CROSS JOIN LATERAL jsonb_populate_record(posts, jsonb_build_object(
      'id', md5('post ' || copied.profile_id || copied.post_id),
      'profile_id', copied.profile_id,
      'instagram_post_id', copied.profile_id || ' ' || copied.post_id,
      'shortcode', left(md5(copied.profile_id || ' ' || copied.post_id), 11) || '-' || copied.nth || copied.username,
      'caption', left(posts.caption, 60),
      'accessibility_caption', NULL,
      'hashtags', posts.hashtags[:2],
      'display_url', 'https://pictures.invalid/d/' || copied.nth || '.jpg',
      'thumbnail_src', 'https://pictures.invalid/t/' || copied.nth || '.jpg',
      'video_url', CASE WHEN posts.is_video THEN 'https://pictures.invalid/v/' || copied.nth || '.mp4' END,
      'thumbnail_resources', '[]'::jsonb, 'sidecar_children', '[]'::jsonb, 'tagged_users', '[]'::jsonb,
      'coauthor_producers', '[]'::jsonb, 'raw_data', '{}'::jsonb
    )) AS copy
    WHERE copied.nth <= 12
  )
  INSERT INTO post_profiles (profile_id, post_id, relation, is_pinned, posted_at)
  SELECT profile_id, md5('post ' || profile_id || post_id)::uuid, relation, is_pinned, posted_at
  FROM copied
  WHERE nth <= 12`

/** $1: the users; profile n is unlocked by user n modulo their number. */
export const grantWindows = `
  INSERT INTO user_profile_access (user_id, profile_id)
  SELECT ($1::uuid[])[1 + split_part(username, '.', 2)::integer % cardinality($1::uuid[])], id
  FROM profiles
  WHERE username LIKE 'bench.%'`
