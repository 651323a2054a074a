import { commentsOf } from "./Comments.ts"
import type { Persona } from "./Persona.ts"
import type { Post } from "./Post.ts"
import { commonFields } from "./PostFields.ts"
import { likes, music, resources, viewerFields } from "./PostFragments.ts"
import { Prng } from "./Prng.ts"
import { picture, videoUrl } from "./SignedUrl.ts"
import { videoManifest } from "./VideoManifest.ts"

/** A post inside a profile answer: the only place with `edge_liked_by`, and never a comment's text. */
export const profileNode = (post: Post, day: number, pinnedBy: Persona | null) => ({
  ...commonFields(post, day, pinnedBy),
  edge_media_to_comment: { count: post.comments },
  edge_liked_by: { count: likes(post) },
  edge_media_preview_like: { count: likes(post) },
  thumbnail_tall_src: picture(post.shortcode, day)("c0.80.640.853a_dst-jpg_e15"),
  tall_profile_grid_crop: null,
  profile_grid_thumbnail_fitting_style: "UNSET",
  ...(post.kind === "reel" ? { ...reelFields(post, day), felix_profile_grid_crop: null } : {})
})

/** The same post in `edge_felix_video_timeline`, which knows more about the video and repeats the timeline. */
export const videoNode = (post: Post, day: number) => ({
  ...profileNode(post, day, null),
  felix_profile_grid_crop: new Prng("crop", post.shortcode).chance(0.7)
    ? null
    : { crop_left: 0, crop_right: 1, crop_top: 0.07239819004524888, crop_bottom: 0.6346153846153846 },
  dash_info: videoManifest(post.shortcode, post.seconds, day),
  encoding_status: null,
  is_published: true,
  title: "",
  video_duration: post.seconds
})

/** A post inside a user-posts answer: up to four comments, no `edge_liked_by`; a post without comments may lack the list. */
export const timelineNode = (post: Post, day: number) => {
  const comments = commentsOf(post, new Prng("comments shown", post.shortcode).int(0, 4), day)
  return {
    ...commonFields(post, day, null),
    display_resources: resources(post.shortcode, day, [640, 750, 1080]),
    edge_media_to_comment: {
      count: post.comments,
      page_info: { has_next_page: post.comments > comments.length, end_cursor: "" },
      ...(post.kind === "reel" && comments.length === 0 ? {} : { edges: comments.map((node) => ({ node })) })
    },
    edge_media_to_sponsor_user: { edges: [] },
    is_affiliate: false,
    is_paid_partnership: post.sponsor !== null,
    edge_media_preview_like: { count: likes(post), edges: [] },
    sensitivity_friction_info: null,
    ...viewerFields,
    ...(post.kind === "reel" ? { ...reelFields(post, day), dash_info: videoManifest(post.shortcode, post.seconds, day) } : {})
  }
}

const reelFields = (post: Post, day: number) => ({
  has_audio: true,
  video_url: videoUrl(post.shortcode, day),
  video_view_count: post.views,
  // Recorded lists never have it, details always; it counts repeats and is 1.3 to 4.4 times larger. Newer lists are said to have
  // it.
  ...(new Prng("plays shown", post.shortcode).chance(0.3) ? { video_play_count: post.plays } : {}),
  product_type: "clips",
  clips_music_attribution_info: music(post)
})
