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
import { doors } from "./maintenance/doors.ts"
import { RowCursor } from "./maintenance/options.ts"

const first = "00000000-0000-0000-0000-000000000000"
const batchSize = 100

const backfill = Command.make("backfill-insights", {
  similar: Flag.Boolean("similar").pipe(
    Flag.withDescription("Also compute similar accounts among what is stored"),
    Flag.withDefault(false)
  ),
  after: Flag.String("after").pipe(
    Flag.withDescription("Go on deriving behind the profile with this id"),
    Flag.withSchema(RowCursor),
    Flag.withDefault(first)
  ),
  compareAfter: Flag.String("compare-after").pipe(
    Flag.withDescription("Go on comparing behind the profile with this id"),
    Flag.withSchema(RowCursor),
    Flag.withDefault(first)
  )
}, ({ after, compareAfter, similar }) =>
  Effect.gen(function*() {
    const creators = yield* Creators
    const total = { derived: 0, without_answer: 0, compared: 0, similar: 0 }
    for (let cursor = after;;) {
      const batch = yield* creators.backfill(cursor, batchSize)
      if (batch === undefined) break
      total.derived += batch.derived
      total.without_answer += batch.withoutAnswer
      cursor = batch.cursor
      yield* Console.error(`${total.derived} derived, ${total.without_answer} without an answer; go on with --after ${cursor}`)
    }
    if (similar) yield* compareAll(compareAfter, total)
    yield* Console.log(JSON.stringify(total, null, 2))
  }).pipe(
    Effect.provide(doors(process.env))
  )).pipe(Command.withDescription("Derives the insights that are missing from stored answers"))

const compareAll = Effect.fnUntraced(function*(after: string, total: { compared: number; similar: number }) {
  const profiles = yield* Recomputation
  const comparison = yield* Similar
  for (let cursor = after;;) {
    const batch = yield* profiles.batch({ after: cursor, limit: batchSize })
    const last = batch.at(-1)
    if (last === undefined) return
    for (const { id } of batch) {
      total.similar += yield* comparison.compute(id)
      total.compared++
    }
    cursor = last.id
    yield* Console.error(`${total.compared} compared, ${total.similar} similar; go on with --similar --compare-after ${cursor}`)
  }
})

Command.run(backfill, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
