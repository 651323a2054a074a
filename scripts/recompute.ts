/**
 * Computes the stored figures and insights anew from the stored vendor answers, and rewrites what differs: after a formula has changed, or to
 * prove that nothing did. Never asks the vendor.
 *
 * When: after an upgrade whose registry names a new version of a method. Run with `--dry-run` first and read the counts.
 *
 * Why twice is safe: only what differs is written, each profile in a transaction of its own, and the result depends on the stored answers alone.
 * An interrupted run goes on with `--after` and the cursor it printed last. Servers that are running may answer the former figures from their
 * cache until those are no longer fresh.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Option, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Recompute } from "../src/insights/Recompute.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { doors } from "./maintenance/doors.ts"
import { RowCursor } from "./maintenance/options.ts"

const recompute = Command.make("recompute", {
  usernames: Flag.String("username").pipe(Flag.withDescription("Only this profile; may be repeated"), Flag.atLeast(0)),
  version: Flag.Int("figures-version").pipe(
    Flag.withDescription("Only profiles whose figures are of this version"),
    Flag.optional
  ),
  after: Flag.String("after").pipe(
    Flag.withDescription("Go on behind the profile with this id, the cursor of an interrupted run"),
    Flag.withSchema(RowCursor),
    Flag.optional
  ),
  batchSize: Flag.Int("batch-size").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
    Flag.withDefault(200)
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count what would be rewritten; write nothing"),
    Flag.withDefault(false)
  )
}, ({ after, batchSize, dryRun, usernames, version }) =>
  Effect.gen(function*() {
    const summary = yield* (yield* Recompute).run({
      dryRun,
      batchSize,
      ...(usernames.length === 0 ? {} : { usernames: usernames.map((name) => name.toLowerCase()) }),
      ...Option.match(version, { onNone: () => ({}), onSome: (version) => ({ version }) }),
      ...Option.match(after, { onNone: () => ({}), onSome: (after) => ({ after }) }),
      onProgress: ({ cursor, done, rate, total }) =>
        Console.error(`${done} of ${total} profiles, ${rate} a second, cursor ${cursor}`)
    })
    yield* Console.log(JSON.stringify({ dry_run: dryRun, ...summary }, null, 2))
  }).pipe(
    Effect.provide(doors(process.env))
  )).pipe(Command.withDescription("Computes stored figures and insights anew from stored answers"))

Command.run(recompute, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
