import { Context, Effect, Layer } from "effect"
import { Audit } from "../audit/Audit.ts"
import { Authenticator } from "../auth/Authenticator.ts"
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
  /** Holds at once in this process, within two seconds in others. Nobody changes their own, so that an administrator is left. */
  change(user: UserId, change: StandingChange, reason: string): Effect.Effect<
    UserStanding,
    UserUnknown | OwnStanding | DatabaseError,
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
        if ((yield* CurrentUser).id === user) return yield* OwnStanding.problem
        const changed = yield* transaction.run(Effect.gen(function*() {
          const before = yield* there(user)
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
