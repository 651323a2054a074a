import { Clock, Context, type Duration, Effect, Exit, Layer, Option, type Redacted } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { type Billed, billed, type DecodoReason, endsTask, Superseded } from "../decodo/DecodoReason.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { type BreakerOptions, type BreakerState, makeBreakers } from "./Breakers.ts"
import { CallMeter } from "./CallMeter.ts"
import { Fleet, type FleetOptions, type FleetPlaces, type FleetState } from "./Fleet.ts"
import * as PlaceRepo from "./PlaceRepo.ts"
import * as RedisFleet from "./RedisFleet.ts"
import { type Ceiling, Spending, type SpendingOptions, type SpendState } from "./Spending.ts"
import type { Task } from "./VendorTasks.ts"
import { VendorUse } from "./VendorUse.ts"

export interface VendorGuardOptions {
  readonly breaker: BreakerOptions
  readonly fleet: FleetOptions
  readonly redis: Option.Option<Redacted.Redacted>
  readonly spending: SpendingOptions
}

export interface GuardedCall {
  readonly target: string
  /** Counts from 1 within a fetch. */
  readonly attempt: number
  /** How long it may wait for its place. */
  readonly within: Duration.Duration
  readonly task?: GuardedTask | undefined
  /** Whether it is no longer needed, asked when it has its place: it may have waited long. */
  readonly superseded?: Effect.Effect<boolean> | undefined
  /** Results that it orders, which are reserved for in advance, and metered as they come: each is had by a call for its task. */
  readonly units?: number
}

/** A task of the vendor's asynchronous API. It is paid for from its submission until its result is known, whoever looks at it. */
export interface GuardedTask {
  /** The one that was there before. */
  readonly open: Task | undefined
  /** The one that there is by now. */
  readonly taskId: () => string | null
  /** Whether the result that came had been accounted for before. */
  readonly paidBefore: () => boolean
}

export interface VendorState {
  readonly breakers: ReadonlyArray<BreakerState>
  readonly fleet: FleetState
}

/** What stands between the product and its vendor: circuits, money, the fleet's limits, the meter. */
export class VendorGuard extends Context.Service<VendorGuard, {
  /** Makes one call if it may be made now, and meters it; refuses without a call, and without charge, where it may not. */
  call<A, R>(asked: GuardedCall, call: Effect.Effect<A, DecodoReason, R>): Effect.Effect<A, DecodoReason, R>
  /** Asks nobody, but a store that was away: for readiness and metrics. */
  readonly state: Effect.Effect<VendorState>
  readonly places: Effect.Effect<FleetPlaces>
  readonly ceiling: Effect.Effect<Ceiling | null, DatabaseError>
  /** Reads the day's calls: for people. Undefined while the database is away. */
  readonly spend: Effect.Effect<SpendState | undefined>
}>()("analytics-following/thrift/VendorGuard") {
  static readonly layerNoDeps = (options: BreakerOptions) => Layer.effect(VendorGuard, make(options))

  /** Limits shared through Redis where there is one, else through PostgreSQL. */
  static readonly layer = (options: VendorGuardOptions) =>
    this.layerNoDeps(options.breaker).pipe(Layer.provide([
      Fleet.layerShared(options.fleet).pipe(Layer.provide(Option.match(options.redis, {
        onSome: (url) => RedisFleet.layer({ url }),
        onNone: () => PlaceRepo.layer
      }))),
      Spending.layer(options.spending),
      CallMeter.layer
    ]))
}

const make = Effect.fnUntraced(function*(options: BreakerOptions) {
  const breakers = yield* makeBreakers(options)
  const fleet = yield* Fleet
  const spending = yield* Spending
  const meter = yield* CallMeter

  const metered = <A, R>({ attempt, target, task, units }: GuardedCall, call: Effect.Effect<A, DecodoReason, R>) =>
    Effect.gen(function*() {
      const use = yield* VendorUse
      const calledAt = instantOf(yield* Clock.currentTimeMillis)
      const startedAt = yield* monotonicMillis
      return yield* Effect.onExit(call, (exit) =>
        Effect.flatMap(monotonicMillis, (now) => {
          const { charged, outcome } = endOf(exit, task)
          if (units !== undefined && charged !== "unknown") return Effect.void
          return meter.record({
            called_at: calledAt,
            target,
            purpose: use.purpose,
            user_id: use.user,
            outcome,
            billed: charged,
            cost_micros: charged === "no" ? 0 : spending.price * (units ?? 1),
            duration_ms: Math.min(longestDuration, Math.round(now - startedAt)),
            attempt
          })
        }))
    })

  const paid = <A, R>({ task, units }: GuardedCall, call: Effect.Effect<A, DecodoReason, R>) =>
    Effect.gen(function*() {
      const use = yield* VendorUse
      const open = task?.open
      return yield* Effect.acquireUseRelease(
        open === undefined
          ? spending.reserve(use, units)
          : Effect.succeed(spending.reserved(use, open.submittedAt, open.answered)),
        () => call,
        (reservation, exit) => endOf(exit, task).stays ? Effect.void : spending.giveBack(reservation)
      )
    })

  return VendorGuard.of({
    call: (asked, call) => {
      const attempt = { target: asked.target, number: asked.attempt }
      // Refused before it queues, and looked at again when it has its place: those who waited must not all run into what broke meanwhile.
      return Effect.andThen(
        breakers.check(attempt),
        fleet.inPlace(asked.within, Effect.andThen(needed(asked), breakers.guard(attempt, paid(asked, metered(asked, call)))))
      )
    },
    state: Effect.all({ breakers: breakers.state, fleet: fleet.state }),
    places: fleet.places,
    ceiling: spending.ceiling,
    spend: spending.state
  })
})

const needed = ({ superseded }: GuardedCall) =>
  superseded === undefined
    ? Effect.void
    : Effect.flatMap(superseded, (is) => is ? Effect.fail(new Superseded()) : Effect.void)

interface End {
  readonly outcome: string
  /** By the meter: a task's bill comes with its result, once. */
  readonly charged: Billed
  /** Whether what was reserved for it stays spent. */
  readonly stays: boolean
}

/** Nobody knows whether a call that was given up was charged. */
const endOf = (exit: Exit.Exit<unknown, DecodoReason>, task: GuardedTask | undefined): End => {
  const reason = Exit.isSuccess(exit) ? undefined : Option.getOrUndefined(Exit.findErrorOption(exit))
  const outcome = Exit.isSuccess(exit) ? "success" : reason?._tag ?? "interrupted"
  const charged = Exit.isSuccess(exit) ? "yes" : reason === undefined ? "unknown" : billed(reason)
  // Whoever saw its result first has accounted for it, and given back what it did not cost.
  if (task?.paidBefore() === true) return { outcome, charged: "no", stays: true }
  const goesOn = (task?.taskId() ?? null) !== null && !Exit.isSuccess(exit) && (reason === undefined || !endsTask(reason))
  return goesOn ? { outcome, charged: "no", stays: true } : { outcome, charged, stays: charged !== "no" }
}

/** Milliseconds that its column holds: a system that stood still for a month must not lose what it paid for. */
const longestDuration = 2_147_483_647
