import type { Persona } from "./Persona.ts"
import type { Post } from "./Post.ts"
import { Prng } from "./Prng.ts"
import { avatar, picture } from "./SignedUrl.ts"

/** −1 is Instagram's word for a count that the owner hides. */
export const likes = (post: Post): number => post.likesHidden ? -1 : post.likes

export const viewerFields = {
  viewer_has_liked: false,
  viewer_has_saved: false,
  viewer_has_saved_to_collection: false,
  viewer_in_photo_of_you: false
}

/** Keys that no recorded payload ever filled. */
export const inertFields = {
  fact_check_overall_rating: null,
  fact_check_information: null,
  gating_info: null,
  sharing_friction_info: { should_have_sharing_friction: false, bloks_app_url: null },
  media_overlay_info: null
}

export const resources = (shortcode: string, day: number, widths: ReadonlyArray<number>) => {
  const src = picture(shortcode, day)
  return widths.map((width) => ({
    src: src(`c0.169.1355.1355a_dst-jpg_e35_s${width}x${width}`),
    config_width: width,
    config_height: width
  }))
}

export const taggedUsers = (post: Post, day: number) => ({
  edges: post.tagged.map((user) => {
    const prng = new Prng("tag", post.shortcode, user.username)
    return {
      node: {
        user: {
          full_name: user.full_name,
          followed_by_viewer: false,
          id: user.id,
          is_verified: user.is_verified,
          profile_pic_url: avatar(user.username, day),
          username: user.username
        },
        // Tags of a video have no place in the picture.
        x: post.kind === "reel" ? 0 : prng.next(),
        y: post.kind === "reel" ? 0 : prng.next()
      }
    }
  })
})

/** Half of the reels say whose sound they use. */
export const music = (post: Post) =>
  new Prng("music", post.shortcode).chance(0.5) ? null : {
    artist_name: post.owner.username,
    song_name: "Original audio",
    uses_original_audio: true,
    should_mute_audio: false,
    should_mute_audio_reason: "",
    audio_id: new Prng("audio", post.shortcode).digits(15)
  }

export const accessibility = (post: Post): string => `Photo by ${post.owner.full_name}. May be an image of 1 person and text.`

export const preview = (shortcode: string): string => `AC${new Prng("preview", shortcode).opaque(220)}//2Q==`

export const trackingToken = (shortcode: string, id: string): string =>
  Buffer.from(
    JSON.stringify({ version: 5, payload: { is_analytics_tracked: true, uuid: new Prng("uuid", shortcode).opaque(32) + id } })
  ).toString("base64")

export const badge = (user: Persona, day: number) => ({
  id: user.id,
  is_verified: user.is_verified,
  profile_pic_url: avatar(user.username, day),
  username: user.username
})
