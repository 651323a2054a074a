import { Context, Deferred, Duration, Effect, Latch, Layer } from "effect"
import { Signals } from "../database/Signals.ts"
import { loop } from "../observability/Loops.ts"
import type { UserId } from "../users/UserId.ts"
import { FetchId, type ProfileFetch } from "./ProfileFetch.ts"
import { ProfileFetchRepo } from "./ProfileFetchRepo.ts"

/** A fetch that has ended, with the users whom the transaction that ended it recorded. */
export interface EndedFetch {
  readonly fetch: ProfileFetch
  readonly recorded: ReadonlySet<UserId>
}

/**
 * Tells those who wait that a fetch has ended, whichever process ended it: at once where that is this one or where signals are heard,
 * else by looking, ever less often, at all that are waited for with one statement. Nothing is looked at while nobody waits.
 */
export class FetchEnds extends Context.Service<FetchEnds, {
  /** Undefined: it ended so long ago that nobody knows of it any longer. */
  await(id: FetchId): Effect.Effect<EndedFetch | undefined>
  /** Runs what fetches it: its end will be announced here, so that it need not be looked for meanwhile. */
  runHere<A, E, R>(id: FetchId, run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R>
  announce(ended: EndedFetch): Effect.Effect<void>
  /** Something was heard of a fetch: it is looked at now, also where it runs here. */
  look(id: FetchId): Effect.Effect<void>
}>()("analytics-following/profiles/FetchEnds") {
  static readonly layerNoDeps = Layer.effect(
    FetchEnds,
    Effect.gen(function*() {
      const repo = yield* ProfileFetchRepo
      const signals = yield* Signals
      const waiting = new Map<FetchId, Waiting>()
      const here = new Set<FetchId>()
      const heard = new Set<FetchId>()
      const wake = Latch.makeUnsafe(false)

      const lookAtAll = Effect.suspend(() => {
        const elsewhere = [...waiting.keys()].filter((id) => !here.has(id) || heard.has(id))
        heard.clear()
        return elsewhere.length === 0
          ? Effect.succeed(false)
          // What failed is in the log, and is looked at again.
          : repo.findEnded(elsewhere).pipe(
            Effect.flatMap((found) =>
              Effect.forEach(found, ({ recorded, ...fetch }) => announce({ fetch, recorded: new Set(recorded) }))
            ),
            // Only who has waited for a while can wait for what is gone.
            Effect.andThen(Effect.suspend(() => pause < longestPause ? Effect.void : forgetPruned(elsewhere))),
            Effect.ignore,
            Effect.as(true)
          )
      })

      const tell = (id: FetchId, ended: EndedFetch | undefined) =>
        Effect.suspend(() => {
          const known = waiting.get(id)
          return known === undefined ? Effect.void : Deferred.succeed(known.ended, ended)
        })

      const announce = (ended: EndedFetch) => tell(ended.fetch.id, ended)

      /** Whoever was away for a day, with their machine or their database, may come back to a fetch that ended and was pruned meanwhile. */
      const forgetPruned = (ids: ReadonlyArray<FetchId>) =>
        Effect.flatMap(repo.findPruned(ids), (found) => Effect.forEach(found, ({ id }) => tell(id, undefined), { discard: true }))

      let pause = shortestPause
      yield* loop(
        "ends of fetches",
        Duration.zero,
        Effect.gen(function*() {
          const looked = yield* lookAtAll
          const woken = looked
            ? yield* Effect.raceFirst(Effect.as(Effect.sleep(pause), false), Effect.as(wake.await, true))
            : yield* Effect.as(wake.await, true)
          if (woken) wake.closeUnsafe()
          pause = woken ? shortestPause : Math.min(longestPause, pause * 1.5)
        })
      )

      const look = (id: FetchId) =>
        Effect.sync(() => {
          if (!waiting.has(id)) return
          heard.add(id)
          wake.openUnsafe()
        })

      yield* signals.hear("profile_fetches", (id) => look(FetchId.make(id)))

      return {
        await: (id) =>
          Effect.acquireUseRelease(
            Effect.sync(() => {
              const known = waiting.get(id) ?? { ended: Deferred.makeUnsafe<EndedFetch | undefined>(), count: 0 }
              known.count++
              waiting.set(id, known)
              if (!here.has(id)) wake.openUnsafe()
              return known
            }),
            ({ ended }) => Deferred.await(ended),
            (known) =>
              Effect.sync(() => {
                if (--known.count === 0) waiting.delete(id)
              })
          ),
        runHere: (id, run) =>
          Effect.acquireUseRelease(
            Effect.sync(() => here.add(id)),
            () => run,
            () =>
              Effect.sync(() => {
                here.delete(id)
                if (waiting.has(id)) wake.openUnsafe()
              })
          ),
        announce,
        look
      }
    })
  )
}

interface Waiting {
  readonly ended: Deferred.Deferred<EndedFetch | undefined>
  count: number
}

/** Milliseconds between two looks: the first, and what it grows to. */
const shortestPause = Duration.toMillis("50 millis")
const longestPause = Duration.toMillis("1 second")
