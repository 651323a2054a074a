import { Clock, Effect, Layer } from "effect"
import { type Account, Accounts } from "../auth/Accounts.ts"
import type { VerifiedToken } from "../auth/VerifiedToken.ts"
import { instantOf } from "../database/Instant.ts"
import type { UserId } from "./UserId.ts"
import { type AccountRow, UserRepo } from "./UserRepo.ts"

/** Accounts as the auth room asks for them, out of `auth_users` and `user_profiles`; a verified token seen first makes its rows. */
export const layerNoDeps = Layer.effect(
  Accounts,
  Effect.gen(function*() {
    const repo = yield* UserRepo

    const create = Effect.fnUntraced(function*(token: VerifiedToken) {
      const now = instantOf(yield* Clock.currentTimeMillis)
      yield* repo.insertMissing({
        id: token.id,
        email: token.email?.toLowerCase() ?? null,
        email_confirmed_at: null,
        phone: token.phone,
        app_metadata: token.app_metadata,
        user_metadata: token.user_metadata,
        last_sign_in_at: null,
        banned_until: null,
        deleted_at: null
      }, now)
      return yield* repo.findAccount(token.id)
    })

    return {
      ensure: Effect.fn("Accounts.ensure")(function*(token: VerifiedToken) {
        const [found, open] = yield* Effect.all([
          repo.findAccount(token.id),
          token.session_id === null ? Effect.undefined : repo.sessionOpen(token.session_id)
        ], { concurrency: "unbounded" })
        const account = found ?? (yield* create(token))
        if (account === undefined) return yield* Effect.die("an account that was just made is there")
        return accountOf(account, open)
      }),
      recordSignIn: Effect.fn("Accounts.recordSignIn")(function*(user: UserId) {
        yield* repo.recordSignIn(user, instantOf(yield* Clock.currentTimeMillis))
      })
    }
  })
)

export const layer = layerNoDeps.pipe(Layer.provide(UserRepo.layer))

const accountOf = (row: AccountRow, open: boolean | undefined): Account => ({
  ...row,
  session: open === undefined ? "unknown" : open ? "open" : "ended"
})
