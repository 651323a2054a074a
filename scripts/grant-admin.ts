/**
 * Makes a user an administrator, or an administrator a user: the first one, whom nobody can make through the API.
 *
 * When: once after the installation; the user has signed in before. Why twice is safe: it says what is to be. It is told of in the audit log.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Duration, Effect, Layer, Logger } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Audit } from "../src/audit/Audit.ts"
import { Transaction } from "../src/database/Transaction.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Standings } from "../src/users/Standings.ts"
import { databaseUrl, oneConnection } from "./maintenance/options.ts"

const grantAdmin = Command.make("grant-admin", {
  email: Argument.String("email"),
  url: databaseUrl,
  revoke: Flag.Boolean("revoke").pipe(
    Flag.withDescription("Makes an administrator a user again"),
    Flag.withDefault(false)
  )
}, ({ email, revoke, url }) =>
  Effect.gen(function*() {
    const standings = yield* Standings
    const audit = yield* Audit
    const transaction = yield* Transaction
    const role = revoke ? "user" : "admin"
    const filter = { email, role: undefined, status: undefined }
    const [found] = yield* standings.list(filter, { after: undefined, limit: 1 })
    if (found === undefined) {
      process.exitCode = 1
      return yield* Console.error("Nobody with this address has signed in yet.")
    }
    yield* transaction.run(Effect.andThen(
      standings.set(found.id, { role }),
      audit.record({
        action: "user.role",
        subject: { type: "user", user: found.id },
        details: { role, before: found.role, reason: "scripts/grant-admin.ts" }
      })
    ))
    yield* Console.log(`${found.id} has the role ${role} now, everywhere within two seconds.`)
  }).pipe(Effect.provide(
    Layer.mergeAll(Standings.layer, Audit.layer).pipe(
      Layer.provideMerge(Transaction.layer),
      Layer.provide(oneConnection(url, Duration.minutes(1)))
    )
  ))).pipe(Command.withDescription("Makes a user an administrator"))

Command.run(grantAdmin, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
