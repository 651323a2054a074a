import { Context, Effect, Layer } from "effect"
import type { Scope } from "../apikeys/ApiKey.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { Tier } from "../ratelimits/Policy.ts"
import type { UserId } from "../users/UserId.ts"
import type { AccountStatus } from "../users/UserProfile.ts"

/** An API key and the account behind it, as the database has them now. */
export interface KeyHolder {
  readonly id: string
  readonly user_id: UserId
  readonly scopes: ReadonlyArray<Scope>
  readonly expires_at: Column.Instant | null
  readonly revoked_at: Column.Instant | null
  readonly email: string | null
  readonly status: typeof AccountStatus.Type
  readonly tier: Tier
  readonly banned_until: Column.Instant | null
  readonly deleted_at: Column.Instant | null
}

/** The port through which this room asks for API keys; the room of the keys implements it. */
export class KeyHolders extends Context.Service<KeyHolders, {
  /** Whether a credential means to be a key, and not a token. */
  isKey(credential: string): boolean
  /** False for one that was mistyped or cut off. Asks nobody. */
  wellFormed(credential: string): boolean
  /** Undefined where there is no such key, or its secret is another. */
  find(credential: string): Effect.Effect<KeyHolder | undefined, DatabaseError>
}>()("analytics-following/auth/KeyHolders") {
  /** There are no keys. */
  static readonly layerNone = Layer.succeed(KeyHolders, {
    isKey: () => false,
    wellFormed: () => false,
    find: () => Effect.undefined
  })
}
