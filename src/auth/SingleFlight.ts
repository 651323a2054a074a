import { Deferred, Effect } from "effect"

/**
 * Runs at most one effect per key at a time; whoever asks meanwhile shares its outcome. A run belongs to the surrounding scope and not
 * to its first caller, who may hang up: nobody can abort it for the others, or make it start again by aborting.
 */
export const makeSingleFlight = Effect.fnUntraced(function*<A, E = never>() {
  const scope = yield* Effect.scope
  const flights = new Map<string, Deferred.Deferred<A, E>>()

  return (key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) => {
      const flying = flights.get(key)
      if (flying !== undefined) return restore(Deferred.await(flying))
      const landing = Deferred.makeUnsafe<A, E>()
      flights.set(key, landing)
      return Effect.flatMap(Effect.forkIn(effect, scope), (fiber) => {
        // An observer and not `onExit`: a run that the closing scope ends before it begins must still land.
        fiber.addObserver((exit) => {
          flights.delete(key)
          Deferred.doneUnsafe(landing, exit)
        })
        return restore(Deferred.await(landing))
      })
    })
})
