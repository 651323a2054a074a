import { Context, type Effect } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { Tier } from "../ratelimits/Policy.ts"
import type { UserId } from "../users/UserId.ts"
import type { AccountStatus, Role } from "../users/UserProfile.ts"
import type { VerifiedToken } from "./VerifiedToken.ts"

/** What the database says of an account now. */
export interface Account {
  readonly id: UserId
  readonly role: typeof Role.Type
  readonly status: typeof AccountStatus.Type
  readonly tier?: Tier
  readonly banned_until: Column.Instant | null
  readonly deleted_at: Column.Instant | null
  /** Whether the token's session has been signed out; `unknown` where the database does not keep sessions or the token names none. */
  readonly session: "open" | "ended" | "unknown"
}

/** The port through which this room asks for accounts; the users room implements it. */
export class Accounts extends Context.Service<Accounts, {
  /** The account of a verified token, created at first sight. Role and status never come from `user_metadata`. */
  ensure(token: VerifiedToken): Effect.Effect<Account, DatabaseError>
  /** Counts a sign-in of the user. */
  recordSignIn(user: UserId): Effect.Effect<void, DatabaseError>
}>()("analytics-following/auth/Accounts") {}
