import { Effect } from "effect"
import { refuse, weakPassword } from "./AuthApiError.ts"

/** Normalises an address to lower case; refuses what is none. */
export const emailOf = (value: string) => {
  const email = value.trim().toLowerCase()
  return emailPattern.test(email)
    ? Effect.succeed(email)
    : Effect.fail(refuse(400, "validation_failed", "Unable to validate email address: invalid format"))
}

/** Lets a password through that is 6 characters to 72 bytes long, the most that bcrypt reads. */
export const passwordOf = (value: string) =>
  Buffer.byteLength(value) > 72
    ? Effect.fail(refuse(400, "validation_failed", "Password cannot be longer than 72 characters"))
    : value.length < 6
    ? Effect.fail(weakPassword("Password should be at least 6 characters.", ["length"]))
    : Effect.succeed(value)

const emailPattern = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/
