import { Clock, Context, DateTime, Duration, Effect, Layer, Schedule } from "effect"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { SpendCeilingReached } from "../decodo/DecodoReason.ts"
import type { UserId } from "../users/UserId.ts"
import { SpendRepo } from "./SpendRepo.ts"
import { VendorCallRepo } from "./VendorCallRepo.ts"
import type { Use } from "./VendorUse.ts"

/** Money is in whole micro-dollars. A day is a day of UTC. */
export interface SpendingOptions {
  readonly pricePerSuccess: number
  /** All users together, null without a ceiling. */
  readonly perDay: number | null
  /** Each user, null without a ceiling. */
  readonly perUserAndDay: number | null
}

export interface SpendState {
  /** Today, calls under way and calls of which nobody knows whether they were charged included. */
  readonly spent_micros: number
  /** What today will have cost if it goes on like the last hour: spent so far, and the last hour's spend for each hour that is left. */
  readonly forecast_micros: number
  readonly ceiling_micros: number | null
  /** Why the ceiling is kept by this process alone at the moment, null where it holds as configured. */
  readonly degraded: string | null
}

/** What holds the day's ceiling: at least what today (UTC) has cost so far, for calls under way are paid in advance. */
export interface Ceiling {
  readonly spent_micros: number
  readonly ceiling_micros: number
}

/** What the vendor may cost. A call is paid for in advance and given back if it was not charged, so that no race spends more. */
export class Spending extends Context.Service<Spending, {
  readonly price: number
  /** `SpendCeilingReached` where so many calls (1) could cost more than is left today. */
  reserve(use: Use, units?: number): Effect.Effect<Reservation, SpendCeilingReached>
  /** What was reserved for one call when its task was submitted; nothing where that is settled. */
  reserved(use: Use, submittedAt: number, settled: boolean): Reservation
  /** What was reserved was not charged: it can be spent again, soon. An unknown end stays paid for. */
  giveBack(reservation: Reservation): Effect.Effect<void>
  /** Reads one row; null without a ceiling. */
  readonly ceiling: Effect.Effect<Ceiling | null, DatabaseError>
  /** Undefined while the database is away. */
  readonly state: Effect.Effect<SpendState | undefined>
}>()("analytics-following/thrift/Spending") {
  static readonly layerNoDeps = (options: SpendingOptions) => Layer.effect(Spending, make(options))

  static readonly layer = (options: SpendingOptions) =>
    this.layerNoDeps(options).pipe(Layer.provide([SpendRepo.layer, VendorCallRepo.layer]))

  /** No ceilings, no database: for tests of what stands before it. */
  static readonly layerNone = (options: { readonly pricePerSuccess: number }) =>
    Layer.succeed(Spending, {
      price: options.pricePerSuccess,
      reserve: () => Effect.succeed(nothingReserved),
      reserved: () => nothingReserved,
      giveBack: () => Effect.void,
      ceiling: Effect.succeed(null),
      state: Effect.undefined
    })
}

/** Whose budgets hold the price of a call under way. */
export interface Reservation {
  readonly day: string
  readonly owners: ReadonlyArray<UserId | null>
  readonly amount: number
}

const nothingReserved: Reservation = { day: "", owners: [], amount: 0 }

const make = Effect.fnUntraced(function*(options: SpendingOptions) {
  const repo = yield* SpendRepo
  const calls = yield* VendorCallRepo
  const transaction = yield* Transaction
  const scope = yield* Effect.scope
  const price = options.pricePerSuccess
  const unlimited = options.perDay === null && options.perUserAndDay === null
  let away = false
  /** Without the ledger, in a day. */
  let blind = { day: "", spent: 0 }
  let lastKnown: { readonly day: string; readonly left: number } | undefined

  const reserveOf = Effect.fnUntraced(function*(
    owner: UserId | null,
    ceiling: number,
    amount: number,
    now: number
  ) {
    const spent = yield* repo.reserve(dayOf(now), owner, amount, ceiling)
    if (spent === undefined) {
      return yield* new SpendCeilingReached({ scope: owner === null ? "day" : "user", retryAfter: secondsToMidnight(now) })
    }
    return spent
  })

  const reserve = Effect.fn("Spending.reserve")(
    function*(use: Use, units = 1): Effect.fn.Return<Reservation, SpendCeilingReached> {
      if (unlimited) return nothingReserved
      const now = yield* Clock.currentTimeMillis
      const day = dayOf(now)
      const amount = price * units
      return yield* transaction.run(Effect.gen(function*() {
        const owners: Array<UserId | null> = []
        if (use.user !== null && options.perUserAndDay !== null) {
          yield* reserveOf(use.user, options.perUserAndDay, amount, now)
          owners.push(use.user)
        }
        // Last, for all processes wait for this row.
        if (options.perDay !== null) {
          const spent = yield* reserveOf(null, options.perDay, amount, now)
          lastKnown = { day, left: options.perDay - spent }
          owners.push(null)
        }
        away = false
        return { day, owners, amount } satisfies Reservation
      })).pipe(
        Effect.timeoutOrElse({ duration: "3 seconds", orElse: () => reserveBlindly(day, now, amount) }),
        Effect.catchTags({
          DatabaseUnavailable: () => reserveBlindly(day, now, amount),
          RowMismatch: () => reserveBlindly(day, now, amount),
          // A user who is gone has no budget of their own.
          RowRefused: () => use.user === null ? reserveBlindly(day, now, amount) : reserve({ ...use, user: null }, units)
        })
      )
    }
  )

  /**
   * The ledger is away. This process goes on for a twentieth of what it last knew to be left, loudly, and stops there, however often
   * that happens in a day; one that never saw today's ledger does not start. So each process passes the ceiling by no more than that.
   */
  const reserveBlindly = Effect.fnUntraced(function*(day: string, now: number, amount: number) {
    const left = lastKnown?.day === day ? lastKnown.left : options.perDay === null ? options.perUserAndDay ?? 0 : 0
    if (blind.day !== day) blind = { day, spent: 0 }
    const allowance = Math.max(0, Math.floor(left / 20) - blind.spent)
    if (!away) {
      away = true
      yield* Effect.logError("spend ceilings are kept by this process alone: the database is away").pipe(
        Effect.annotateLogs({ allowance_micros: allowance })
      )
    }
    if (amount > allowance) {
      return yield* new SpendCeilingReached({ scope: "day", retryAfter: Math.min(60, secondsToMidnight(now)) })
    }
    blind.spent += amount
    return nothingReserved
  })

  /** The reservation stands until then: a process that dies before gives nothing back, and the day ends a call early. */
  const giveBack = ({ amount, day, owners }: Reservation) =>
    Effect.forEach(owners, (owner) =>
      repo.release(day, owner, amount).pipe(
        // Each by itself: what one owner got back is not given again because the other's failed.
        Effect.retry({ times: 3, schedule: Schedule.spaced("1 second") }),
        Effect.catch(({ _tag }) =>
          Effect.logWarning("a reservation of money for the vendor stays").pipe(Effect.annotateLogs({ reason: _tag }))
        )
      ), { discard: true })

  return Spending.of({
    price,
    reserve,
    reserved: (use, submittedAt, settled) =>
      settled ? nothingReserved : {
        day: dayOf(submittedAt),
        owners: [
          ...(use.user !== null && options.perUserAndDay !== null ? [use.user] : []),
          ...(options.perDay !== null ? [null] : [])
        ],
        amount: price
      },
    giveBack: (reservation) =>
      reservation.owners.length === 0
        ? Effect.void
        : Effect.asVoid(Effect.forkIn(giveBack(reservation), scope, { startImmediately: true })),
    ceiling: Effect.suspend((): Effect.Effect<Ceiling | null, DatabaseError> => {
      const { perDay } = options
      return perDay === null ? Effect.succeed(null) : Clock.currentTimeMillis.pipe(
        Effect.flatMap((now) => repo.find(dayOf(now), null)),
        Effect.map((spent) => ({ spent_micros: spent ?? 0, ceiling_micros: perDay }))
      )
    }),
    state: Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const { last_hour, today } = yield* calls.spend(startOfDay(now), instantOf(now - Duration.toMillis("1 hour")))
      return {
        spent_micros: today,
        forecast_micros: forecast(today, last_hour, now),
        ceiling_micros: options.perDay,
        degraded: !away ? null : "the spend ceiling is kept by each process alone"
      }
    }).pipe(
      Effect.catch(() => Effect.undefined),
      Effect.withSpan("Spending.state")
    )
  })
})

/** `spent so far + spend of the last hour × hours left of the day`, in whole micro-dollars. */
export const forecast = (spent: number, lastHour: number, now: number): number =>
  Math.round(spent + lastHour * secondsToMidnight(now) / 3600)

const dayMillis = 86_400_000

const secondsToMidnight = (now: number): number => Math.max(1, Math.ceil((dayMillis - now % dayMillis) / 1000))

const dayOf = (now: number): string => DateTime.formatIsoDateUtc(DateTime.makeUnsafe(now))

const startOfDay = (now: number): Column.Instant => instantOf(now - now % dayMillis)
