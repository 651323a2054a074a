import { Context, type Effect, Schema } from "effect"

/** The store is away. What it said is in its own log line. */
export class FleetStoreUnavailable extends Schema.TaggedError<FleetStoreUnavailable>()("FleetStoreUnavailable", {}) {}

export interface FleetRules {
  /** Calls under way at once, of all processes. */
  readonly concurrency: number
  /** Milliseconds between the starts of two calls, of all processes. */
  readonly spacing: number
  /** Milliseconds until a place whose process no longer renews it, and a waiter who no longer asks, are forgotten. */
  readonly lease: number
}

/** Where processes agree on who may call. Time is the store's own, for clocks of machines differ. */
export class FleetStore extends Context.Service<FleetStore, {
  readonly kind: "redis" | "postgresql"
  /**
   * Takes a place, or queues for one, first come first served among all processes: the milliseconds after which the call may start, or
   * null while it has to wait. A waiter asks again and again.
   */
  enter(id: string, rules: FleetRules): Effect.Effect<number | null, FleetStoreUnavailable>
  /** The holders are alive. */
  renew(ids: ReadonlyArray<string>, rules: FleetRules): Effect.Effect<void, FleetStoreUnavailable>
  /** Gives a place, or one's turn in the queue, back. */
  leave(id: string): Effect.Effect<void, FleetStoreUnavailable>
  /** How many have a place, and how many wait for one, in all processes. */
  readonly count: Effect.Effect<{ readonly in_use: number; readonly waiting: number }, FleetStoreUnavailable>
}>()("analytics-following/thrift/FleetStore") {}
