/**
 * Deletes what is older than its retention in every table that has one, as servers and workers do each hour, by the settings in the environment.
 *
 * When: where they are not to do it, or to see with --dry-run what they would. It may run beside them.
 *
 * Why twice is safe: a batch is one statement that deletes what is too old at that moment, and passes over what somebody holds.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Logger } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Audit } from "../src/audit/Audit.ts"
import { Campaigns } from "../src/campaigns/Campaigns.ts"
import { Transaction } from "../src/database/Transaction.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Retention } from "../src/retention/Retention.ts"
import { Searches } from "../src/searches/Searches.ts"
import { databaseUrl, oneConnection, retentionOf } from "./maintenance/options.ts"

const purgeExpired = Command.make("purge-expired", {
  url: databaseUrl,
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count what would be deleted; delete nothing"),
    Flag.withDefault(false)
  )
}, ({ dryRun, url }) =>
  Effect.gen(function*() {
    const settings = yield* retentionOf(process.env)
    const counts = yield* Effect.provide(
      Retention.use((retention) => retention.purge(dryRun)),
      Retention.layer(settings).pipe(
        Layer.provide([Searches.layer, Campaigns.layer]),
        Layer.provide(Audit.layer),
        Layer.provide(Transaction.layer),
        Layer.provide(oneConnection(url))
      )
    )
    for (const [table, count] of Object.entries(counts)) {
      yield* Console.log(`${table}: ${count} ${dryRun ? "would be deleted" : "deleted"}`)
    }
  })).pipe(Command.withDescription("Deletes what is older than its retention"))

Command.run(purgeExpired, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
