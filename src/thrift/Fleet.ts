import { Context, Duration, Effect, Layer, Random } from "effect"
import { randomUUID } from "node:crypto"
import { VendorBusy } from "../decodo/DecodoReason.ts"
import { loop } from "../observability/Loops.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { FleetStore } from "./FleetStore.ts"

export interface FleetOptions {
  /** Calls under way at once in all processes. */
  readonly concurrency: number
  /** Calls started in a second by all processes. */
  readonly perSecond: number
}

export interface FleetState {
  /** Who keeps the count: `process` where nothing is shared. */
  readonly shared_by: "redis" | "postgresql" | "process"
  /** Why the limits hold in this process alone at the moment, null where they hold as configured. */
  readonly degraded: string | null
}

/** Places of all processes together; null where nothing is shared, or what is shared does not answer. */
export interface FleetPlaces {
  readonly limit: number
  readonly in_use: number | null
  readonly waiting: number | null
}

/** The limits that all processes keep together towards the vendor. */
export class Fleet extends Context.Service<Fleet, {
  /** Makes a call in a place of its own, at the fleet's pace; `VendorBusy` where none comes free within the time. Waiters are served in turn. */
  inPlace<A, E, R>(within: Duration.Duration, call: Effect.Effect<A, E, R>): Effect.Effect<A, E | VendorBusy, R>
  readonly state: Effect.Effect<FleetState>
  /** Asks the store: for people and for figures, never for a call. */
  readonly places: Effect.Effect<FleetPlaces>
}>()("analytics-following/thrift/Fleet") {
  /** The pace of this process alone; how many calls it makes at once is its own affair. */
  static readonly layerProcess = (options: FleetOptions) =>
    Layer.sync(Fleet, () => {
      const pace = makePace(spacingOf(options))
      return {
        inPlace: (within, call) => Effect.andThen(pace(within), call),
        state: Effect.succeed<FleetState>({ shared_by: "process", degraded: null }),
        places: Effect.succeed({ limit: options.concurrency, in_use: null, waiting: null })
      }
    })

  /** Shared through a `FleetStore`. While that is away each process keeps the pace for itself, says so once a minute, and goes on. */
  static readonly layerShared = (options: FleetOptions) => Layer.effect(Fleet, makeShared(options))
}

const makeShared = Effect.fnUntraced(function*(options: FleetOptions) {
  const store = yield* FleetStore
  const rules = { concurrency: options.concurrency, spacing: spacingOf(options), lease: Duration.toMillis(leaseTime) }
  const ownPace = makePace(rules.spacing)
  const held = new Set<string>()
  let away = false
  let saidAt = -Infinity

  const noticeAway = Effect.fnUntraced(function*() {
    away = true
    const now = yield* monotonicMillis
    if (now - saidAt < 60_000) return
    saidAt = now
    yield* Effect.logError("the vendor's fleet-wide limits are kept by each process alone").pipe(
      Effect.annotateLogs({ store: store.kind })
    )
  })
  const noticeBack = Effect.suspend(() => {
    if (!away) return Effect.void
    away = false
    return Effect.logInfo("the vendor's limits are shared again").pipe(Effect.annotateLogs({ store: store.kind }))
  })

  const renew = Effect.suspend(() => Effect.andThen(store.renew([...held], rules), noticeBack)).pipe(
    Effect.catch(() => noticeAway())
  )
  yield* loop(
    "places at the vendor",
    Duration.divideUnsafe(leaseTime, 3),
    Effect.suspend(() => held.size === 0 && !away ? Effect.void : renew)
  )

  /** Until it is this caller's turn. */
  const turn = Effect.fnUntraced(function*(id: string, within: Duration.Duration) {
    const deadline = (yield* monotonicMillis) + Duration.toMillis(within)
    for (let asked = 0;; asked++) {
      const delay = yield* store.enter(id, rules)
      yield* noticeBack
      const left = deadline - (yield* monotonicMillis)
      if (delay !== null) return delay <= left ? yield* Effect.sleep(delay) : yield* busy
      const pause = Math.min(1_000, 50 * 2 ** Math.min(asked, 5)) * (yield* Random.nextBetween(0.8, 1.2))
      if (left < pause) return yield* busy
      yield* Effect.sleep(pause)
    }
  })

  const leave = (id: string) =>
    Effect.suspend(() => {
      held.delete(id)
      return Effect.catch(store.leave(id), () => noticeAway())
    })

  return Fleet.of({
    inPlace: (within, call) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const id = randomUUID()
          held.add(id)
          return id
        }),
        (id) =>
          turn(id, within).pipe(
            Effect.catchTag("FleetStoreUnavailable", () => Effect.andThen(noticeAway(), ownPace(within))),
            Effect.andThen(call)
          ),
        leave
      ),
    // Whoever asks finds out that it is back, though no call was made since.
    state: Effect.map(Effect.suspend(() => away ? renew : Effect.void), () => ({
      shared_by: store.kind,
      degraded: away ? `${store.kind} does not answer: each process keeps the vendor's limits alone` : null
    })),
    places: store.count.pipe(
      Effect.map((counted): FleetPlaces => ({ limit: options.concurrency, ...counted })),
      Effect.orElseSucceed((): FleetPlaces => ({ limit: options.concurrency, in_use: null, waiting: null }))
    )
  })
})

/** Starts at least `spacing` milliseconds apart, in the order in which they were asked for. */
const makePace = (spacing: number) => {
  let next = 0
  return Effect.fnUntraced(function*(within: Duration.Duration) {
    const now = yield* monotonicMillis
    const start = Math.max(now, next)
    if (start - now > Duration.toMillis(within)) return yield* busy
    next = start + spacing
    if (start > now) yield* Effect.sleep(start - now)
  })
}

const busy = Effect.fail(new VendorBusy({ retryAfter: 30 }))

const spacingOf = ({ perSecond }: FleetOptions): number => 1000 / perSecond

const leaseTime = Duration.seconds(30)
