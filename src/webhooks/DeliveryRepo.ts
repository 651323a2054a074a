import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { UserId } from "../users/UserId.ts"
import { ClaimedDelivery, type Outcome, type Payload } from "./Claim.ts"
import type { EventType } from "./EventTypes.ts"
import { type DeliveryId, WebhookDelivery, type WebhookEndpoint, type WebhookId } from "./Webhook.ts"
import { DeliveryRow } from "./WebhookView.ts"

/** All SQL of `webhook_deliveries`. Who hears an event is read across rooms, in the statement that writes it down. */
export class DeliveryRepo extends Context.Service<DeliveryRepo, {
  /** A row for each active endpoint of the audience that asked for the event. */
  insert(
    given: { readonly event: EventType; readonly payload: Payload; readonly once: string | null; readonly now: Column.Instant },
    audience: { readonly user: UserId } | { readonly holdersOf: ProfileId }
  ): Effect.Effect<void, DatabaseError>
  /** A row for each end of access until then that its user's endpoints were not told of; answers how many. */
  insertExpiring(
    options: { readonly now: Column.Instant; readonly until: Column.Instant; readonly limit: number }
  ): Effect.Effect<number, DatabaseError>
  /** A row for each endpoint of an administrator that was told of another state last. Call in a transaction. */
  insertDrift(
    payload: Payload,
    options: { readonly state: string; readonly aligned: string; readonly now: Column.Instant }
  ): Effect.Effect<number, DatabaseError>
  insertPing(endpoint: WebhookEndpoint, payload: Payload, now: Column.Instant): Effect.Effect<DeliveryRow, DatabaseError>
  /**
   * Takes deliveries that are due, for `lease` and until `leaseEnds`: never more than `perEndpoint` under way for one endpoint, whatever the number of
   * workers, so that what waits for one does not wait for another. Call in a transaction.
   */
  claim(options: {
    readonly lease: string
    readonly now: Column.Instant
    readonly leaseEnds: Column.Instant
    readonly limit: number
    readonly perEndpoint: number
  }): Effect.Effect<ReadonlyArray<ClaimedDelivery>, DatabaseError>
  /** Writes how an attempt went; false where the lease is another's by now. */
  settle(id: DeliveryId, lease: string, outcome: Outcome): Effect.Effect<boolean, DatabaseError>
  /** Ends what waits for an endpoint that was switched off; what is under way ends by itself. */
  failWaiting(endpoint: WebhookId, now: Column.Instant): Effect.Effect<void, DatabaseError>
  find(endpoint: WebhookId, id: DeliveryId): Effect.Effect<DeliveryRow | undefined, DatabaseError>
  /** Due at once, from the start of the schedule; undefined where it is under way, or not there. */
  replay(endpoint: WebhookId, id: DeliveryId, now: Column.Instant): Effect.Effect<DeliveryRow | undefined, DatabaseError>
  list(endpoint: WebhookId, options: {
    readonly status: WebhookDelivery["status"] | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<DeliveryRow>, DatabaseError>
  /** Deletes what is older, at most so many; answers how many. */
  prune(before: Column.Instant, limit: number): Effect.Effect<number, DatabaseError>
}>()("analytics-following/webhooks/DeliveryRepo") {
  static readonly layer = Layer.effect(
    DeliveryRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const relation = "webhook_deliveries"
      const decodeOne = row(relation, DeliveryRow)
      const decodeList = rows(relation, DeliveryRow)
      const decodeClaimed = rows(relation, ClaimedDelivery)
      const decodeId = row(relation, Schema.Struct({ id: Column.uuid }))
      const written = available(relation)
      const decodeCount = row(relation, Schema.Struct({ count: Schema.Int }))
      const page = newestFirst(sql, "d.created_at", "d.id")
      const shown = sql.literal(
        Object.keys(DeliveryRow.fields).filter((name) => name !== "position").map((name) => `d.${name}`).join(", ")
      )
      const counted = (statement: Fragment) =>
        Effect.map(
          decodeCount(sql`WITH done AS (${statement} RETURNING 1) SELECT count(*)::integer AS count FROM done`),
          (found) => found?.count ?? 0
        )
      const held = (what: string) => written(sql`SELECT pg_advisory_xact_lock(hashtextextended(${what}, 0))`)
      const asking = (event: EventType) =>
        sql`webhook_endpoints AS e JOIN user_profiles AS u
            ON u.user_id = e.user_id AND u.status = 'active' AND e.status = 'active' AND e.events @> ARRAY[${event}::text]`
      // A process whose clock is ahead must not have everybody else wait until it is that late.
      const dueFrom = (now: Column.Instant) => sql`least(${now}::timestamptz, now())`
      const columns = sql.literal("(endpoint_id, user_id, event, payload, once_key, next_attempt_at, created_at)")

      const insert = Effect.fn("DeliveryRepo.insert")(
        (...[{ event, now, once, payload }, audience]: Parameters<DeliveryRepo["Service"]["insert"]>) =>
          Effect.asVoid(written(sql`
          INSERT INTO webhook_deliveries ${columns}
          SELECT e.id, e.user_id, ${event}::text, ${JSON.stringify(payload)}::jsonb, ${once}::text, ${
            dueFrom(now)
          }, ${now}::timestamptz
          FROM ${asking(event)}
          ${
            "user" in audience
              ? sql`WHERE e.user_id = ${audience.user}`
              : sql`JOIN user_profile_access AS a
            ON a.user_id = e.user_id AND a.profile_id = ${audience.holdersOf} AND a.expires_at > ${now}`
          }
          ON CONFLICT (endpoint_id, once_key) DO NOTHING`))
      )

      const insertExpiring = Effect.fn("DeliveryRepo.insertExpiring")(
        ({ limit, now, until }: Parameters<DeliveryRepo["Service"]["insertExpiring"]>[0]) =>
          counted(sql`
          INSERT INTO webhook_deliveries ${columns}
          SELECT e.id, e.user_id, 'access.expiring', jsonb_build_object(
              'type', 'access.expiring', 'timestamp', ${now}::text, 'data', jsonb_build_object(
                'profile_id', p.id, 'username', p.username, 'href', '/profile/' || p.username,
                'access_expires_at', to_char(a.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
              )), ending.key, ${dueFrom(now)}, ${now}::timestamptz
          FROM ${asking("access.expiring")}
          JOIN user_profile_access AS a
            ON a.user_id = e.user_id AND a.expires_at > ${now} AND a.expires_at <= ${until}
          JOIN profiles AS p ON p.id = a.profile_id
          CROSS JOIN LATERAL (SELECT 'access ' || a.id || ' ' || extract(epoch FROM a.expires_at) AS key) AS ending
          WHERE NOT EXISTS (
            SELECT 1 FROM webhook_deliveries AS told WHERE told.endpoint_id = e.id AND told.once_key = ending.key
          )
          LIMIT ${limit}
          ON CONFLICT (endpoint_id, once_key) DO NOTHING`)
      )

      const insertDrift = Effect.fn("DeliveryRepo.insertDrift")(function*(
        ...[payload, { aligned, now, state }]: Parameters<DeliveryRepo["Service"]["insertDrift"]>
      ) {
        // Every process sees the same change: the second waits here, and then finds it told.
        yield* held("webhooks: schema.drift")
        return yield* counted(sql`
          INSERT INTO webhook_deliveries ${columns}
          SELECT e.id, e.user_id, 'schema.drift', ${JSON.stringify(payload)}::jsonb, NULL, ${dueFrom(now)}, ${now}::timestamptz
          FROM ${asking("schema.drift")} AND u.role = 'admin'
          WHERE ${state}::text IS DISTINCT FROM coalesce((
            SELECT told.payload #>> '{data,state}' FROM webhook_deliveries AS told
            WHERE told.endpoint_id = e.id AND told.event = 'schema.drift' ORDER BY told.created_at DESC, told.id DESC LIMIT 1
          ), ${aligned}::text)`)
      })

      const insertPing = Effect.fn("DeliveryRepo.insertPing")(function*(
        ...[endpoint, payload, now]: Parameters<DeliveryRepo["Service"]["insertPing"]>
      ) {
        const found = yield* decodeOne(sql`
          INSERT INTO webhook_deliveries AS d ${columns}
          VALUES (${endpoint.id}, ${endpoint.user_id}, 'webhook.ping', ${JSON.stringify(payload)}::jsonb, NULL, ${
          dueFrom(now)
        }, ${now})
          RETURNING ${shown}, ${page.position}`)
        return found ?? (yield* Effect.die("an insert returns its row"))
      })

      const claim = Effect.fn("DeliveryRepo.claim")(function*(
        { lease, leaseEnds, limit, now, perEndpoint }: Parameters<DeliveryRepo["Service"]["claim"]>[0]
      ) {
        // One at a time, or two workers would each fill an endpoint up. It lasts as long as the statement after it.
        yield* held("webhooks: claim")
        return yield* decodeClaimed(sql`
          WITH busy AS (
            SELECT endpoint_id, count(*)::integer AS running FROM webhook_deliveries
            WHERE lease IS NOT NULL AND next_attempt_at > ${now} GROUP BY endpoint_id
          ), due AS (
            SELECT d.id, d.endpoint_id, d.next_attempt_at FROM webhook_deliveries AS d
            WHERE d.status = 'pending' AND d.next_attempt_at <= ${now}
              AND NOT EXISTS (SELECT 1 FROM busy WHERE busy.endpoint_id = d.endpoint_id AND busy.running >= ${perEndpoint})
            ORDER BY d.next_attempt_at LIMIT ${lookedAt}
          ), placed AS (
            SELECT due.id, due.next_attempt_at, coalesce(busy.running, 0)
              + row_number() OVER (PARTITION BY due.endpoint_id ORDER BY due.next_attempt_at, due.id) AS place
            FROM due LEFT JOIN busy ON busy.endpoint_id = due.endpoint_id
          ), chosen AS (
            SELECT id FROM webhook_deliveries
            WHERE id IN (SELECT id FROM placed WHERE place <= ${perEndpoint} ORDER BY place, next_attempt_at LIMIT ${limit})
            FOR NO KEY UPDATE SKIP LOCKED
          )
          UPDATE webhook_deliveries AS d SET lease = ${lease}::uuid, next_attempt_at = ${leaseEnds}, last_attempt_at = ${now},
            attempts = d.attempts + 1, tries = d.tries + 1
          FROM chosen, webhook_endpoints AS e, user_profiles AS u
          WHERE d.id = chosen.id AND e.id = d.endpoint_id AND u.user_id = d.user_id
          RETURNING d.id, d.endpoint_id, d.event, d.payload, d.tries, e.url, e.status = 'active' AND u.status = 'active' AS active, (
            SELECT coalesce(jsonb_agg(jsonb_build_object('key_id', s.key_id, 'sealed', s.sealed) ORDER BY s.created_at DESC), '[]')
            FROM webhook_secrets AS s WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > ${now})
          ) AS secrets`)
      })

      const settle = Effect.fn("DeliveryRepo.settle")((id: DeliveryId, lease: string, outcome: Outcome) =>
        Effect.map(
          decodeId(sql`UPDATE webhook_deliveries SET ${sql.update({ ...outcome, lease: null })}
            WHERE id = ${id} AND lease = ${lease}::uuid RETURNING id`),
          (found) => found !== undefined
        )
      )

      const failWaiting = Effect.fn("DeliveryRepo.failWaiting")((endpoint: WebhookId, now: Column.Instant) =>
        Effect.asVoid(written(sql`
          UPDATE webhook_deliveries SET status = 'failed', last_failure = 'endpoint_disabled', next_attempt_at = NULL, lease = NULL
          WHERE endpoint_id = ${endpoint} AND status = 'pending' AND (lease IS NULL OR next_attempt_at <= ${now})`))
      )

      const find = Effect.fn("DeliveryRepo.find")((endpoint: WebhookId, id: DeliveryId) =>
        decodeOne(
          read`SELECT ${shown}, ${page.position} FROM webhook_deliveries AS d WHERE d.id = ${id} AND d.endpoint_id = ${endpoint}`
        )
      )

      const replay = Effect.fn("DeliveryRepo.replay")((endpoint: WebhookId, id: DeliveryId, now: Column.Instant) =>
        decodeOne(sql`
          UPDATE webhook_deliveries AS d SET status = 'pending', tries = 0, next_attempt_at = ${dueFrom(now)}, lease = NULL
          WHERE d.id = ${id} AND d.endpoint_id = ${endpoint} AND (d.lease IS NULL OR d.next_attempt_at <= ${now})
          RETURNING ${shown}, ${page.position}`)
      )

      const list = Effect.fn("DeliveryRepo.list")(
        (...[endpoint, { after, limit, status }]: Parameters<DeliveryRepo["Service"]["list"]>) =>
          decodeList(read`
          SELECT ${shown}, ${page.position} FROM webhook_deliveries AS d
          WHERE d.endpoint_id = ${endpoint} AND ${status === undefined ? read`true` : read`d.status = ${status}`} AND ${
            page.after(after)
          }
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      const prune = Effect.fn("DeliveryRepo.prune")((before: Column.Instant, limit: number) =>
        counted(sql`
          DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
            SELECT id FROM webhook_deliveries WHERE created_at < ${before} AND status <> 'pending' LIMIT ${limit}
          ))`)
      )

      return { insert, insertExpiring, insertDrift, insertPing, claim, settle, failWaiting, find, replay, list, prune }
    })
  )
}

/** Due deliveries looked at for one claim. What an endpoint has beyond its places is passed over at the next. */
const lookedAt = 500
