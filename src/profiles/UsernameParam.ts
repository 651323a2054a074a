import { Effect, Option } from "effect"
import { InvalidUsername } from "./ProfileErrors.ts"
import { normalizeUsername, type Username } from "./Username.ts"

/** The username that a caller wrote into an address, by the one normalisation. */
export const usernameOf = (given: string): Effect.Effect<Username, InvalidUsername> =>
  Option.match(normalizeUsername(given), { onNone: () => Effect.fail(InvalidUsername.problem), onSome: Effect.succeed })
