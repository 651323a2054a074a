/**
 * Deletes campaigns for good, with what is attached to them, that are in the bin for longer than `CAMPAIGN_BIN_RETENTION` (90 days).
 *
 * When: regularly, such as each night. Nothing else waits for it, and it may run beside the server.
 *
 * Why twice is safe: a batch is one statement that deletes what is too old at that moment; one that is being restored meanwhile is left
 * out. A run that was killed is begun again.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Duration, Effect, Layer, Logger, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Audit } from "../src/audit/Audit.ts"
import { Campaigns } from "../src/campaigns/Campaigns.ts"
import { Transaction } from "../src/database/Transaction.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { databaseUrl, olderThan, oneConnection } from "./maintenance/options.ts"

const purgeCampaigns = Command.make("purge-campaigns", {
  url: databaseUrl,
  olderThan: olderThan("CAMPAIGN_BIN_RETENTION"),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count what would be deleted; delete nothing"),
    Flag.withDefault(false)
  ),
  batch: Flag.Int("batch").pipe(
    Flag.withDescription("Campaigns of one statement"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
    Flag.withDefault(500)
  )
}, ({ batch, dryRun, olderThan, url }) =>
  Effect.gen(function*() {
    const campaigns = yield* Campaigns
    const before = yield* campaigns.countBin(olderThan)
    yield* Console.log(`Before: ${before} campaigns in the bin for longer than ${Duration.format(olderThan)}.`)
    if (dryRun) return yield* Console.log("Nothing was deleted: a dry run.")
    let total = 0
    for (;;) {
      const deleted = yield* campaigns.purge(olderThan, batch)
      if (deleted === 0) break
      total += deleted
      yield* Console.error(`${total} deleted`)
    }
    yield* Console.log(`Deleted ${total} campaigns. After: ${yield* campaigns.countBin(olderThan)}.`)
  }).pipe(Effect.provide(
    Campaigns.layer.pipe(
      Layer.provide(Audit.layer),
      Layer.provide(Transaction.layer),
      Layer.provide(oneConnection(url))
    )
  ))).pipe(Command.withDescription("Deletes campaigns that are in the bin for longer than the retention"))

Command.run(purgeCampaigns, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
