import { accountFor, dayOf, timelineFor } from "./Account.ts"
import { json } from "./Answer.ts"
import { BytesCache } from "./BytesCache.ts"
import { personaOf } from "./Persona.ts"
import { latestPosts, postOfAccount, postOfStranger } from "./Post.ts"
import type { Post } from "./Post.ts"
import { postDetail } from "./PostDetail.ts"
import { Prng } from "./Prng.ts"
import type { Target } from "./Target.ts"

/** The `content` of a generated answer, in the envelope that the target has. */
export interface Contents {
  /** As bytes of JSON, cached by target, query and day. */
  readonly bytes: (target: Target, query: string, now: number) => Uint8Array
  /** The same, changed on the way by a `JSON.stringify` replacer. */
  readonly altered: (target: Target, query: string, now: number, replacer: (key: string, value: unknown) => unknown) => Uint8Array
}

export const makeContents = (cacheBytes: number): Contents => {
  const cache = new BytesCache(cacheBytes)
  const authors = makeAuthors()
  const make = (target: Target, query: string, now: number) => {
    switch (target) {
      case "instagram_graphql_profile": {
        const user = isUsername(query) ? accountFor(query, now) : null
        authors.note(query, user?.edge_owner_to_timeline_media.edges ?? [])
        authors.note(query, user?.edge_felix_video_timeline.edges ?? [])
        return { data: { user }, status: "ok" }
      }
      case "instagram_graphql_user_posts": {
        const timeline = isUsername(query) ? timelineFor(query, now) : null
        authors.note(query, timeline?.edges ?? [])
        return {
          data: { user: timeline === null ? null : { edge_owner_to_timeline_media: timeline } },
          extensions: { is_final: true },
          status: "ok"
        }
      }
      case "instagram_graphql_post":
        return postContent(authors.find(query, dayOf(now)), dayOf(now))
    }
  }
  return {
    bytes: (target, query, now) => cache.getOrMake(`${target} ${query} ${dayOf(now)}`, () => json(make(target, query, now))),
    altered: (target, query, now, replacer) => new TextEncoder().encode(JSON.stringify(make(target, query, now), replacer))
  }
}

/** Instagram's rule: 1 to 30 letters, digits, dots and underscores; no dot at the end, no two in a row. */
export const isUsername = (text: string): boolean => /^(?!.*\.\.)(?!.*\.$)[a-z0-9._]{1,30}$/.test(text)

/**
 * Recorded answers have it either way: `shortcode_media` at the top, or `data.xdt_shortcode_media`. A shortcode keeps its shape.
 */
const postContent = (post: Post | null, day: number) => {
  if (post === null) return { data: { xdt_shortcode_media: null }, status: "ok" }
  const detail = postDetail(post, day)
  return new Prng("envelope", post.shortcode).chance(0.5)
    ? { shortcode_media: detail }
    : { data: { xdt_shortcode_media: { ...detail, __typename: `XDT${detail.__typename}` } }, status: "ok" }
}

/**
 * A shortcode does not say whose post it is: remember who showed it (the last 100,000), so that a post answer fits the profile
 * it was found in. A username that cannot be a shortcode stands for its latest post: so the scripted names reach this target
 * too.
 */
const makeAuthors = () => {
  const usernames = new Map<string, string>()
  return {
    note: (username: string, edges: ReadonlyArray<{ readonly node: { readonly shortcode: string } }>) => {
      for (const { node } of edges) {
        const [oldest] = usernames.keys()
        if (usernames.size >= 100_000 && oldest !== undefined) usernames.delete(oldest)
        usernames.set(node.shortcode, username)
      }
    },
    find: (query: string, day: number): Post | null => {
      const shortcode = /(?:^|\/(?:p|reel|reels|tv)\/)([A-Za-z0-9_-]{9,11})\/?(?:\?.*)?$/.exec(query)?.[1]
      if (shortcode === undefined) return isUsername(query) ? latestPosts(personaOf(query), day, 1)[0] ?? null : null
      const username = usernames.get(shortcode)
      return username === undefined ? postOfStranger(shortcode, day) : postOfAccount(personaOf(username), shortcode, day)
    }
  }
}
