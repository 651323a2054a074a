/**
 * Walks the audit log's chain from its beginning and names the first broken link. Prints the head, `sequence:hash`: keep it where whoever
 * can write to the database cannot, and give it to a later run as `--expect`, for a chain that was cut off at its end is whole in itself.
 *
 * When: regularly, such as each night, and after a restore. It reads only. Ends with 1 where something is broken.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Logger, Option, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Audit } from "../src/audit/Audit.ts"
import { Transaction } from "../src/database/Transaction.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { databaseUrl, oneConnection } from "./maintenance/options.ts"

const verifyAudit = Command.make("verify-audit", {
  url: databaseUrl,
  expect: Flag.String("expect").pipe(
    Flag.withDescription("A head that a former run printed"),
    Flag.withSchema(Schema.String.check(Schema.isPattern(/^\d{1,15}:[0-9a-f]{64}$/, { expected: "sequence:hash" }))),
    Flag.optional
  )
}, ({ expect, url }) =>
  Effect.gen(function*() {
    const audit = yield* Audit
    const { broken, head, unlinked } = yield* audit.verify(Option.getOrUndefined(Option.map(expect, headOf)))
    yield* Console.log(`Head ${head.sequence}:${head.hash}`)
    if (broken !== null) yield* Console.log(`Broken at ${broken.sequence}: ${broken.problem}.`)
    if (unlinked > 0) yield* Console.log(`${unlinked} entries have no place in the chain.`)
    if (broken === null && unlinked === 0) return yield* Console.log("Whole: every entry is as it was written.")
    process.exitCode = 1
  }).pipe(Effect.provide(
    Audit.layer.pipe(
      Layer.provide(Transaction.layer),
      Layer.provide(oneConnection(url))
    )
  ))).pipe(Command.withDescription("Proves that the audit log is as it was written"))

const headOf = (text: string) => {
  const [sequence = "", hash = ""] = text.split(":")
  return { sequence: Number(sequence), hash }
}

Command.run(verifyAudit, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
