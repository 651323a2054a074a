import type { Username } from "../profiles/Username.ts"
import { mentionsIn } from "./CaptionText.ts"
import type { FetchedPost } from "./FetchedPost.ts"
import type { FetchedAccount, FetchedMention } from "./FetchedProfile.ts"

/**
 * Whom a profile mentions: in its biography, and by caption, tag or collaboration in the posts listed under it. Each edge once; the
 * profile itself is never one. A post owned by another account is a collaboration with it.
 */
export const mentionsOf = (
  profile: Pick<FetchedAccount, "username" | "biography" | "biography_mentions">,
  posts: ReadonlyArray<FetchedPost>
): ReadonlyArray<FetchedMention> => {
  const edges = new Map<string, FetchedMention>()
  const add = (
    mentioned_username: Username | null,
    mention_type: FetchedMention["mention_type"],
    shortcode: string | null,
    context: string | null
  ) => {
    if (mentioned_username === null || mentioned_username === profile.username) return
    const key = `${shortcode} ${mention_type} ${mentioned_username}`
    if (!edges.has(key)) edges.set(key, { mentioned_username, mention_type, shortcode, context })
  }
  const inBiography = mentionsIn(profile.biography ?? "")
  for (const username of profile.biography_mentions) add(username, "biography", null, inBiography.get(username) ?? null)
  for (const post of posts) {
    for (const [username, context] of mentionsIn(post.caption ?? "")) add(username, "caption", post.shortcode, context)
    for (const { username } of post.tagged_users) add(username, "tag", post.shortcode, null)
    add(post.owner_username, "collaboration", post.shortcode, null)
    for (const { username } of post.coauthor_producers) add(username, "collaboration", post.shortcode, null)
  }
  return [...edges.values()]
}
