import { Array, Predicate, Result, type Schema } from "effect"
import type { Username } from "../profiles/Username.ts"
import { hashtagsIn, mentionsIn } from "./CaptionText.ts"
import { type ContractBroken, wrongShape } from "./DecodoReason.ts"
import type { FetchedPost } from "./FetchedPost.ts"
import { storableJson } from "./StorableJson.ts"
import type { Tolerated } from "./TolerantDecoder.ts"
import { nodesOf } from "./WireField.ts"
import { decodeWireMedia, type WireMedia } from "./WireMedia.ts"

/**
 * A post from any answer that carries one. Fails where id or shortcode is missing; every other thing that does not fit becomes null.
 * `listedBy` is the id of the profile it was listed under: a post can be pinned by its other author.
 */
export const decodeMedia = (node: unknown, listedBy?: string): Result.Result<Tolerated<FetchedPost>, ContractBroken> =>
  Result.flatMap(
    Result.mapError(storableJson(node), (limit) => wrongShape([limit])),
    (storable) => readMedia(storable, "", listedBy)
  )

/** `decodeMedia` for a node that is already storable; `at` is where it stands in the answer. */
export const readMedia = (
  node: unknown,
  at: string,
  listedBy?: string
): Result.Result<Tolerated<FetchedPost>, ContractBroken> => {
  if (!isJsonObject(node)) return Result.fail(wrongShape([at]))
  return Result.match(decodeWireMedia(node, at), {
    onFailure: (paths) => Result.fail(wrongShape(paths)),
    onSuccess: ({ issues, value: wire }) => {
      const { id } = wire
      const shortcode = wire.shortcode ?? wire.code
      return id == null || shortcode == null
        ? Result.fail(wrongShape(missing({ id, shortcode }).map((key) => at === "" ? key : `${at}.${key}`)))
        : Result.succeed({ value: toPost(wire, id, shortcode, node, listedBy), issues })
    }
  })
}

/** The names of the members that are not there. */
export const missing = (members: Record<string, unknown>): ReadonlyArray<string> =>
  Object.keys(members).filter((key) => members[key] == null)

/** For values out of `storableJson`, which are JSON all the way down. */
export const isJsonObject = (value: unknown): value is Schema.JsonObject => Predicate.isObject(value)

const toPost = (
  wire: WireMedia,
  id: string,
  shortcode: string,
  raw: Schema.JsonObject,
  listedBy: string | undefined
): FetchedPost => {
  const type = typeOf(wire)
  const caption = nodesOf(wire.edge_media_to_caption)[0]?.text ?? wire.caption ?? null
  // Both exist only on posts inside a profile, and differ on a collaboration; elsewhere only the first does.
  const likes = wire.edge_media_preview_like?.count ?? wire.edge_liked_by?.count ?? wire.likes?.count ?? null
  const children = nodesOf(wire.edge_sidecar_to_children)
  return {
    instagram_post_id: id,
    shortcode,
    owner_username: wire.owner?.username ?? null,
    owner_instagram_user_id: wire.owner?.id ?? null,
    media_type: type,
    product_type: wire.product_type ?? null,
    is_video: type === "video" || type === "reel",
    is_carousel: type === "carousel",
    carousel_media_count: children.length > 0 ? children.length : null,
    is_pinned: isPinned(wire, listedBy),
    video_list_only: false,
    display_url: wire.display_url ?? wire.display_src ?? null,
    thumbnail_src: wire.thumbnail_src ?? null,
    thumbnail_tall_src: wire.thumbnail_tall_src ?? null,
    thumbnail_resources: present(wire.thumbnail_resources).map((it) => ({
      src: it.src ?? null,
      config_width: it.config_width ?? null,
      config_height: it.config_height ?? null
    })),
    width: wire.dimensions?.width ?? null,
    height: wire.dimensions?.height ?? null,
    video_url: wire.video_url ?? null,
    video_view_count: known(wire.video_view_count),
    video_play_count: known(wire.video_play_count),
    video_duration: wire.video_duration ?? null,
    has_audio: wire.has_audio ?? null,
    music: musicOf(wire),
    caption,
    accessibility_caption: wire.accessibility_caption ?? null,
    hashtags: caption === null ? [] : hashtagsIn(caption),
    mentions: caption === null ? [] : [...mentionsIn(caption).keys()],
    likes_count: known(likes),
    likes_hidden: likes !== null && likes < 0,
    comments_count: known(
      wire.edge_media_to_parent_comment?.count ?? wire.edge_media_to_comment?.count ?? wire.edge_media_preview_comment?.count
        ?? wire.comments?.count
    ),
    comments_disabled: wire.comments_disabled ?? null,
    like_and_view_counts_disabled: wire.like_and_view_counts_disabled ?? null,
    viewer_can_reshare: wire.viewer_can_reshare ?? null,
    has_upcoming_event: wire.has_upcoming_event ?? null,
    is_paid_partnership: wire.is_paid_partnership ?? null,
    is_affiliate: wire.is_affiliate ?? null,
    sponsor_users: named(nodesOf(wire.edge_media_to_sponsor_user).map((node) => node.sponsor)).map((sponsor) => ({
      username: sponsor.username,
      instagram_user_id: sponsor.id ?? null
    })),
    location_name: wire.location?.name ?? null,
    location_id: wire.location?.id ?? null,
    taken_at_timestamp: wire.taken_at_timestamp ?? wire.date ?? null,
    sidecar_children: children.map((child) => ({
      id: child.id ?? null,
      shortcode: child.shortcode ?? null,
      is_video: child.is_video ?? null,
      display_url: child.display_url ?? null,
      width: child.dimensions?.width ?? null,
      height: child.dimensions?.height ?? null,
      video_view_count: known(child.video_view_count),
      accessibility_caption: child.accessibility_caption ?? null
    })),
    tagged_users: named(nodesOf(wire.edge_media_to_tagged_user).map(({ user, x, y }) => user && { ...user, x, y })).map((
      user
    ) => ({
      username: user.username,
      full_name: user.full_name ?? null,
      instagram_user_id: user.id ?? null,
      is_verified: user.is_verified ?? null,
      x: user.x ?? null,
      y: user.y ?? null
    })),
    coauthor_producers: named(wire.coauthor_producers ?? []).map((author) => ({
      username: author.username,
      instagram_user_id: author.id ?? null,
      is_verified: author.is_verified ?? null
    })),
    raw
  }
}

const typeOf = (wire: WireMedia): FetchedPost["media_type"] => {
  const names = `${wire.__typename} ${wire.__isXDTGraphMediaInterface}`
  if (names.includes("GraphSidecar")) return "carousel"
  if (wire.is_video === true || names.includes("GraphVideo")) return wire.product_type === "clips" ? "reel" : "video"
  return "photo"
}

const isPinned = ({ pinned_for_users: pinnedFor }: WireMedia, listedBy: string | undefined): boolean | null =>
  pinnedFor == null ? null : pinnedFor.some((account) => listedBy === undefined || account?.id === listedBy)

const musicOf = ({ clips_music_attribution_info: music }: WireMedia): FetchedPost["music"] =>
  music == null ? null : {
    artist_name: music.artist_name ?? null,
    song_name: music.song_name ?? null,
    audio_id: music.audio_id ?? null,
    uses_original_audio: music.uses_original_audio ?? null
  }

/** A count, or null where the vendor hides it (it sends −1). */
export const known = (count: number | null | undefined): number | null => count == null || count < 0 ? null : count

export const present = <A>(list: ReadonlyArray<A | null> | null | undefined): ReadonlyArray<A> =>
  (list ?? []).filter(Predicate.isNotNull)

/** The accounts that have a name, each once. */
export const named = <A extends { readonly username?: Username | null }>(
  accounts: ReadonlyArray<A | null | undefined>
): ReadonlyArray<A & { readonly username: Username }> =>
  Array.dedupeWith(
    accounts.filter((account): account is A & { readonly username: Username } => account?.username != null),
    (a, b) => a.username === b.username
  )
