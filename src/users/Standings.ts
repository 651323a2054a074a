import { Clock, Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { StandingRepo } from "./StandingRepo.ts"
import type { UserId } from "./UserId.ts"
import { UserRepo } from "./UserRepo.ts"
import type { UserStanding } from "./UserStanding.ts"

/** Role and status of any user, for those who administer them: whoever changes one tells the authenticator and the audit log. */
export class Standings extends Context.Service<Standings, {
  readonly find: StandingRepo["Service"]["find"]
  readonly list: StandingRepo["Service"]["list"]
  readonly hold: StandingRepo["Service"]["hold"]
  /** What it does not name stays as it is. */
  set(user: UserId, change: Partial<Pick<UserStanding, "role" | "status">>): Effect.Effect<void, DatabaseError>
}>()("analytics-following/users/Standings") {
  static readonly layerNoDeps = Layer.effect(
    Standings,
    Effect.gen(function*() {
      const standings = yield* StandingRepo
      const users = yield* UserRepo
      const set = Effect.fn("Standings.set")(function*(user: UserId, change: Partial<Pick<UserStanding, "role" | "status">>) {
        yield* users.updateStanding(user, change, instantOf(yield* Clock.currentTimeMillis))
      })
      return { find: standings.find, list: standings.list, hold: standings.hold, set }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([StandingRepo.layer, UserRepo.layer]))
}
