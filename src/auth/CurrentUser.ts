import { Context } from "effect"
import type { Tier } from "../ratelimits/Policy.ts"
import type { UserId } from "../users/UserId.ts"
import type { Role } from "../users/UserProfile.ts"

/** Who is calling, however they proved it. Provided by `Authorization`; a handler asks for nothing else. */
export class CurrentUser extends Context.Service<CurrentUser, {
  readonly id: UserId
  /** Null for a user who signed up by phone. */
  readonly email: string | null
  /** From the database, never from the token. */
  readonly role: typeof Role.Type
  /** The Supabase session the token belongs to, for signing it out. Null when the caller has none. */
  readonly session_id: string | null
  /** The API key that was sent; absent for a person who signed in. */
  readonly api_key?: string
  /** The plan; absent: free. */
  readonly tier?: Tier
}>()("analytics-following/auth/CurrentUser") {}
