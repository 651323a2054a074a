import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { UserId } from "../users/UserId.ts"
import { BillingEvent, EventOutcome, Subscription } from "./Subscription.ts"

/** All SQL of `subscriptions` and `billing_events`. */
export class SubscriptionRepo extends Context.Service<SubscriptionRepo, {
  /** Notes an event; false when it had been heard. Whoever hears the same one meanwhile waits for the transaction. */
  insertEvent(event: Omit<typeof BillingEvent.insert.Type, "id">): Effect.Effect<boolean, DatabaseError>
  findEvent(id: string): Effect.Effect<typeof EventOutcome.Type | undefined, DatabaseError>
  updateEvent(id: string, outcome: typeof EventOutcome.Type): Effect.Effect<void, DatabaseError>
  /** The subscription, noted where it is new, kept from others until the transaction ends. */
  lock(subscription: string, customer: string, now: Column.Instant): Effect.Effect<Subscription, DatabaseError>
  /**
   * Of the users whom an event or the customer's other subscriptions name, one that is there. Whoever hears of another subscription of
   * theirs waits for the transaction: each is to see what the one before has changed.
   */
  lockUser(named: UserId | null, customer: string): Effect.Effect<UserId | undefined, DatabaseError>
  update(subscription: string, change: Partial<typeof Subscription.update.Type>, now: Column.Instant): Effect.Effect<
    void,
    DatabaseError
  >
  /** Says whose the subscriptions of a customer are, where nobody had said it. */
  assign(customer: string, user: UserId, now: Column.Instant): Effect.Effect<void, DatabaseError>
  list(user: UserId): Effect.Effect<ReadonlyArray<Subscription>, DatabaseError>
}>()("analytics-following/credits/SubscriptionRepo") {
  static readonly layer = Layer.effect(
    SubscriptionRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decode = row("subscriptions", Subscription)
      const decodeList = rows("subscriptions", Subscription)
      const decodeUser = row("auth_users", Schema.Struct({ id: UserId }))
      const decodeOutcome = row("billing_events", Schema.Struct({ outcome: EventOutcome }))

      const insertEvent = Effect.fn("SubscriptionRepo.insertEvent")((event: Omit<typeof BillingEvent.insert.Type, "id">) =>
        Effect.map(
          decodeOutcome(sql`
            INSERT INTO billing_events ${sql.insert(event)} ON CONFLICT (event_id) DO NOTHING RETURNING outcome`),
          (noted) => noted !== undefined
        )
      )

      const findEvent = Effect.fn("SubscriptionRepo.findEvent")((id: string) =>
        Effect.map(decodeOutcome(sql`SELECT outcome FROM billing_events WHERE event_id = ${id}`), (found) => found?.outcome)
      )

      const updateEvent = Effect.fn("SubscriptionRepo.updateEvent")((id: string, outcome: typeof EventOutcome.Type) =>
        Effect.asVoid(available("billing_events")(sql`UPDATE billing_events SET outcome = ${outcome} WHERE event_id = ${id}`))
      )

      const lock = Effect.fn("SubscriptionRepo.lock")(function*(subscription: string, customer: string, now: Column.Instant) {
        const found = yield* decode(sql`
          INSERT INTO subscriptions ${
          sql.insert({ subscription_id: subscription, customer_id: customer, created_at: now, updated_at: now })
        }
          ON CONFLICT (subscription_id) DO UPDATE SET updated_at = excluded.updated_at
          RETURNING *`)
        return found ?? (yield* Effect.die(new Error("an upsert returns its row")))
      })

      const lockUser = Effect.fn("SubscriptionRepo.lockUser")((named: UserId | null, customer: string) =>
        Effect.map(
          decodeUser(sql`
            SELECT id FROM auth_users WHERE deleted_at IS NULL AND id = coalesce(
              (SELECT user_id FROM subscriptions WHERE customer_id = ${customer} AND user_id IS NOT NULL LIMIT 1), ${named}::uuid
            ) FOR NO KEY UPDATE`),
          (found) => found?.id
        )
      )

      const update = Effect.fn("SubscriptionRepo.update")((
        subscription: string,
        change: Partial<typeof Subscription.update.Type>,
        now: Column.Instant
      ) =>
        Effect.asVoid(
          available("subscriptions")(sql`
          UPDATE subscriptions SET ${sql.update({ ...change, updated_at: now })} WHERE subscription_id = ${subscription}`)
        )
      )

      const assign = Effect.fn("SubscriptionRepo.assign")((customer: string, user: UserId, now: Column.Instant) =>
        Effect.asVoid(
          available("subscriptions")(sql`
          UPDATE subscriptions SET user_id = ${user}, updated_at = ${now} WHERE customer_id = ${customer} AND user_id IS NULL`)
        )
      )

      const list = Effect.fn("SubscriptionRepo.list")((user: UserId) =>
        decodeList(sql`SELECT * FROM subscriptions WHERE user_id = ${user} ORDER BY started_at DESC NULLS LAST, id`)
      )

      return { insertEvent, findEvent, updateEvent, lock, lockUser, update, assign, list }
    })
  )
}
