import { threadOf } from "./Comments.ts"
import { daySeconds, followersAt, personaOf } from "./Persona.ts"
import type { Post } from "./Post.ts"
import { postCount } from "./Post.ts"
import { commonFields } from "./PostFields.ts"
import { likes, music, resources, viewerFields } from "./PostFragments.ts"
import { Prng } from "./Prng.ts"
import { avatar, picture, videoUrl } from "./SignedUrl.ts"

/**
 * A post's own answer (`shortcode_media`): threaded comments, up to 50 of however many are counted, and related accounts with
 * followers.
 */
export const postDetail = (post: Post, day: number) => {
  const { edge_media_to_caption: _, ...common } = commonFields(post, day, null)
  const prng = new Prng("detail", post.shortcode)
  const threads = threadsOf(post, prng, day)
  const shown = threads.reduce((sum, thread) => sum + 1 + thread.edge_threaded_comments.count, 0)
  return {
    ...common,
    display_resources: resources(post.shortcode, day, [640, 750, 1080]),
    edge_media_to_caption: {
      edges: post.caption === null
        ? []
        : [{ node: { created_at: String(post.takenAt + 1), text: post.caption, id: `17${prng.digits(15)}` } }]
    },
    caption_is_edited: prng.chance(0.1),
    can_see_insights_as_brand: false,
    has_ranked_comments: true,
    commenting_disabled_for_viewer: false,
    edge_media_to_parent_comment: {
      // Replies count too, so that it is more than the edges: do not divide one by the other.
      count: Math.max(post.comments, shown),
      page_info: {
        has_next_page: post.comments > shown,
        end_cursor: post.comments > shown
          ? JSON.stringify({ server_cursor: prng.opaque(120), is_server_cursor_inverse: true })
          : null
      },
      edges: threads.map((node) => ({ node }))
    },
    edge_media_to_hoisted_comment: { edges: [] },
    edge_media_preview_comment: {
      count: Math.max(post.comments, shown),
      edges: threads.slice(0, 2).map(withoutReplies)
    },
    edge_media_preview_like: { count: likes(post), edges: [] },
    edge_media_to_sponsor_user: { edges: [] },
    is_affiliate: false,
    is_paid_partnership: post.sponsor !== null,
    is_ad: false,
    edge_web_media_to_related_media: { edges: [] },
    sensitivity_friction_info: null,
    upcoming_event: null,
    ...viewerFields,
    owner: ownerOf(post, day),
    ...(post.kind === "reel" ? videoFields(post, day) : {}),
    edge_related_profiles: { edges: post.owner.friends.map((username) => ({ node: relatedOf(username, day) })) }
  }
}

const threadsOf = (post: Post, prng: Prng, day: number) => {
  const threads = []
  for (let shown = 0, index = 0; index < 50 && shown < post.comments; index++) {
    const replies = Math.min(prng.chance(0.25) ? prng.int(1, 3) : 0, post.comments - shown - 1)
    threads.push(threadOf(post, index, replies, day))
    shown += 1 + replies
  }
  return threads
}

const withoutReplies = (thread: ReturnType<typeof threadOf>) => {
  const { edge_threaded_comments: _, ...node } = thread
  return { node }
}

const ownerOf = ({ owner }: Post, day: number) => ({
  id: owner.id,
  username: owner.username,
  is_verified: owner.is_verified,
  profile_pic_url: avatar(owner.username, day),
  blocked_by_viewer: false,
  restricted_by_viewer: null,
  followed_by_viewer: false,
  full_name: owner.full_name,
  has_blocked_viewer: false,
  is_embeds_disabled: false,
  is_private: false,
  is_unpublished: false,
  requested_by_viewer: false,
  pass_tiering_recommendation: true,
  edge_owner_to_timeline_media: { count: postCount(owner, day) },
  edge_followed_by: { count: followersAt(owner, day * daySeconds) }
})

const videoFields = (post: Post, day: number) => ({
  has_audio: true,
  video_url: videoUrl(post.shortcode, day),
  video_view_count: post.views,
  video_play_count: post.plays,
  encoding_status: null,
  is_published: true,
  product_type: "clips",
  title: "",
  video_duration: post.seconds,
  clips_music_attribution_info: music(post)
})

const relatedOf = (username: string, day: number) => {
  const persona = personaOf(username)
  return {
    id: persona.id,
    full_name: persona.full_name,
    is_private: false,
    is_verified: persona.is_verified,
    profile_pic_url: picture(username, day)("dst-jpg_s150x150"),
    username,
    edge_followed_by: { count: followersAt(persona, day * daySeconds) },
    edge_owner_to_timeline_media: { count: postCount(persona, day), edges: [] }
  }
}
