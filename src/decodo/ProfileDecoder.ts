import { Option, Result, type Schema } from "effect"
import type { Username } from "../profiles/Username.ts"
import { mentionsIn } from "./CaptionText.ts"
import { userOf } from "./Content.ts"
import { type ContractBroken, type DecodoReason, wrongShape } from "./DecodoReason.ts"
import type { DecodedProfile, FetchedAccount, FetchedRelated } from "./FetchedProfile.ts"
import { parseJson } from "./JsonText.ts"
import { isJsonObject, known, missing, named, present } from "./MediaDecoder.ts"
import { mentionsOf } from "./MentionEdges.ts"
import { pictureExpiry } from "./PictureExpiry.ts"
import { storableJson } from "./StorableJson.ts"
import { readTimelines } from "./TimelineDecoder.ts"
import { nodesOf } from "./WireField.ts"
import { decodeWireUser, type WireUser } from "./WireUser.ts"

const maxIssues = 100

/** The profile in the `content` of an answer, whichever of the known envelopes it stands in. */
export const decodeProfile = (content: unknown): Result.Result<DecodedProfile, DecodoReason> =>
  Result.flatMap(userOf(content), decodeUser)

/**
 * The profile in a vendor's user object, also one stored before. Only id and username have to be there: every other thing that does
 * not fit becomes null and is listed in `issues`.
 */
export const decodeUser = (user: unknown): Result.Result<DecodedProfile, ContractBroken> =>
  Result.gen(function*() {
    const raw = yield* Result.mapError(storableJson(user), (limit) => wrongShape([limit]))
    if (!isJsonObject(raw)) return yield* Result.fail(wrongShape(["user"]))
    const { issues, value: wire } = yield* Result.mapError(decodeWireUser(raw, ""), wrongShape)
    const { id, username } = wire
    if (id == null || username == null) return yield* Result.fail(wrongShape(missing({ id, username })))
    const timelines = yield* readTimelines(wire, id)
    const profile = toAccount(wire, id, username, timelines.received)
    return {
      profile,
      posts: timelines.posts,
      related: relatedOf(wire),
      mentions: mentionsOf(profile, timelines.posts),
      raw,
      issues: [...issues, ...timelines.issues].slice(0, maxIssues)
    }
  })

const toAccount = (wire: WireUser, id: string, username: Username, received: boolean): FetchedAccount => {
  const timeline = wire.edge_owner_to_timeline_media ?? wire.media
  const biography = wire.biography ?? null
  return {
    username,
    instagram_user_id: id,
    full_name: wire.full_name ?? null,
    biography,
    biography_mentions: [
      ...new Set([
        ...named(present(wire.biography_with_entities?.entities).map(({ user }) => user)).map(({ username }) => username),
        ...mentionsIn(biography ?? "").keys()
      ])
    ],
    followers_count: known(wire.edge_followed_by?.count ?? wire.followed_by?.count),
    following_count: known(wire.edge_follow?.count ?? wire.follows?.count),
    posts_count: known(timeline?.count),
    video_count: known(wire.edge_felix_video_timeline?.count),
    highlight_reel_count: known(wire.highlight_reel_count),
    profile_pic_url: wire.profile_pic_url ?? null,
    profile_pic_url_hd: wire.profile_pic_url_hd ?? null,
    profile_pic_expires_at: pictureExpiry([wire.profile_pic_url ?? null, wire.profile_pic_url_hd ?? null]),
    external_url: wire.external_url ?? null,
    bio_links: present(wire.bio_links).map((link) => ({
      title: filled(link.title),
      url: link.url ?? null,
      link_type: filled(link.link_type)
    })),
    pronouns: present(wire.pronouns),
    category: filled(wire.category_name),
    category_enum: filled(wire.category_enum),
    business_category_name: filled(wire.business_category_name),
    overall_category_name: filled(wire.overall_category_name),
    business_email: filled(wire.business_email),
    business_phone_number: filled(wire.business_phone_number),
    business_contact_method: filled(wire.business_contact_method),
    business_address: addressOf(wire),
    fbid: wire.fbid ?? null,
    is_verified: wire.is_verified ?? null,
    is_private: wire.is_private ?? null,
    is_business_account: wire.is_business_account ?? null,
    is_professional_account: wire.is_professional_account ?? null,
    is_joined_recently: wire.is_joined_recently ?? null,
    has_clips: wire.has_clips ?? null,
    has_guides: wire.has_guides ?? null,
    has_channel: wire.has_channel ?? null,
    availability: wire.is_private === true ? "private" : "available",
    posts_received: received,
    posts_truncated: timeline?.page_info?.has_next_page ?? null
  }
}

/** Instagram sends `""` and `"None"` for texts that were never filled in. */
const filled = (text: string | null | undefined): string | null => text == null || text === "" || text === "None" ? null : text

/** An object, or JSON text of one, which can hold what the text around it could not. */
const addressOf = ({ business_address_json: address }: WireUser): Schema.JsonObject | null => {
  const object = typeof address === "string" ? Option.getOrNull(parseJson(address)) : address ?? null
  return Result.match(storableJson(object), { onFailure: () => null, onSuccess: (json) => isJsonObject(json) ? json : null })
}

const relatedOf = (wire: WireUser): ReadonlyArray<FetchedRelated> =>
  named(nodesOf(wire.edge_related_profiles)).map((node, i) => ({
    related_username: node.username,
    related_instagram_user_id: node.id ?? null,
    related_full_name: node.full_name ?? null,
    related_is_verified: node.is_verified ?? null,
    related_is_private: node.is_private ?? null,
    related_profile_pic_url: node.profile_pic_url ?? null,
    position: i + 1
  }))
