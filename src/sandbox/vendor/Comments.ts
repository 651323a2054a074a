import { handle } from "./Persona.ts"
import type { Persona } from "./Persona.ts"
import type { Post } from "./Post.ts"
import { Prng } from "./Prng.ts"
import { avatar } from "./SignedUrl.ts"
import type { Voice } from "./voices/Voice.ts"
import { emojiComments, emojiEndings, voices } from "./voices/Voices.ts"

/** A comment as the lists under a post carry it. */
export type CommentNode = ReturnType<typeof commentNode>

/**
 * The first comments under a post, newest last: 29 % emoji only, 2 % empty (stickers), the rest in the languages of the owner's
 * audience, as in the recorded ones. Fewer than `limit` where the post has fewer.
 */
export const commentsOf = (post: Post, limit: number, day: number): ReadonlyArray<CommentNode> =>
  Array.from({ length: Math.min(limit, post.comments) }, (_, index) => commentNode(post, `${index}`, day))

/** A comment with its likes and the replies below it, as only post details carry them. */
export const threadOf = (post: Post, index: number, replies: number, day: number) => ({
  ...withLikes(post, `${index}`, day),
  edge_threaded_comments: {
    count: replies,
    page_info: { has_next_page: false, end_cursor: null },
    edges: Array.from({ length: replies }, (_, reply) => ({ node: withLikes(post, `${index}/${reply}`, day) }))
  }
})

const withLikes = (post: Post, key: string, day: number) => ({
  ...commentNode(post, key, day),
  is_restricted_pending: false,
  edge_liked_by: { count: Math.floor(new Prng("comment likes", post.shortcode, key).spread(1.5)) }
})

const commentNode = (post: Post, key: string, day: number) => {
  const prng = new Prng("comment", post.shortcode, key)
  const username = handle(prng)
  const until = Math.max(day * 86_400 - post.takenAt, 60)
  return {
    id: `17${prng.digits(15)}`,
    text: textOf(prng, post.owner),
    created_at: post.takenAt + Math.floor(until * prng.next() ** 3),
    did_report_as_spam: false,
    owner: { id: prng.digits(10), is_verified: prng.chance(0.03), profile_pic_url: avatar(username, day), username },
    viewer_has_liked: false
  }
}

const textOf = (prng: Prng, owner: Persona): string => {
  const kind = prng.next()
  if (kind < 0.29) return prng.pick(emojiComments)
  if (kind < 0.31) return ""
  if (kind < 0.34) return `DM us to collab 📩 @${handle(prng)}`
  const voice = voiceOf(prng, owner)
  const mood = prng.next()
  const { positive, neutral, negative } = voice.comments
  const text = prng.pick(mood < 0.72 ? positive : mood < 0.92 ? neutral : negative)
  return (prng.chance(0.1) ? `@${owner.username} ` : "") + text + (prng.chance(0.35) ? ` ${prng.pick(emojiEndings)}` : "")
}

const voiceOf = (prng: Prng, owner: Persona): Voice => {
  const roll = prng.next()
  return roll < 0.65 ? owner.voice : roll < 0.85 ? owner.secondVoice : prng.pick(voices)
}
