import { Effect, Layer } from "effect"
import { type Account, Accounts } from "../../../src/auth/Accounts.ts"
import { DatabaseUnavailable } from "../../../src/database/DatabaseErrors.ts"
import { UserId } from "../../../src/users/UserId.ts"

/** Accounts that a test changes as it goes; `calls` counts what reached the database. */
export class FakeAccounts {
  calls = 0
  /** Null while the database is away. */
  account: Partial<Account> | null = {}
  delay: Effect.Effect<void> = Effect.void

  readonly layer = Layer.succeed(Accounts, {
    recordSignIn: () => Effect.void,
    ensure: (token) =>
      Effect.suspend(() => {
        this.calls++
        const account = this.account
        return Effect.andThen(
          this.delay,
          account === null
            ? Effect.fail(new DatabaseUnavailable({ retry_after: 2, detail: "Repeat the request later." }))
            : Effect.succeed<Account>({
              id: UserId.make(token.id),
              role: "user",
              status: "active",
              banned_until: null,
              deleted_at: null,
              session: "open",
              ...account
            })
        )
      })
  })
}
