import { Context, Effect, Layer } from "effect"
import { Audit } from "../audit/Audit.ts"
import { Authenticator } from "../auth/Authenticator.ts"
import { AdminRequired } from "../auth/AuthErrors.ts"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { UserUnknown } from "../credits/CreditErrors.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import { Standings } from "../users/Standings.ts"
import type { UserId } from "../users/UserId.ts"
import type { UserStanding } from "../users/UserStanding.ts"
import { OwnStanding } from "./AdminErrors.ts"

export type StandingChange = { readonly role: UserStanding["role"] } | { readonly status: UserStanding["status"] }

/** What administrators read of users and do to their accounts. All of it is told of in the audit log. */
export class UserAdmin extends Context.Service<UserAdmin, {
  find(user: UserId): Effect.Effect<UserStanding, UserUnknown | DatabaseError>
  readonly list: Standings["Service"]["list"]
  /**
   * Holds at once in this process, within two seconds in others. Nobody changes their own, and whoever is no administrator by the time of the
   * change is refused, so that one is always left.
   */
  change(user: UserId, change: StandingChange, reason: string): Effect.Effect<
    UserStanding,
    UserUnknown | OwnStanding | AdminRequired | DatabaseError,
    CurrentUser
  >
}>()("analytics-following/admin/UserAdmin") {
  static readonly layerNoDeps = Layer.effect(
    UserAdmin,
    Effect.gen(function*() {
      const standings = yield* Standings
      const audit = yield* Audit
      const transaction = yield* Transaction
      const authenticator = yield* Authenticator
      const there = (user: UserId) =>
        Effect.flatMap(standings.find(user), (found) => found === undefined ? UserUnknown.problem : Effect.succeed(found))

      const find = Effect.fn("UserAdmin.find")((user: UserId) =>
        Effect.tap(there(user), () => audit.record({ action: "user.read", subject: { type: "user", user } }))
      )

      const list: Standings["Service"]["list"] = Effect.fn("UserAdmin.list")(function*(filter, page) {
        const found = yield* standings.list(filter, page)
        yield* audit.record({
          action: "user.list",
          subject: { type: "users", id: "list" },
          details: { role: filter.role ?? null, status: filter.status ?? null, shown: found.length }
        })
        return found
      })

      const change = Effect.fn("UserAdmin.change")(function*(user: UserId, given: StandingChange, reason: string) {
        const admin = (yield* CurrentUser).id
        if (admin === user) return yield* OwnStanding.problem
        const changed = yield* transaction.run(Effect.gen(function*() {
          // Both rows are held to the end: two who take the role from each other would else leave nobody with it.
          const held = yield* standings.hold([admin, user])
          const own = held.find(({ user_id }) => user_id === admin)
          if (own?.role !== "admin" || own.status !== "active") return yield* AdminRequired.problem
          const before = held.find(({ user_id }) => user_id === user)
          if (before === undefined) return yield* UserUnknown.problem
          yield* standings.set(user, given)
          yield* audit.record({
            action: "role" in given ? "user.role" : given.status === "suspended" ? "user.suspend" : "user.reinstate",
            subject: { type: "user", user },
            details: { ...given, before: "role" in given ? before.role : before.status, reason }
          })
          return yield* there(user)
        }))
        yield* authenticator.invalidate(user)
        return changed
      })

      return { find, list, change }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(Standings.layer))
}
