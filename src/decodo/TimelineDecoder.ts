import { Predicate, Result, type Schema } from "effect"
import { mediaOf, userOf } from "./Content.ts"
import { type ContractBroken, type DecodoReason, wrongShape } from "./DecodoReason.ts"
import type { FetchedPost } from "./FetchedPost.ts"
import { decodeMedia, isJsonObject, readMedia } from "./MediaDecoder.ts"
import { storableJson } from "./StorableJson.ts"
import type { DecodingIssue, Tolerated } from "./TolerantDecoder.ts"
import { decodeWireUser, type WireUser } from "./WireUser.ts"

const maxPosts = 500

export interface DecodedTimeline {
  /** Whether the answer listed anything, readable or not. */
  readonly received: boolean
  readonly posts: ReadonlyArray<FetchedPost>
  readonly issues: ReadonlyArray<DecodingIssue>
}

/** The posts in the `content` of a `user_posts` answer, whose user object has nothing but a page of posts. */
export const decodeTimeline = (content: unknown): Result.Result<DecodedTimeline, DecodoReason> =>
  Result.gen(function*() {
    const raw = yield* Result.mapError(storableJson(yield* userOf(content)), (limit) => wrongShape([limit]))
    if (!isJsonObject(raw)) return yield* Result.fail(wrongShape(["user"]))
    const { issues, value } = yield* Result.mapError(decodeWireUser(raw, ""), wrongShape)
    const timeline = yield* readTimelines(value, value.id ?? undefined)
    return { ...timeline, issues: [...issues, ...timeline.issues] }
  })

/** The post in the `content` of a `post` answer. */
export const decodePost = (content: unknown): Result.Result<Tolerated<FetchedPost>, DecodoReason> =>
  Result.flatMap(mediaOf(content), (media) => decodeMedia(media))

/**
 * The posts of all timelines of a user object, each once, in the vendor's order (pinned first, not by date). The video timeline repeats
 * posts and knows more of them (product type, duration), so that the copies fill each other's gaps. A post without id or shortcode is
 * left out and listed in `issues`.
 */
export const readTimelines = (wire: WireUser, profileId: string | undefined): Result.Result<DecodedTimeline, ContractBroken> => {
  const lists = timelines.map((timeline) => nodesIn(wire, timeline))
  if (lists.some((list) => list.length > maxPosts)) return Result.fail(wrongShape([`more than ${maxPosts} posts`]))
  const listed = lists.flat()
  const issues: Array<DecodingIssue> = []
  const nodes = new Map<Schema.Json, Listed & { readonly node: Schema.JsonObject }>()
  for (const { at, node } of listed) {
    if (!isJsonObject(node)) {
      issues.push({ path: at, expected: "a post" })
      continue
    }
    const key = node.shortcode ?? node.code ?? at
    const first = nodes.get(key)
    nodes.set(key, first === undefined ? { at, node } : { at: first.at, node: fillGaps(first.node, node) })
  }
  const posts: Array<FetchedPost> = []
  const seen = new Set<string>()
  for (const { at, node } of nodes.values()) {
    const media = readMedia(node, at, profileId)
    if (Result.isFailure(media)) {
      issues.push(...media.failure.paths.map((path) => ({ path, expected: "a post's id and shortcode" })))
      continue
    }
    const { instagram_post_id, shortcode } = media.success.value
    const keys = [`id ${instagram_post_id}`, `shortcode ${shortcode}`]
    if (keys.some((key) => seen.has(key))) issues.push({ path: at, expected: "an id and a shortcode of its own" })
    else {
      keys.forEach((key) => seen.add(key))
      posts.push({ ...media.success.value, video_list_only: at.startsWith(videoTimeline) })
      issues.push(...media.success.issues)
    }
  }
  return Result.succeed({ received: listed.length > 0, posts, issues })
}

interface Listed {
  readonly at: string
  readonly node: unknown
}

const videoTimeline = "edge_felix_video_timeline"
const timelines = ["edge_owner_to_timeline_media", "media", videoTimeline] as const

const nodesIn = (wire: WireUser, timeline: typeof timelines[number]): ReadonlyArray<Listed> => [
  ...(wire[timeline]?.edges ?? []).map((edge, i) => ({
    at: `${timeline}.edges[${i}].node`,
    node: Predicate.hasProperty(edge, "node") ? edge.node : undefined
  })),
  ...(wire[timeline]?.nodes ?? []).map((node, i) => ({ at: `${timeline}.nodes[${i}]`, node }))
]

const fillGaps = (node: Schema.JsonObject, other: Schema.JsonObject): Schema.JsonObject => ({
  ...other,
  ...Object.fromEntries(Object.entries(node).filter(([key, value]) => value !== null || other[key] === undefined))
})
