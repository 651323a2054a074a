import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import type { Sealed } from "./SecretBox.ts"
import { type DisabledReason, WebhookEndpoint, type WebhookId } from "./Webhook.ts"

type Given = Pick<WebhookEndpoint, "url" | "events" | "description">
type Change = Partial<Given & Pick<WebhookEndpoint, "status" | "disabled_reason" | "disabled_at" | "failing_since">>

/** All SQL of `webhook_endpoints` and `webhook_secrets`. */
export class EndpointRepo extends Context.Service<EndpointRepo, {
  /** Undefined where the user has `limit` already: any number at once make no more. Call in a transaction. */
  insert(id: WebhookId, user: UserId, given: Given, limit: number, now: Column.Instant): Effect.Effect<
    WebhookEndpoint | undefined,
    DatabaseError
  >
  find(user: UserId, id: WebhookId): Effect.Effect<WebhookEndpoint | undefined, DatabaseError>
  /** As `find`, and holds it against other changes until the transaction ends. */
  lock(user: UserId, id: WebhookId): Effect.Effect<WebhookEndpoint | undefined, DatabaseError>
  list(user: UserId): Effect.Effect<ReadonlyArray<WebhookEndpoint>, DatabaseError>
  update(
    user: UserId,
    id: WebhookId,
    change: Change,
    now: Column.Instant
  ): Effect.Effect<WebhookEndpoint | undefined, DatabaseError>
  delete(user: UserId, id: WebhookId): Effect.Effect<boolean, DatabaseError>
  /** Adds the secret that signs from now on; those before it sign until `previousUntil` at most, and no more than four of them. */
  insertSecret(
    id: WebhookId,
    secret: Sealed,
    previousUntil: Column.Instant,
    now: Column.Instant
  ): Effect.Effect<void, DatabaseError>
  /** A delivery was accepted: it no longer fails. */
  markHealthy(id: WebhookId): Effect.Effect<void, DatabaseError>
  /** A delivery failed; answers since when the endpoint has failed. Undefined: it is gone, or off. */
  markFailing(id: WebhookId, now: Column.Instant): Effect.Effect<Column.Instant | undefined, DatabaseError>
  /** Switches it off, if it is on. */
  disable(id: WebhookId, reason: DisabledReason, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
}>()("analytics-following/webhooks/EndpointRepo") {
  static readonly layer = Layer.effect(
    EndpointRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeOne = row("webhook_endpoints", WebhookEndpoint)
      const decodeList = rows("webhook_endpoints", WebhookEndpoint)
      const decodeId = row("webhook_endpoints", Schema.Struct({ id: Column.uuid }))
      const written = available("webhook_endpoints")
      const secretWritten = available("webhook_secrets")
      const decodeFailing = row("webhook_endpoints", Schema.Struct({ failing_since: Column.Instant }))

      const insert = Effect.fn("EndpointRepo.insert")(function*(
        ...[id, user, given, limit, now]: Parameters<EndpointRepo["Service"]["insert"]>
      ) {
        yield* written(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`webhooks of ${user}`}, 0))`)
        return yield* decodeOne(sql`
          INSERT INTO webhook_endpoints (id, user_id, url, description, events, created_at, updated_at)
          SELECT ${id}::uuid, ${user}::uuid, ${given.url}::text, ${given.description}::text, ${[...given.events]}::text[],
            ${now}::timestamptz, ${now}::timestamptz
          WHERE (SELECT count(*) FROM webhook_endpoints WHERE user_id = ${user}) < ${limit}
          RETURNING *`)
      })

      const find = Effect.fn("EndpointRepo.find")((user: UserId, id: WebhookId) =>
        decodeOne(read`SELECT * FROM webhook_endpoints WHERE id = ${id} AND user_id = ${user}`)
      )

      const lock = Effect.fn("EndpointRepo.lock")((user: UserId, id: WebhookId) =>
        decodeOne(sql`SELECT * FROM webhook_endpoints WHERE id = ${id} AND user_id = ${user} FOR NO KEY UPDATE`)
      )

      const list = Effect.fn("EndpointRepo.list")((user: UserId) =>
        decodeList(read`SELECT * FROM webhook_endpoints WHERE user_id = ${user} ORDER BY created_at DESC, id DESC`)
      )

      const update = Effect.fn("EndpointRepo.update")(
        (...[user, id, { events, ...change }, now]: Parameters<EndpointRepo["Service"]["update"]>) =>
          decodeOne(sql`
          UPDATE webhook_endpoints SET
            ${events === undefined ? sql`` : sql`events = ${[...events]}::text[],`}
            ${sql.update({ ...change, updated_at: now })}
          WHERE id = ${id} AND user_id = ${user}
          RETURNING *`)
      )

      const remove = Effect.fn("EndpointRepo.delete")((user: UserId, id: WebhookId) =>
        Effect.map(
          decodeId(sql`DELETE FROM webhook_endpoints WHERE id = ${id} AND user_id = ${user} RETURNING id`),
          (found) => found !== undefined
        )
      )

      const insertSecret = Effect.fn("EndpointRepo.insertSecret")(function*(
        ...[id, secret, previousUntil, now]: Parameters<EndpointRepo["Service"]["insertSecret"]>
      ) {
        yield* secretWritten(sql`
          UPDATE webhook_secrets SET expires_at = least(expires_at, ${previousUntil}::timestamptz)
          WHERE endpoint_id = ${id}`)
        yield* secretWritten(sql`
          DELETE FROM webhook_secrets WHERE endpoint_id = ${id} AND (expires_at <= ${now} OR id NOT IN (
            SELECT id FROM webhook_secrets WHERE endpoint_id = ${id} ORDER BY created_at DESC, id DESC LIMIT 4
          ))`)
        yield* secretWritten(sql`
          INSERT INTO webhook_secrets (endpoint_id, key_id, sealed, created_at)
          VALUES (${id}, ${secret.key_id}, ${secret.sealed}, ${now})`)
      })

      const markHealthy = Effect.fn("EndpointRepo.markHealthy")((id: WebhookId) =>
        Effect.asVoid(written(sql`
          UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ${id} AND failing_since IS NOT NULL`))
      )

      const markFailing = Effect.fn("EndpointRepo.markFailing")((id: WebhookId, now: Column.Instant) =>
        Effect.map(
          decodeFailing(sql`
            UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, ${now}::timestamptz)
            WHERE id = ${id} AND status = 'active' RETURNING failing_since`),
          (found) => found?.failing_since
        )
      )

      const disable = Effect.fn("EndpointRepo.disable")((id: WebhookId, reason: DisabledReason, now: Column.Instant) =>
        Effect.map(
          decodeId(sql`
            UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = ${reason}, disabled_at = ${now}, updated_at = ${now}
            WHERE id = ${id} AND status = 'active' RETURNING id`),
          (found) => found !== undefined
        )
      )

      return { insert, find, lock, list, update, delete: remove, insertSecret, markHealthy, markFailing, disable }
    })
  )
}
