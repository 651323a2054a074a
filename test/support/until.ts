import { Effect } from "effect"

/** Looks again and again until it holds: how a test waits for something without guessing how long it takes. */
export const until = <A, E, R>(look: Effect.Effect<A, E, R>, holds: (found: A) => boolean) =>
  Effect.repeat(Effect.tap(look, () => Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))), { until: holds })
