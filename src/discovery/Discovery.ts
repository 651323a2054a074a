import { Clock, Context, Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import type { Payable } from "../credits/Charges.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { UserId } from "../users/UserId.ts"
import { DiscoveryRepo } from "./DiscoveryRepo.ts"
import type { FoundRow } from "./FoundProfile.ts"
import type { ProfileSearch } from "./ProfileSearch.ts"

export interface SearchPage {
  readonly after: string | undefined
  readonly limit: number
}

/** The search among stored profiles. */
export class Discovery extends Context.Service<Discovery, {
  /** Up to `limit` profiles, each with the position that `after` continues from. Those that are gone from Instagram are not found. */
  find(user: UserId, search: ProfileSearch, page: SearchPage): Effect.Effect<ReadonlyArray<FoundRow>, DatabaseError>
}>()("analytics-following/discovery/Discovery") {
  static readonly layerNoDeps = Layer.effect(
    Discovery,
    Effect.gen(function*() {
      const repo = yield* DiscoveryRepo
      const find = Effect.fn("Discovery.find")(function*(user: UserId, search: ProfileSearch, page: SearchPage) {
        return yield* repo.find(search, { user, now: instantOf(yield* Clock.currentTimeMillis), ...page })
      })
      return { find }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(DiscoveryRepo.layer))
}

/**
 * What a page is paid as: the same whenever the same is asked for, in capitals or not, which the search does not tell apart. What was searched for is
 * not in the books: it may be the name of somebody who is erased.
 */
export const pageCharge = (search: ProfileSearch, page: SearchPage): Payable => ({
  action: "discovery_page",
  subject: `search ${createHash("sha256").update(JSON.stringify([search, page]).toLowerCase()).digest("base64url").slice(0, 22)}`,
  note: "A page of a search among stored profiles, for 24 hours"
})
