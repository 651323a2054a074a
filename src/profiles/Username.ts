import { Option, Schema } from "effect"

/** An Instagram username: 1–30 of `a-z 0-9 . _`, lower-case, as it is stored and looked up everywhere. */
export const Username = Schema.String.check(
  Schema.isPattern(/^[a-z0-9._]{1,30}$/, { expected: "an Instagram username (1–30 letters, digits, dots or underscores)" })
).pipe(Schema.brand("Username"))
export type Username = typeof Username.Type

const profileUrl = /^(?:https?:\/\/)?(?:[a-z]+\.)?instagram\.com\/([^/?#]+)\/?(?:[?#].*)?$/i

/**
 * The one normalisation: trims, drops a leading `@`, lower-cases A to Z (only them: a
 * Kelvin sign becomes a `k` by `toLowerCase`, and one account would be looked up for another), and takes the name out of a pasted
 * profile address.
 */
export const normalizeUsername = (input: string): Option.Option<Username> => {
  const trimmed = input.trim()
  const name = (profileUrl.exec(trimmed)?.[1] ?? trimmed).replace(/^@/, "").replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return Schema.decodeUnknownOption(Username)(name)
}
