import { Option, Schema } from "effect"
import { Username } from "../profiles/Username.ts"

/** Instagram takes 30 hashtags and 20 mentions; what has more was written to be expensive. */
const most = 100

/**
 * The hashtags of a text, lower-case, without `#`, each once, in order. Letters, marks and digits of every script count, emoji do not.
 * One longer than 150 characters is no hashtag (and would not fit an index).
 */
export const hashtagsIn = (text: string): ReadonlyArray<string> => {
  const tags = new Set<string>()
  for (const [glued] of text.matchAll(hashtags)) {
    for (const word of glued.slice(1).split(/[#＃]/)) {
      const tag = word.normalize("NFC").toLowerCase()
      if (tag.length <= 150 && tags.size < most) tags.add(tag)
    }
    if (tags.size === most) break
  }
  return [...tags]
}

/**
 * The accounts that a text mentions with `@`, each once, in order, with at most 200 characters of the text around the first mention. The
 * parts of e-mail and web addresses are not mentions.
 */
export const mentionsIn = (text: string): ReadonlyMap<Username, string> => {
  const mentions = new Map<Username, string>()
  for (const { 0: name, index } of text.matchAll(mention)) {
    const username = Option.getOrUndefined(decodeUsername(name.slice(1).toLowerCase()))
    if (username !== undefined && !mentions.has(username)) mentions.set(username, around(text, index))
    if (mentions.size === most) break
  }
  return mentions
}

const decodeUsername = Schema.decodeUnknownOption(Username)

const around = (text: string, index: number): string => {
  const start = Math.max(0, index - 80)
  return text.slice(start, start + 200).replace(halfPair, "").trim()
}

/** One hashtag, or several written without a space. */
const hashtags = /(?<![\p{L}\p{M}\p{N}_&])(?:[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+)+/gu

/** A mention as it stands in a text, `@` included. */
export const mention = /(?<![\p{L}\p{N}_.+\-@/])@[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*/gu

/** What cutting between the halves of a surrogate pair leaves at an end: PostgreSQL would refuse it. */
const halfPair = /^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g
