/**
 * Deletes look-ups that are older than `SEARCH_RETENTION` (365 days), from `user_searches` and `search_history`.
 *
 * When: regularly, such as each night. Nothing else waits for it, and it may run beside the server.
 *
 * Why twice is safe: a batch is one statement that deletes what is too old at that moment from both tables, for so many users. A run that was
 * killed is begun again, or goes on with `--resume` and the last user that it printed.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Duration, Effect, Layer, Logger, Option, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Searches } from "../src/searches/Searches.ts"
import { UserId } from "../src/users/UserId.ts"
import { databaseUrl, olderThan, oneConnection } from "./maintenance/options.ts"

const pruneSearches = Command.make("prune-searches", {
  url: databaseUrl,
  olderThan: olderThan("SEARCH_RETENTION"),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count what would be deleted; delete nothing"),
    Flag.withDefault(false)
  ),
  users: Flag.Int("users").pipe(
    Flag.withDescription("Users of one batch"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
    Flag.withDefault(1000)
  ),
  resume: Flag.String("resume").pipe(
    Flag.withDescription("The last user that an interrupted run printed"),
    Flag.withSchema(UserId),
    Flag.optional
  )
}, ({ dryRun, olderThan, resume, url, users }) =>
  Effect.gen(function*() {
    const searches = yield* Searches
    const before = yield* searches.count
    yield* Console.log(`Before: ${before.searches} look-ups, ${before.history} rows of history.`)
    const total = { searches: 0, history: 0 }
    let after = Option.getOrUndefined(resume)
    for (;;) {
      const batch = yield* searches.prune({ olderThan, after, users, dryRun })
      if (batch.last === null) break
      total.searches += batch.searches
      total.history += batch.history
      after = batch.last
      yield* Console.error(`Up to user ${batch.last}: ${total.searches} look-ups`)
    }
    const done = dryRun ? "Would delete" : "Deleted"
    yield* Console.log(
      `${done} ${total.searches} look-ups and ${total.history} rows of history, older than ${Duration.format(olderThan)}.`
    )
    const left = yield* searches.count
    yield* Console.log(`After: ${left.searches} look-ups, ${left.history} rows of history.`)
  }).pipe(Effect.provide(
    Searches.layer.pipe(Layer.provide(oneConnection(url)))
  ))).pipe(Command.withDescription("Deletes look-ups that are older than the retention"))

Command.run(pruneSearches, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
