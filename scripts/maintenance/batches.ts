import { Console, Effect, Schema } from "effect"
import * as Flag from "effect/cli/Flag"
import { monotonicMillis } from "../../src/observability/MonotonicTime.ts"
import { RowCursor } from "./options.ts"

/** The flags of every backfill. */
export const batchFlags = {
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Count what would be written; write nothing"),
    Flag.withDefault(false)
  ),
  batchSize: Flag.Int("batch-size").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
    Flag.withDefault(50)
  ),
  after: Flag.String("after").pipe(
    Flag.withDescription("Go on behind this id, the cursor that an interrupted run printed last"),
    Flag.withSchema(RowCursor),
    Flag.withDefault("00000000-0000-0000-0000-000000000000")
  ),
  rate: Flag.Int("rate").pipe(
    Flag.withDescription("Rows a second at most, to leave the database to others; 0: as fast as it goes"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))),
    Flag.withDefault(0)
  )
}

export interface BatchOptions {
  readonly batchSize: number
  readonly after: string
  readonly rate: number
}

/** What one batch did: how many rows it looked at, and where the next one begins. */
export interface Batch {
  readonly done: number
  readonly cursor: string
}

/** Does batch after batch until there is none, and says after each on standard error how far it has come. The last cursor. */
export const inBatches = Effect.fnUntraced(function*<E, R>(
  options: BatchOptions & {
    readonly total: number
    /** The flag that takes the cursor, `--after` unless told. */
    readonly flag?: string
  },
  batch: (after: string, limit: number) => Effect.Effect<Batch | undefined, E, R>
) {
  const startedAt = yield* monotonicMillis
  let cursor = options.after
  for (let done = 0;;) {
    const next = yield* batch(cursor, options.batchSize)
    if (next === undefined) return cursor
    done += next.done
    cursor = next.cursor
    const elapsed = (yield* monotonicMillis) - startedAt
    yield* Console.error(
      `${progressOf({ done, total: options.total, elapsed })}; go on with ${options.flag ?? "--after"} ${cursor}`
    )
    const ahead = options.rate === 0 ? 0 : done / options.rate * 1000 - elapsed
    if (ahead > 0) yield* Effect.sleep(ahead)
  }
})

/** A bar, the rate and the time that is left, by the rate so far. `elapsed` is in milliseconds. */
export const progressOf = (
  { done, elapsed, total }: { readonly done: number; readonly total: number; readonly elapsed: number }
): string => {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.round(share * width)
  const rate = elapsed === 0 ? done : done / elapsed * 1000
  const left = rate === 0 ? "unknown" : `${Math.ceil(Math.max(0, total - done) / rate)} s`
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${done} of ${total}, ${
    rate.toFixed(rate < 10 ? 1 : 0)
  } a second, ${left} left`
}

const width = 20
