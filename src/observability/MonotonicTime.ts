import { Clock, Effect } from "effect"

/**
 * Milliseconds of a clock that nobody sets, counted from no particular moment: for how long something takes, and how long it may take.
 * The wall clock may be set back or forward at any time, and a duration read from it be negative or hours too long.
 */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)
