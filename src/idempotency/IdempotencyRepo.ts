import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { IdempotencyRecord } from "./IdempotencyRecord.ts"

export type NewRecord = typeof IdempotencyRecord.insert.Type

/** All SQL of `idempotency_keys`. */
export class IdempotencyRepo extends Context.Service<IdempotencyRepo, {
  /** Takes the key until the transaction ends; false where another has it. Never waits. */
  lock(user: UserId, digest: string): Effect.Effect<boolean, DatabaseError>
  /** What is kept of a key, unless it has expired. */
  find(user: UserId, digest: string, now: Column.Instant): Effect.Effect<IdempotencyRecord | undefined, DatabaseError>
  /** Writes the record of a locked key, in place of what was there; gives its id. */
  put(record: NewRecord): Effect.Effect<string, DatabaseError>
  /** Ends a lease with an answer; false where it had lapsed and another took the key. */
  answer(id: string, leasedUntil: Column.Instant, answer: string): Effect.Effect<boolean, DatabaseError>
  /** Ends a lease without one. */
  release(id: string, leasedUntil: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Deletes so many expired records at most; answers with how many. */
  deleteExpired(now: Column.Instant, limit: number): Effect.Effect<number, DatabaseError>
}>()("analytics-following/idempotency/IdempotencyRepo") {
  static readonly layer = Layer.effect(
    IdempotencyRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeLock = row("idempotency_keys", Schema.Struct({ locked: Column.boolean }))
      const decodeRecord = row("idempotency_keys", IdempotencyRecord)
      const decodeId = row("idempotency_keys", Schema.Struct({ id: Column.uuid }))
      const decodeCount = row("idempotency_keys", Schema.Struct({ count: Schema.Int }))

      const lock = Effect.fn("IdempotencyRepo.lock")((user: UserId, digest: string) =>
        Effect.map(
          decodeLock(sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`idempotency ${user} ${digest}`}, 0)) AS locked`),
          (found) => found?.locked === true
        )
      )

      const find = Effect.fn("IdempotencyRepo.find")((user: UserId, digest: string, now: Column.Instant) =>
        decodeRecord(sql`
          SELECT * FROM idempotency_keys WHERE user_id = ${user} AND key_digest = ${digest} AND expires_at > ${now}`)
      )

      const put = Effect.fn("IdempotencyRepo.put")(function*(record: NewRecord) {
        const put = yield* decodeId(sql`
          INSERT INTO idempotency_keys ${sql.insert({ ...record })}
          ON CONFLICT (user_id, key_digest) DO UPDATE SET
            route = excluded.route,
            fingerprint = excluded.fingerprint,
            answer = excluded.answer,
            leased_until = excluded.leased_until,
            created_at = excluded.created_at,
            expires_at = excluded.expires_at
          RETURNING id`)
        return put === undefined ? yield* Effect.die("an upsert returns its row") : put.id
      })

      const answer = Effect.fn("IdempotencyRepo.answer")((id: string, leasedUntil: Column.Instant, answer: string) =>
        Effect.map(
          decodeId(sql`
            UPDATE idempotency_keys SET answer = ${answer}
            WHERE id = ${id} AND leased_until = ${leasedUntil} AND answer IS NULL
            RETURNING id`),
          (found) => found !== undefined
        )
      )

      const release = Effect.fn("IdempotencyRepo.release")((id: string, leasedUntil: Column.Instant) =>
        Effect.asVoid(decodeId(sql`
          DELETE FROM idempotency_keys WHERE id = ${id} AND leased_until = ${leasedUntil} AND answer IS NULL RETURNING id`))
      )

      const deleteExpired = Effect.fn("IdempotencyRepo.deleteExpired")((now: Column.Instant, limit: number) =>
        Effect.map(
          decodeCount(sql`
            WITH gone AS (
              DELETE FROM idempotency_keys WHERE id = ANY (ARRAY(
                SELECT id FROM idempotency_keys WHERE expires_at <= ${now}
                ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
              )) RETURNING 1
            ) SELECT count(*)::integer AS count FROM gone`),
          (counted) => counted?.count ?? 0
        )
      )

      return { lock, find, put, answer, release, deleteExpired }
    })
  )
}
