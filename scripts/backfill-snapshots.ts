/**
 * Adds the snapshots that are missing of the history: one for each kept vendor answer, at the instant it was fetched. Those that are there stay
 * as they are. Never asks the vendor.
 *
 * When: after an adoption, or when snapshots were lost. It may run beside servers.
 *
 * Why twice is safe: a snapshot is added where there is none of that profile and instant, and depends on the answer alone. An interrupted run
 * goes on with `--after` and the cursor that it printed last, or begins anew.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer } from "effect"
import * as Command from "effect/cli/Command"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Backfill } from "../src/profiles/Backfill.ts"
import { batchFlags, inBatches } from "./maintenance/batches.ts"
import { doors } from "./maintenance/doors.ts"

const backfill = Command.make("backfill-snapshots", batchFlags, ({ dryRun, ...options }) =>
  Effect.gen(function*() {
    const backfill = yield* Backfill
    const before = yield* backfill.counts
    const counts = { added: 0, unchanged: 0, without_profile: 0, unreadable: 0 }
    const total = yield* backfill.countAnswers(options.after)
    const cursor = yield* inBatches({ ...options, total }, (after, limit) =>
      Effect.gen(function*() {
        const answers = yield* backfill.answers(after, limit)
        for (const answer of answers) counts[yield* backfill.snapshot(answer, dryRun)]++
        const last = answers.at(-1)
        return last === undefined ? undefined : { done: answers.length, cursor: last }
      }))
    const after = yield* backfill.counts
    yield* Console.log(JSON.stringify(
      { dry_run: dryRun, cursor, ...counts, before: { snapshots: before.snapshots }, after: { snapshots: after.snapshots } },
      null,
      2
    ))
  }).pipe(
    Effect.provide(Backfill.layer.pipe(Layer.provideMerge(doors(process.env))))
  )).pipe(Command.withDescription("Adds the snapshots that kept answers lead to"))

Command.run(backfill, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
