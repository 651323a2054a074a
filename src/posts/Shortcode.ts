import { Option, Schema } from "effect"

/** Instagram's short name of a post, as in its address. Capitals matter. */
export const Shortcode = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/, { expected: "a shortcode (1–64 letters, digits, - or _)" })
).pipe(Schema.brand("Shortcode"))
export type Shortcode = typeof Shortcode.Type

/** An address of a post, reel or IGTV video, with or without the owner's name in it. */
const postUrl = /^(?:https?:\/\/)?(?:[a-z]+\.)?instagram\.com\/(?:[^/?#]+\/)?(?:p|reels?|tv)\/([^/?#]+)\/?(?:[?#].*)?$/i

/** The one normalisation: trims, and takes the shortcode out of a pasted address. */
export const normalizeShortcode = (input: string): Option.Option<Shortcode> => {
  const trimmed = input.trim()
  return Schema.decodeUnknownOption(Shortcode)(postUrl.exec(trimmed)?.[1] ?? trimmed)
}
