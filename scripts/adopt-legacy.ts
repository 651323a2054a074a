/**
 * Brings a database of the old backend (seventeen tables, a `users` table with ids of its own) to the shape of the migrations.
 *
 * When: once, when an installation moves to this server. Stop the old backend, take a backup, run with `--dry-run`, read the counts, run
 * without. Start the new server afterwards.
 *
 * Why twice is safe: the old tables move into the schema `legacy` and are only read from there. Every batch is one transaction with the
 * cursor that passes it, so a run that was killed goes on where it was, and a run after the last one changes nothing.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Config, Console, Duration, Effect, Layer, Logger, Option, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { fileURLToPath } from "node:url"
import { Adoption } from "../src/alignment/adoption/Adoption.ts"
import { printed } from "../src/alignment/adoption/Printed.ts"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Erasures } from "../src/suppressions/Erasures.ts"
import { erasuresLayer, suppressionKeys } from "./maintenance/erasures.ts"

const adoptLegacy = Command.make("adopt-legacy", {
  url: Flag.Redacted("database-url").pipe(
    Flag.withDescription("The old database, as the owner of its tables; DATABASE_URL in the environment serves too"),
    Flag.withFallbackConfig(Config.Redacted("DATABASE_URL"))
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Judge every row and print the counts; write nothing"),
    Flag.withDefault(false)
  ),
  batchSize: Flag.Int("batch-size").pipe(
    Flag.withDescription("Rows of one transaction"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
    Flag.withDefault(1000)
  ),
  currency: Flag.String("currency").pipe(
    Flag.withDescription("ISO 4217 code of the campaigns' budgets, which the old database did not keep; XXX says not known"),
    Flag.withSchema(Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/, { expected: "three capital letters" }))),
    Flag.withDefault("XXX")
  ),
  asOf: Flag.Date("as-of").pipe(
    Flag.withDescription("Stands in for timestamps that nothing tells (default: the first start)"),
    Flag.optional
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the summary as JSON and nothing else on standard output"),
    Flag.withDefault(false)
  ),
  keys: suppressionKeys,
  prepare: Flag.Boolean("prepare").pipe(
    Flag.withDescription("Prepared statements; --no-prepare behind a transaction pooler"),
    Flag.withDefault(true)
  )
}, ({ asOf, batchSize, currency, dryRun, json, keys, prepare, url }) =>
  Effect.gen(function*() {
    const adoption = yield* Adoption
    const options = {
      batchSize,
      currency,
      asOf: Option.getOrUndefined(Option.map(asOf, (date) => date.toISOString())),
      onProgress: (line: string) => Console.error(line)
    }
    const summary = yield* (dryRun ? adoption.dryRun(options) : adoption.run(options))
    // Nobody who was erased here comes back by the old rows.
    if (!dryRun) {
      const back = yield* Effect.provide(Erasures.use(({ sweepAll }) => sweepAll), erasuresLayer(url, keys))
      if (back > 0) yield* Console.error(`Took out ${back} rows of creators who were erased here.`)
    }
    yield* Console.log(json ? JSON.stringify(summary) : printed(summary))
  }).pipe(Effect.provide(
    Adoption.layerNoDeps.pipe(
      Layer.provide(Migrator.layer(fileURLToPath(new URL("../migrations", import.meta.url)))),
      Layer.provide(Database.writeLayer({
        url,
        maxConnections: 1,
        readConnections: 1,
        statementTimeout: Duration.zero,
        prepare
      }))
    )
  ))).pipe(Command.withDescription("Brings a database of the old backend to the shape of the migrations"))

Command.run(adoptLegacy, { version: "1" }).pipe(
  // Standard output is the summary's alone.
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
