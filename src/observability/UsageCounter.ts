import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { UserId } from "../users/UserId.ts"
import { loop } from "./Loops.ts"
import { counter, gauge } from "./Metrics.ts"
import { dayOf } from "./Usage.ts"
import { type UsageCounts, UsageRepo } from "./UsageRepo.ts"

export interface UsageCounterOptions {
  /** How often counts are written: what a process that is killed loses. */
  readonly interval: Duration.Input
  /** How long the counts of a day are kept. */
  readonly retention: Duration.Duration
}

/** An answered request, as far as it is counted. */
export interface CountedRequest {
  readonly group: string
  readonly status: number
  readonly note: { readonly user: UserId | undefined; readonly vendor: boolean }
}

/**
 * Counts the calls of users in memory and writes them in batches, at the end too. What cannot be written waits for the next time, up to
 * 100,000 rows; calls beyond are lost and counted as such.
 */
export class UsageCounter extends Context.Service<UsageCounter, {
  readonly count: (answered: CountedRequest) => void
  /** Writes what is counted now. */
  readonly flush: Effect.Effect<void>
}>()("analytics-following/observability/UsageCounter") {
  static readonly layerNoDeps = (options: UsageCounterOptions) =>
    Layer.effect(
      UsageCounter,
      Effect.gen(function*() {
        const repo = yield* UsageRepo
        const clock = yield* Clock.Clock
        const losses = yield* counter({ name: "usage_lost", help: "Calls of users that could not be counted for want of room" })
        const lost = losses.cell([])
        let counts = new CountedUsers()
        yield* gauge({
          name: "usage_waiting_rows",
          help: "Rows of api_usage that are counted and not written yet",
          read: Effect.sync(() => counts.size)
        })

        const count = ({ group, note: { user, vendor }, status }: CountedRequest): void => {
          if (user === undefined) return
          const row = counts.of(user, today(clock.currentTimeMillisUnsafe()), group)
          if (row === undefined) {
            lost.value++
            return
          }
          row.calls++
          if (status >= 400) row.failed_calls++
          if (vendor) row.vendor_calls++
        }

        const flush = Effect.suspend(() => {
          const batch = counts.all()
          counts = new CountedUsers()
          // One statement each, so that it stays a short one. Those that fail, or take too long, are counted again with what came meanwhile.
          return Effect.forEach(
            Array.from(
              { length: Math.ceil(batch.length / perStatement) },
              (_, index) => batch.slice(index * perStatement, (index + 1) * perStatement)
            ),
            (part) => Effect.catch(Effect.timeout(repo.add(part), "5 seconds"), () => Effect.sync(() => again(part))),
            { discard: true }
          )
        }).pipe(Effect.uninterruptible)

        const again = (rows: ReadonlyArray<Counts>) => {
          for (const row of rows) {
            const now = counts.of(row.user_id, row.day, row.route_group)
            if (now === undefined) lost.value += row.calls
            else now.add(row)
          }
        }

        const prune = Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => Effect.ignore(repo.prune(dayOf(now - Duration.toMillis(options.retention))))
        )

        yield* Effect.addFinalizer(() => flush)
        yield* loop("usage", options.interval, flush)
        yield* loop("old usage", "6 hours", prune)
        return { count, flush }
      })
    )

  static readonly layer = (options: UsageCounterOptions) => this.layerNoDeps(options).pipe(Layer.provide(UsageRepo.layer))
}

const capacity = 100_000
const perStatement = 5_000

/** Rows by day, group and user, one after the other: a key of all three would be a new text, to be hashed, at each request. */
class CountedUsers {
  size = 0
  readonly #days = new Map<string, Map<string, Map<UserId, Counts>>>()

  /** The row to count in; undefined where there is no room for it. */
  of(user: UserId, day: string, group: string): Counts | undefined {
    const users = within(within(this.#days, day), group)
    const known = users.get(user)
    if (known !== undefined) return known
    if (this.size >= capacity) return undefined
    this.size++
    const row = new Counts(user, day, group)
    users.set(user, row)
    return row
  }

  all(): ReadonlyArray<Counts> {
    return [...this.#days.values()].flatMap((groups) => [...groups.values()].flatMap((users) => [...users.values()]))
  }
}

const within = <K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> => {
  const known = outer.get(key)
  if (known !== undefined) return known
  const made = new Map<K, V>()
  outer.set(key, made)
  return made
}

class Counts implements UsageCounts {
  readonly user_id: UserId
  readonly day: string
  readonly route_group: string
  calls = 0
  failed_calls = 0
  vendor_calls = 0

  constructor(user: UserId, day: string, group: string) {
    this.user_id = user
    this.day = day
    this.route_group = group
  }

  add(other: Counts): void {
    this.calls += other.calls
    this.failed_calls += other.failed_calls
    this.vendor_calls += other.vendor_calls
  }
}

const dayMillis = 86_400_000
let known = { number: -1, day: "" }

/** Formats a day once. */
const today = (now: number): string => {
  const number = Math.floor(now / dayMillis)
  if (known.number !== number) known = { number, day: dayOf(now) }
  return known.day
}
