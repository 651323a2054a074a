import { Context, Effect, Layer } from "effect"
import type * as Column from "../database/Column.ts"
import type { DecodedProfile } from "../decodo/FetchedProfile.ts"
import type { ProfileId } from "./Profile.ts"
import type { Username } from "./Username.ts"

/** An answer that has become rows. */
export interface StoredAnswer {
  readonly profile: ProfileId
  readonly username: Username
  readonly decoded: DecodedProfile
  readonly fetchedAt: Column.Instant
  /** The answer has no posts although the account has some: what is known of them stays. */
  readonly keepFigures: boolean
}

/** Hears of each answer after it was stored. Must return at once: whoever asked for the profile is waiting. */
export class ProfileListener extends Context.Service<ProfileListener, {
  stored(answer: StoredAnswer): Effect.Effect<void>
}>()("analytics-following/profiles/ProfileListener") {
  static readonly layerNone = Layer.succeed(ProfileListener, { stored: () => Effect.void })
}
