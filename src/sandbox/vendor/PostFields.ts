import type { Persona } from "./Persona.ts"
import type { Post } from "./Post.ts"
import { accessibility, badge, inertFields, preview, resources, taggedUsers, trackingToken } from "./PostFragments.ts"
import { Prng } from "./Prng.ts"
import { sidecarChildren } from "./SidecarChildren.ts"
import { picture } from "./SignedUrl.ts"

/** What every shape of a post has. */
export const commonFields = (post: Post, day: number, pinnedBy: Persona | null) => ({
  __typename: typenames[post.kind],
  id: post.id,
  shortcode: post.shortcode,
  dimensions: { height: post.height, width: post.width },
  display_url: picture(post.shortcode, day)("dst-jpg_e35_p1080x1080"),
  edge_media_to_tagged_user: taggedUsers(post, day),
  ...inertFields,
  media_preview: post.kind === "carousel" ? null : preview(post.shortcode),
  owner: { id: post.owner.id, username: post.owner.username },
  is_video: post.kind === "reel",
  has_upcoming_event: false,
  accessibility_caption: post.kind === "reel" ? null : accessibility(post),
  tracking_token: trackingToken(post.shortcode, post.id),
  edge_media_to_caption: { edges: post.caption === null ? [] : [{ node: { text: post.caption } }] },
  comments_disabled: false,
  taken_at_timestamp: post.takenAt,
  location: post.place === null
    ? null
    : { id: new Prng("place", post.place.slug).digits(9), has_public_page: true, name: post.place.name, slug: post.place.slug },
  nft_asset_info: null,
  thumbnail_src: picture(post.shortcode, day)("c0.169.1355.1355a_dst-jpg_e35_s640x640_sh0.08"),
  thumbnail_resources: resources(post.shortcode, day, [150, 240, 320, 480, 640]),
  coauthor_producers: post.coauthors.map((user) => badge(user, day)),
  pinned_for_users: pinnedBy === null ? [] : [badge(pinnedBy, day)],
  viewer_can_reshare: true,
  like_and_view_counts_disabled: post.likesHidden,
  ...(post.kind === "carousel" ? { edge_sidecar_to_children: { edges: sidecarChildren(post, day) } } : {})
})

const typenames = { photo: "GraphImage", carousel: "GraphSidecar", reel: "GraphVideo" }
