import { mediaId, shortcodeOf } from "./MediaId.ts"
import type { Post } from "./Post.ts"
import { accessibility, inertFields, preview, taggedUsers, trackingToken } from "./PostFragments.ts"
import { Prng } from "./Prng.ts"
import { picture, videoUrl } from "./SignedUrl.ts"
import { videoManifest } from "./VideoManifest.ts"

/** The pictures and, one in six, videos of a carousel: views of their own, no likes. */
export const sidecarChildren = (post: Post, day: number) =>
  Array.from({ length: post.children }, (_, index) => {
    const prng = new Prng("child", post.shortcode, index)
    const id = mediaId(post.takenAt - 1, prng.int(0, 0x7fffff))
    const shortcode = shortcodeOf(id)
    const isVideo = prng.chance(1 / 6)
    return {
      node: {
        __typename: isVideo ? "GraphVideo" : "GraphImage",
        id: String(id),
        shortcode,
        dimensions: { height: post.height, width: post.width },
        display_url: picture(shortcode, day)("dst-jpg_e35_p1080x1080"),
        edge_media_to_tagged_user: index === 0 ? taggedUsers(post, day) : { edges: [] },
        ...inertFields,
        media_preview: preview(shortcode),
        owner: { id: post.owner.id, username: post.owner.username },
        is_video: isVideo,
        has_upcoming_event: false,
        accessibility_caption: isVideo ? null : accessibility(post),
        ...(isVideo
          ? {
            dash_info: videoManifest(shortcode, 12, day),
            has_audio: true,
            tracking_token: trackingToken(shortcode, String(id)),
            video_url: videoUrl(shortcode, day),
            video_view_count: Math.round(post.views * prng.between(0.02, 0.3))
          }
          : {})
      }
    }
  })
