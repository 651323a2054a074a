import { Effect } from "effect"

/** Looks again and again until it holds: how a test waits for something without guessing how long it takes. */
export const until = Effect.fnUntraced(function*<A, E, R>(look: Effect.Effect<A, E, R>, holds: (found: A) => boolean) {
  for (;;) {
    const found = yield* look
    if (holds(found)) return found
    yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
  }
})
