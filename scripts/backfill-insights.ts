/**
 * Derives the creator metadata of profiles that were stored before this version, or whose derivation was lost with a process; with `--similar` also
 * compares every profile with its stored neighbours. Never asks the vendor.
 *
 * When: once after an upgrade or an adoption; `--similar` as often as similar accounts are wanted fresh.
 *
 * Why twice is safe: only what is missing or of an older version is derived, and what is computed replaces what was. An interrupted run goes on with
 * the flag that it printed last.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Creators } from "../src/insights/Creators.ts"
import { Similar } from "../src/insights/Similar.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Recomputation } from "../src/profiles/Recomputation.ts"
import { batchFlags, type BatchOptions, inBatches } from "./maintenance/batches.ts"
import { doors } from "./maintenance/doors.ts"
import { RowCursor } from "./maintenance/options.ts"

const backfill = Command.make("backfill-insights", {
  ...batchFlags,
  similar: Flag.Boolean("similar").pipe(
    Flag.withDescription("Also compute similar accounts among what is stored"),
    Flag.withDefault(false)
  ),
  compareAfter: Flag.String("compare-after").pipe(
    Flag.withDescription("Go on comparing behind the profile with this id"),
    Flag.withSchema(RowCursor),
    Flag.withDefault("00000000-0000-0000-0000-000000000000")
  )
}, ({ compareAfter, dryRun, similar, ...options }) =>
  Effect.gen(function*() {
    const creators = yield* Creators
    const before = { without_creator: yield* creators.countMissing(options.after) }
    const total = { derived: 0, without_answer: 0, compared: 0, similar: 0 }
    yield* inBatches({ ...options, total: before.without_creator }, (after, limit) =>
      Effect.map(creators.backfill(after, limit, dryRun), (batch) => {
        if (batch === undefined) {
          return undefined
        }
        total.derived += batch.derived
        total.without_answer += batch.withoutAnswer
        return { done: batch.derived + batch.withoutAnswer, cursor: batch.cursor }
      }))
    if (similar && !dryRun) {
      yield* compareAll({ ...options, after: compareAfter }, total)
    }
    const after = { without_creator: yield* creators.countMissing(options.after) }
    yield* Console.log(JSON.stringify({ dry_run: dryRun, ...total, before, after }, null, 2))
  }).pipe(
    Effect.provide(doors(process.env))
  )).pipe(Command.withDescription("Derives the insights that are missing from stored answers"))

const compareAll = Effect.fnUntraced(function*(options: BatchOptions, total: { compared: number; similar: number }) {
  const profiles = yield* Recomputation
  const comparison = yield* Similar
  const count = yield* profiles.count({})
  yield* inBatches({ ...options, total: count, flag: "--similar --compare-after" }, (after, limit) =>
    Effect.gen(function*() {
      const batch = yield* profiles.batch({ after, limit })
      for (const { id } of batch) {
        total.similar += yield* comparison.compute(id)
        total.compared++
      }
      const last = batch.at(-1)
      return last === undefined ? undefined : { done: batch.length, cursor: last.id }
    }))
})

Command.run(backfill, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
