import { Effect } from "effect"
import type { Probe } from "../../src/alignment/Probes.ts"
import { sampleId as id } from "../../src/alignment/SampleRow.ts"
import * as Column from "../../src/database/Column.ts"
import { DiscoveryRepo } from "../../src/discovery/DiscoveryRepo.ts"
import type { ProfileSearch } from "../../src/discovery/ProfileSearch.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make(id)
const now = Column.Instant.make("2025-01-01T00:00:00.000Z")
/** Nothing is asked for: what every stored profile fits. */
export const anyProfile: ProfileSearch = {
  text: undefined,
  minFollowers: undefined,
  maxFollowers: undefined,
  category: undefined,
  isVerified: undefined,
  isBusinessAccount: undefined,
  minEngagementRate: undefined,
  maxEngagementRate: undefined,
  sort: "followers"
}
const all: ProfileSearch = {
  text: "probe",
  minFollowers: 1,
  maxFollowers: 2,
  category: "Probe",
  isVerified: true,
  isBusinessAccount: true,
  minEngagementRate: 1,
  maxEngagementRate: 2,
  sort: "relevance"
}
const searches = [anyProfile, all, { ...anyProfile, text: "probe" }, { ...anyProfile, text: "p" }]

/** The search among profiles, in the forms of its statement. */
export const discoveryProbes: ReadonlyArray<Probe> = searches.flatMap((search) =>
  [undefined, `0 1 ${id}`].map((after): Probe => ({
    method: "DiscoveryRepo.find",
    run: Effect.provide(DiscoveryRepo.use((repo) => repo.find(search, { user, now, after, limit: 1 })), DiscoveryRepo.layer)
  }))
)
