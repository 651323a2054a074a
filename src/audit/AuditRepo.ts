import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { type AuditEntry, type AuditOrigin, AuditPerson } from "./AuditEntry.ts"
import { type AuditFilter, AuditView } from "./AuditView.ts"
import type { Linked } from "./Chain.ts"

const PlacedView = Schema.Struct({ ...AuditView.fields, position: Schema.String })

const LinkedRow = Schema.Struct({
  sequence: Column.bigint,
  previous_hash: Column.text,
  hash: Column.text,
  content: Schema.NullOr(Schema.Array(Schema.NullOr(Schema.String))),
  origin: Schema.NullOr(Schema.Struct({ address: Schema.String, salt: Schema.String })),
  origin_digest: Schema.NullOr(Schema.String)
})

/** All SQL of the audit log. Links are written by the database when an entry's transaction commits. */
export class AuditRepo extends Context.Service<AuditRepo, {
  insert(entry: typeof AuditEntry.insert.Encoded): Effect.Effect<void, DatabaseError>
  insertOrigin(origin: typeof AuditOrigin.insert.Encoded): Effect.Effect<void, DatabaseError>
  /** The pseudonym of a user, made where there is none. */
  pseudonymOf(user: UserId): Effect.Effect<string, DatabaseError>
  /** Latest first. */
  list(filter: AuditFilter, page: { readonly after: string | undefined; readonly limit: number }): Effect.Effect<
    ReadonlyArray<typeof PlacedView.Type>,
    DatabaseError
  >
  /** Links with their entries in the order of the chain, those after a sequence. */
  links(after: number, limit: number): Effect.Effect<ReadonlyArray<Linked>, DatabaseError>
  /** How many entries no link leads to. */
  readonly countUnlinked: Effect.Effect<number, DatabaseError>
  /** Erases addresses that are older, at most so many; how many there were. */
  pruneOrigins(before: Column.Instant, limit: number): Effect.Effect<number, DatabaseError>
}>()("analytics-following/audit/AuditRepo") {
  static readonly layer = Layer.effect(
    AuditRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeViews = rows("audit_entries", PlacedView)
      const decodeLinks = rows("audit_links", LinkedRow)
      const decodePerson = row("audit_people", AuditPerson)
      const decodeCount = row("audit_entries", Schema.Struct({ count: Column.bigint }))
      const counted = (found: { readonly count: number } | undefined) => found?.count ?? 0

      const insert = Effect.fn("AuditRepo.insert")((entry: typeof AuditEntry.insert.Encoded) =>
        Effect.asVoid(
          available("audit_entries")(sql`
          INSERT INTO audit_entries ${sql.insert({ ...entry, details: JSON.stringify(entry.details ?? {}) })}`)
        )
      )

      const insertOrigin = Effect.fn("AuditRepo.insertOrigin")((origin: typeof AuditOrigin.insert.Encoded) =>
        Effect.asVoid(available("audit_origins")(sql`INSERT INTO audit_origins ${sql.insert(origin)}`))
      )

      const pseudonymOf = Effect.fn("AuditRepo.pseudonymOf")(function*(user: UserId) {
        // Read first: a write would hold the row, and whoever acts on the same people meanwhile, until the transaction has ended.
        const known = yield* decodePerson(sql`SELECT * FROM audit_people WHERE user_id = ${user}`)
        if (known !== undefined) return known.id
        const made = yield* decodePerson(sql`
          INSERT INTO audit_people (user_id) VALUES (${user})
          ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id
          RETURNING *`)
        return made?.id ?? (yield* Effect.die(new Error("a write returns its row")))
      })

      const list = Effect.fn("AuditRepo.list")((
        filter: AuditFilter,
        { after, limit }: { readonly after: string | undefined; readonly limit: number }
      ) => {
        const page = newestFirst(read, "e.happened_at", "e.id")
        const person = (user: UserId) => read`(SELECT p.id FROM audit_people AS p WHERE p.user_id = ${user})`
        const where = read.and([
          page.after(after),
          ...(filter.action === undefined ? [] : [read`e.action = ${filter.action}`]),
          ...(filter.actor === undefined ? [] : [read`e.actor = ${person(filter.actor)}`]),
          ...(filter.subject === undefined
            ? []
            : [read`e.subject_type = 'user' AND e.subject_id = ${person(filter.subject)}::text`]),
          ...(filter.subject_type === undefined ? [] : [read`e.subject_type = ${filter.subject_type}`]),
          ...(filter.subject_id === undefined ? [] : [read`e.subject_id = ${filter.subject_id}`]),
          ...(filter.since === undefined ? [] : [read`e.happened_at >= ${filter.since}`]),
          ...(filter.until === undefined ? [] : [read`e.happened_at < ${filter.until}`])
        ])
        return decodeViews(read`
          SELECT e.*, l.sequence, l.hash, a.user_id AS actor_user_id, s.user_id AS subject_user_id, o.address, ${page.position}
          FROM audit_entries AS e JOIN audit_links AS l ON l.entry_id = e.id
          LEFT JOIN audit_people AS a ON a.id = e.actor
          LEFT JOIN audit_people AS s ON e.subject_type = 'user' AND s.id::text = e.subject_id
          LEFT JOIN audit_origins AS o ON o.id = e.id
          WHERE ${where}
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      })

      const links = Effect.fn("AuditRepo.links")((after: number, limit: number) =>
        decodeLinks(read`
          SELECT l.sequence, l.previous_hash, l.hash, e.origin_digest,
            CASE WHEN e.id IS NULL THEN NULL ELSE jsonb_build_array(
              e.id::text, to_char(e.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e.action, e.actor_kind,
              e.actor::text, e.api_key_id::text, e.subject_type, e.subject_id, e.request_id, e.origin_digest, e.details::text
            ) END AS content,
            CASE WHEN o.id IS NULL THEN NULL ELSE jsonb_build_object('address', o.address, 'salt', o.salt) END AS origin
          FROM audit_links AS l
          LEFT JOIN audit_entries AS e ON e.id = l.entry_id
          LEFT JOIN audit_origins AS o ON o.id = l.entry_id
          WHERE l.sequence > ${after}
          ORDER BY l.sequence
          LIMIT ${limit}`)
      )

      const countUnlinked = Effect.map(
        decodeCount(read`
          SELECT count(*) AS count FROM audit_entries AS e WHERE NOT EXISTS (SELECT FROM audit_links AS l WHERE l.entry_id = e.id)`),
        counted
      )

      const pruneOrigins = Effect.fn("AuditRepo.pruneOrigins")((before: Column.Instant, limit: number) =>
        Effect.map(
          decodeCount(sql`
            WITH gone AS (
              DELETE FROM audit_origins WHERE id = ANY (ARRAY(
                SELECT id FROM audit_origins WHERE created_at < ${before} LIMIT ${limit} FOR UPDATE SKIP LOCKED
              )) RETURNING 1
            )
            SELECT count(*) AS count FROM gone`),
          counted
        )
      )

      return { insert, insertOrigin, pseudonymOf, list, links, countUnlinked, pruneOrigins }
    })
  )
}
