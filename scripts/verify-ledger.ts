/**
 * Proves that the credits add up: every balance is the sum of its entries, entries are numbered without gaps and each says the balance after
 * it, what is held is what open reservations hold, every charge has its one reservation, every refund its charge, nothing was charged twice,
 * and all accounts together, the system's included, are zero.
 *
 * When: each night, and after whatever went wrong. It only reads, and may run beside the server. Ends with 0 when everything adds up, with 1
 * when not, with 2 when it could not be found out.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Clock, Console, Duration, Effect, Layer, Logger } from "effect"
import * as Command from "effect/cli/Command"
import { countsOf } from "../src/credits/LedgerCheck.ts"
import { LedgerCheckRepo } from "../src/credits/LedgerCheckRepo.ts"
import { instantOf } from "../src/database/Instant.ts"
import { databaseUrl, oneConnection } from "./maintenance/options.ts"

const verifyLedger = Command.make("verify-ledger", {
  url: databaseUrl
}, ({ url }) =>
  Effect.gen(function*() {
    const repo = yield* LedgerCheckRepo
    const now = yield* Clock.currentTimeMillis
    const found = yield* repo.disagreements({
      since: instantOf(0),
      users: [],
      leasesBefore: instantOf(now - Duration.toMillis("1 hour")),
      limit: 10_000
    })
    const totals = yield* repo.totals
    for (const { account, balance } of totals) yield* Console.log(`${account.padEnd(12)} ${balance}`)
    const sum = totals.reduce((all, { balance }) => all + balance, 0)
    yield* Console.log(`${"sum".padEnd(12)} ${sum}`)
    for (const { rule, user_id } of found.slice(0, 100)) yield* Console.log(`${rule}: account of user ${user_id}`)
    const holds = found.length === 0 && sum === 0
    const accounts = totals.find(({ account }) => account === "users")?.accounts ?? 0
    yield* Console.log(holds ? `${accounts} accounts add up.` : `The ledger does not add up: ${JSON.stringify(countsOf(found))}`)
    yield* endWith(holds ? 0 : 1)
  }).pipe(
    Effect.provide(LedgerCheckRepo.layer.pipe(Layer.provide(oneConnection(url, Duration.hours(1))))),
    // The address holds a password: the error's own words alone.
    Effect.catch((error) => Effect.andThen(Console.error(`Could not verify: ${error._tag}`), endWith(2)))
  )).pipe(Command.withDescription("Proves that the credits add up"))

const endWith = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

Command.run(verifyLedger, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  NodeRuntime.runMain
)
