import type { Duration } from "effect"
import type { CachedBody } from "../cache/Cache.ts"
import type { CreditsRequired } from "../credits/CreditErrors.ts"
import type { Charge } from "../credits/Credits.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { DataSource } from "../searches/Search.ts"
import type { UserId } from "../users/UserId.ts"
import type { ProfileFetch } from "./ProfileFetch.ts"
import type { LookupRefusal } from "./ProfileStore.ts"
import type { Repeat } from "./Repeats.ts"
import type { Username } from "./Username.ts"

/** An answer ready for the wire. */
export interface Ready {
  readonly _tag: "Ready"
  readonly cached: CachedBody
  readonly source: typeof DataSource.Type
  /** Why the data is stale, or null. */
  readonly staleReason: string | null
  readonly accessExpiresAt: Column.Instant
  /** What this look-up cost: null where credits are off. `remaining` is not asked for where nothing was to be charged. */
  readonly charge: Pick<Charge, "charged" | "remaining"> | null
}

/** The fetch goes on beyond the time the caller wanted to wait. */
export interface Pending {
  readonly _tag: "Pending"
  readonly fetch: ProfileFetch
  /** What a renewal cost that the caller has meanwhile; the look-up itself is charged when it ends. */
  readonly charge?: Ready["charge"]
}

export interface LookupOptions {
  readonly user: UserId
  readonly username: Username
  /** How long to wait for a fetch before it becomes a job. */
  readonly wait: Duration.Duration
  /** Ask the vendor although the stored data is fresh. */
  readonly force: boolean
}

export type LookupFailure = LookupRefusal | CreditsRequired | DatabaseError

export interface ProfilesOptions {
  /** How long stored data counts as fresh. */
  readonly freshFor: Duration.Duration
  /** How long after that it is still answered at once, while it is fetched anew behind the answer. */
  readonly staleFor: Duration.Duration
}

/** Milliseconds: a refresh of data younger than this answers what is stored. */
export const minimumRefreshAge = 60_000

/** Reading inside a window costs nothing. */
export const openFor = ({ accessExpiresAt }: Repeat) => ({ expiresAt: accessExpiresAt, charge: { charged: 0, remaining: null } })
