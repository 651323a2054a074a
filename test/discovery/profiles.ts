import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"

/** A stored profile, as far as a search looks at it. */
export interface Stored {
  readonly id: string
  readonly username: string
  readonly full_name: string | null
  readonly followers_count: number | null
  readonly category: string | null
  readonly is_verified: boolean | null
  readonly is_business_account: boolean | null
  readonly engagement_rate: number | null
  readonly availability: "available" | "private" | "gone"
}

export const storedProfile = (username: string, more: Partial<Stored> = {}): Stored => ({
  id: randomUUID(),
  username,
  full_name: null,
  followers_count: null,
  category: null,
  is_verified: null,
  is_business_account: null,
  engagement_rate: null,
  availability: "available",
  ...more
})

export const insertProfiles = Effect.fnUntraced(function*(profiles: ReadonlyArray<Stored>) {
  const sql = yield* SqlClient
  yield* sql`
    INSERT INTO profiles (id, username, full_name, followers_count, category, is_verified, is_business_account, engagement_rate, availability, raw_data)
    SELECT id, username, full_name, followers_count, category, is_verified, is_business_account, engagement_rate, availability, '{}'
    FROM jsonb_populate_recordset(NULL::profiles, ${JSON.stringify(profiles)}::jsonb)`
})
