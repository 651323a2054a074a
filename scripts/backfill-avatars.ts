/**
 * Notes of every profile when its picture ends, as the stored addresses say themselves; the counts tell how many pictures can still be had, have
 * ended, or do not say. Asks neither the vendor nor any address: a picture that has ended comes back with the next fetch of its profile.
 *
 * When: once after the upgrade that brought `profile_pic_expires_at`; later fetches note it by themselves. It may run beside servers.
 *
 * Why twice is safe: what is noted depends on the stored address alone, and is written only where it differs and the address is still the
 * same. An interrupted run goes on with `--after` and the cursor that it printed last, or begins anew.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer } from "effect"
import * as Command from "effect/cli/Command"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { Backfill } from "../src/profiles/Backfill.ts"
import type { BackfillCounts } from "../src/profiles/BackfillRepo.ts"
import { batchFlags, inBatches } from "./maintenance/batches.ts"
import { doors } from "./maintenance/doors.ts"

const backfill = Command.make("backfill-avatars", batchFlags, ({ dryRun, ...options }) =>
  Effect.gen(function*() {
    const backfill = yield* Backfill
    const before = statesOf(yield* backfill.counts)
    const counts = { profiles: 0, changed: 0, undated: 0 }
    const total = yield* backfill.countProfiles(options.after)
    const cursor = yield* inBatches({ ...options, total }, (after, limit) =>
      Effect.tap(backfill.pictures(after, limit, dryRun), (batch) =>
        Effect.sync(() => {
          counts.profiles += batch?.done ?? 0
          counts.changed += batch?.changed ?? 0
          counts.undated += batch?.undated ?? 0
        })))
    const after = statesOf(yield* backfill.counts)
    yield* Console.log(JSON.stringify({ dry_run: dryRun, cursor, ...counts, before, after }, null, 2))
  }).pipe(
    Effect.provide(Backfill.layer.pipe(Layer.provideMerge(doors(process.env))))
  )).pipe(Command.withDescription("Notes when the pictures of profiles end"))

/** How many profiles have no picture, one that can still be had, one that has ended, and one of which that is not known. */
const statesOf = ({ pictures, pictures_expired, pictures_valid, profiles }: BackfillCounts) => ({
  none: profiles - pictures,
  valid: pictures_valid,
  expired: pictures_expired,
  unknown: pictures - pictures_valid - pictures_expired
})

Command.run(backfill, { version: "1" }).pipe(
  Effect.provide(NodeServices.layer),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
