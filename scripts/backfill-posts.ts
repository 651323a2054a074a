/**
 * Makes posts of the kept vendor answers anew, by today's decoder: adds those that are missing, and changes what differs of those that no later
 * answer has renewed. Never asks the vendor but with `--fetch`, which then has so many profiles fetched that count posts and list none, the
 * ones that were not fetched for a week; servers and workers do it, within the ceilings of the settings, and the run waits for them.
 *
 * When: after an upgrade that reads more of an answer, or an adoption. Run with `--dry-run` first and read the counts; `recompute` afterwards
 * makes the figures follow. It may run beside servers.
 *
 * Why twice is safe: what is written depends on the answers alone, each in a transaction of its own, and only what differs is. An interrupted
 * run goes on with `--after` and the cursor that it printed last, or begins anew; a fetch that was begun goes on without it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Clock, Console, Duration, Effect, Layer, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { instantOf } from "../src/database/Instant.ts"
import { monotonicMillis } from "../src/observability/MonotonicTime.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Backfill } from "../src/profiles/Backfill.ts"
import { ProfileFetches } from "../src/profiles/ProfileFetches.ts"
import { batchFlags, inBatches, progressOf } from "./maintenance/batches.ts"
import { doors } from "./maintenance/doors.ts"

const backfill = Command.make("backfill-posts", {
  ...batchFlags,
  fetch: Flag.Int("fetch").pipe(
    Flag.withDescription("Fetch at most so many profiles that count posts and list none; each is a paid call of the vendor"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))),
    Flag.withDefault(0)
  )
}, ({ dryRun, fetch, ...options }) =>
  Effect.gen(function*() {
    const backfill = yield* Backfill
    const before = yield* backfill.counts
    const counts = { answers: 0, added: 0, changed: 0, listed: 0, without_profile: 0, unreadable: 0 }
    const total = yield* backfill.countAnswers(options.after)
    const cursor = yield* inBatches({ ...options, total }, (after, limit) =>
      Effect.gen(function*() {
        const answers = yield* backfill.answers(after, limit)
        for (const answer of answers) {
          const refilled = yield* backfill.posts(answer, dryRun)
          counts.answers++
          if (typeof refilled === "string") counts[refilled]++
          else {
            counts.added += refilled.added
            counts.changed += refilled.changed
            counts.listed += refilled.listed
          }
        }
        const last = answers.at(-1)
        return last === undefined ? undefined : { done: answers.length, cursor: last }
      }))
    const fetched = yield* fetchMissing(fetch, dryRun)
    const after = yield* backfill.counts
    yield* Console.log(JSON.stringify(
      {
        dry_run: dryRun,
        cursor,
        ...counts,
        fetched,
        before: { posts: before.posts, listed: before.listed },
        after: { posts: after.posts, listed: after.listed }
      },
      null,
      2
    ))
  }).pipe(
    Effect.provide(Backfill.layer.pipe(Layer.provideMerge(doors(process.env))))
  )).pipe(Command.withDescription("Makes posts of kept answers anew"))

/** Has profiles without posts fetched, a few at a time, and stops where the vendor may cost no more. */
const fetchMissing = Effect.fnUntraced(function*(most: number, dryRun: boolean) {
  const backfill = yield* Backfill
  const fetches = yield* ProfileFetches
  const counts = { profiles: 0, succeeded: 0, failed: 0, ceiling_reached: false }
  if (most === 0) return counts
  const startedAt = yield* monotonicMillis
  const before = instantOf((yield* Clock.currentTimeMillis) - Duration.toMillis("7 days"))
  let after = "00000000-0000-0000-0000-000000000000"
  while (counts.profiles < most && !counts.ceiling_reached) {
    const batch = yield* backfill.withoutPosts({ after, before, limit: Math.min(fetchedAtOnce, most - counts.profiles) })
    const last = batch.at(-1)
    if (last === undefined) break
    after = last.id
    counts.profiles += batch.length
    if (dryRun) continue
    yield* Effect.forEach(batch, ({ username }) =>
      Effect.gen(function*() {
        const fetch = yield* fetches.join(username, undefined, { purpose: "backfill", analysisType: "refresh" })
        const outcome = yield* fetches.outcome(fetch)
        // It ended a day ago and more, while this script stood still.
        if (outcome === undefined) return
        const result = yield* Effect.result(outcome.result)
        if (result._tag === "Success") counts.succeeded++
        else {
          counts.failed++
          if (result.failure._tag === "SpendCeilingReached") counts.ceiling_reached = true
        }
      }), { concurrency: fetchedAtOnce, discard: true })
    const elapsed = (yield* monotonicMillis) - startedAt
    yield* Console.error(`fetched: ${progressOf({ done: counts.profiles, total: most, elapsed })}`)
  }
  return counts
})

const fetchedAtOnce = 10

Command.run(backfill, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
