import * as to from "./Expressions.ts"
import { asOf, type Column, column, fill, type Places, type TableRules, verdictOn, without } from "./TableRules.ts"

/**
 * Posts. The old table had a row for each profile that listed a post; now a post is one row, and who lists it is in `post_profiles`: the rows
 * of a collaboration are merged, and each leaves its link.
 */
export const posts = (at: Places): TableRules => ({
  table: "posts",
  keyType: "uuid",
  joins: `${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT ${to.label("l.shortcode")} AS shortcode,
    ${to.label("regexp_replace(btrim(l.instagram_post_id), '^([0-9]+)_[0-9]+$', '\\1')")} AS instagram_post_id,
    ${seconds} AS taken_at, ${to.instant("l.posted_at")} AS posted_at,
    ${ownerName} AS owner_username, ${ownerId} AS owner_id, ${mediaType} AS media_type) AS n`,
  target: "l.id",
  stands: { table: "posts", column: "id" },
  refused: {},
  orphaned: {
    shortcode_invalid: "n.shortcode IS NULL",
    instagram_post_id_invalid: "n.instagram_post_id IS NULL",
    media_type_unknown: "n.media_type IS NULL",
    ...without("p", "profile")
  },
  groups: [
    { by: "n.shortcode", reason: "same_shortcode" },
    { by: "n.instagram_post_id", reason: "same_instagram_post_id" }
  ],
  prefer: "l.created_at DESC NULLS LAST",
  changed: {
    owner_unknown: "n.owner_username IS NULL AND n.owner_id IS NULL AND jsonb_array_length(" + to.array("l.coauthor_producers") +
      ") > 0"
  },
  writes: [
    {
      into: "posts",
      columns: {
        id: "l.id",
        profile_id: `coalesce((${ownerProfile}), p.target)`,
        instagram_post_id: column("n.instagram_post_id", {
          instagram_post_id_normalized: "n.instagram_post_id <> l.instagram_post_id"
        }),
        shortcode: "n.shortcode",
        owner_username: "n.owner_username",
        owner_instagram_user_id: "n.owner_id",
        media_type: column("n.media_type", { media_type_derived: `(${knownType}) IS NULL` }),
        product_type: to.filled("l.raw_data ->> 'product_type'"),
        is_video: column("n.media_type IN ('video', 'reel')", {
          is_video_corrected:
            "l.is_video IS NOT NULL AND l.is_video <> (n.media_type IN ('video', 'reel')) AND n.media_type <> 'carousel'"
        }),
        is_carousel: "n.media_type = 'carousel'",
        carousel_media_count: count("l.carousel_media_count"),
        ...filledFromMerged(
          "display_url",
          "thumbnail_src",
          "thumbnail_tall_src",
          "video_url",
          "caption",
          "accessibility_caption"
        ),
        video_view_count: count("l.video_view_count"),
        video_duration: count("l.video_duration"),
        has_audio: column("l.has_audio", {}, fill),
        width: count("l.width"),
        height: count("l.height"),
        // The vendor sends -1 for likes that the owner hides.
        likes_count: column(to.count("l.likes_count"), {
          likes_hidden: "l.likes_count = -1",
          count_out_of_range: `l.likes_count <> -1 AND (${to.count("l.likes_count")}) IS NULL`
        }),
        likes_hidden: "coalesce(l.likes_count = -1, false)",
        comments_count: count("l.comments_count"),
        comments_disabled: "l.comments_disabled",
        like_and_view_counts_disabled: "l.like_and_view_counts_disabled",
        viewer_can_reshare: "l.viewer_can_reshare",
        has_upcoming_event: "l.has_upcoming_event",
        location_name: column(to.filled("l.location_name"), {}, fill),
        location_id: column(to.filled("l.location_id"), {}, fill),
        taken_at_timestamp: column("n.taken_at", {
          taken_at_out_of_range: to.lost("l.taken_at_timestamp", "n.taken_at"),
          taken_at_in_milliseconds: "n.taken_at <> l.taken_at_timestamp"
        }),
        posted_at: column(postedAt, {
          posted_at_filled: "l.posted_at IS NULL AND n.taken_at IS NOT NULL",
          // The old code mixed local and universal time; Instagram's own figure is universal.
          posted_at_corrected: "abs(extract(epoch FROM n.posted_at) - n.taken_at) >= 1"
        }),
        thumbnail_resources: objects("l.thumbnail_resources"),
        sidecar_children: objects("l.sidecar_children"),
        tagged_users: objects("l.tagged_users"),
        coauthor_producers: objects("l.coauthor_producers"),
        hashtags: to.texts("l.hashtags", to.label("lower(regexp_replace(btrim(item), '^[#＃]', ''))")),
        mentions: to.texts("l.mentions", to.username("item")),
        engagement_rate: column(to.between("l.engagement_rate", 0, 1e12), {
          score_out_of_range: to.lost("l.engagement_rate", to.between("l.engagement_rate", 0, 1e12))
        }),
        performance_score: column(to.finite("l.performance_score"), {
          score_out_of_range: to.lost("l.performance_score", to.finite("l.performance_score"))
        }),
        raw_data: column(`coalesce(${to.object("l.raw_data")}, '{}')`, {
          raw_data_not_an_object: to.lost("l.raw_data", to.object("l.raw_data"))
        }),
        created_at: firstSeen(at),
        updated_at: firstSeen(at)
      }
    },
    {
      into: "post_profiles",
      merged: true,
      where: "p.target IS NOT NULL",
      columns: {
        profile_id: "p.target",
        post_id: "b.target",
        relation: relation,
        posted_at: "(SELECT stored.posted_at FROM public.posts AS stored WHERE stored.id = b.target)",
        first_seen_at: firstSeen(at),
        last_seen_at: firstSeen(at)
      },
      conflict: "(profile_id, post_id) DO UPDATE SET first_seen_at = least(current.first_seen_at, excluded.first_seen_at)"
    }
  ],
  dropped: {
    post_images: "links that have died; sidecar_children and raw_data say the same",
    post_thumbnails: "links that have died; thumbnail_resources and raw_data say the same"
  }
})

const ownerName = to.username("coalesce(l.raw_data #>> '{owner,username}', l.raw_data #>> '{user,username}')")
const ownerId = "substring(coalesce(l.raw_data #>> '{owner,id}', l.raw_data #>> '{user,pk}') from '^[0-9]{1,20}$')"

/** The stored profile of the owner, by Instagram id where the answer had one. */
const ownerProfile = `SELECT o.id FROM public.profiles AS o
          WHERE o.instagram_user_id = n.owner_id OR (n.owner_id IS NULL AND o.username = n.owner_username)`

/** Where no owner is named, the profile whose row survives counts as the owner, as it does for an answer that names none. */
const relation = `CASE WHEN n.owner_id IS NULL AND n.owner_username IS NULL
          THEN CASE b.verdict WHEN 'adopt' THEN 'owner' ELSE 'collaborator' END
          WHEN EXISTS (SELECT FROM public.profiles AS o WHERE o.id = p.target
            AND (o.instagram_user_id = n.owner_id OR ((n.owner_id IS NULL OR o.instagram_user_id IS NULL) AND o.username = n.owner_username)))
          THEN 'owner' ELSE 'collaborator' END`

const knownType = to.oneOf("l.media_type", {
  carousel: ["graphsidecar", "xdtgraphsidecar", "sidecar", "album"],
  reel: ["reels", "clips"],
  video: ["graphvideo", "xdtgraphvideo", "igtv"],
  photo: ["graphimage", "xdtgraphimage", "image"]
})

/** A video of product type `clips` is a reel. What the old code called otherwise is told by its flags, where it has any. */
const mediaType = `CASE
      WHEN coalesce(${knownType}, CASE WHEN l.is_carousel THEN 'carousel' WHEN l.is_video THEN 'video' WHEN NOT l.is_video THEN 'photo' END)
        = 'video' AND l.raw_data ->> 'product_type' = 'clips' THEN 'reel'
      ELSE coalesce(${knownType}, CASE WHEN l.is_carousel THEN 'carousel' WHEN l.is_video THEN 'video' WHEN NOT l.is_video THEN 'photo' END)
    END`

/** Unix seconds from 1970 to 2100; a larger figure that makes sense as milliseconds is taken as such. */
const seconds = `CASE WHEN l.taken_at_timestamp BETWEEN 0 AND 4102444800 THEN l.taken_at_timestamp
      WHEN l.taken_at_timestamp BETWEEN 1000000000000 AND 4102444800000 THEN l.taken_at_timestamp / 1000 END`

const postedAt = "coalesce(to_timestamp(n.taken_at), n.posted_at)"

const firstSeen = (at: Places) => `coalesce(${to.instant("l.created_at")}, ${postedAt}, ${asOf(at)})`

const count = (value: string): Column => column(to.count(value), { count_out_of_range: to.lost(value, to.count(value)) })

const objects = (value: string): Column =>
  column(to.objects(value), {
    json_items_dropped: `jsonb_array_length(${
      to.objects(value)
    }) <> CASE jsonb_typeof(${value}) WHEN 'array' THEN jsonb_array_length(${value})
      WHEN 'null' THEN 0 ELSE CASE WHEN ${value} IS NULL THEN 0 ELSE 1 END END`
  })

const filledFromMerged = (...names: ReadonlyArray<string>): Readonly<Record<string, Column>> =>
  Object.fromEntries(names.map((name) => [name, column(to.filled(`l.${name}`), {}, fill)]))
