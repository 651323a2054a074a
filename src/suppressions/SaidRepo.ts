import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { creatorRule, type CreatorTable } from "./CreatorData.ts"

/** What any room's tables say of people, by the list in `CreatorData.ts`: read whole, to find those who are suppressed, and mended. */
export class SaidRepo extends Context.Service<SaidRepo, {
  /** A table's names in order of its rows' ids, after one of them. */
  names(table: CreatorTable, after: string, limit: number): Effect.Effect<ReadonlyArray<typeof NamedRow.Type>, DatabaseError>
  /** What a table's rows say, in order of their ids, after one of them. */
  list(table: CreatorTable, after: string, limit: number): Effect.Effect<ReadonlyArray<typeof SaidRow.Type>, DatabaseError>
  /** As `list`, of one row, which is held until the transaction ends. */
  lock(table: CreatorTable, id: string): Effect.Effect<typeof SaidRow.Type | undefined, DatabaseError>
  /** Replaces what a row says. */
  replace(table: CreatorTable, id: string, says: Schema.JsonObject): Effect.Effect<void, DatabaseError>
  delete(table: CreatorTable, id: string): Effect.Effect<void, DatabaseError>
  /** The profiles whose answers show a row. */
  shownBy(table: CreatorTable, id: string): Effect.Effect<ReadonlyArray<ProfileId>, DatabaseError>
}>()("analytics-following/suppressions/SaidRepo") {
  static readonly layer = Layer.effect(
    SaidRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeIds = rows("profiles", Schema.Struct({ id: ProfileId }))
      const idsOf = (found: ReadonlyArray<{ readonly id: ProfileId }>) => found.map(({ id }) => id)

      const names = Effect.fn("SaidRepo.names")((table: CreatorTable, after: string, limit: number) => {
        const { instagramId, name = "" } = creatorRule(table)
        const credits = table === "credit_entries" || table === "credit_reservations"
        return rows(table, NamedRow)(sql`
          SELECT id, ${credits ? sql`split_part(${sql(name)}, ',', 1)` : sql(name)} AS username, ${
          instagramId === undefined ? sql`NULL::text` : sql(instagramId)
        } AS instagram_user_id
          FROM ${sql(table)}
          WHERE id > ${after}::uuid AND ${sql(name)} IS NOT NULL ${credits ? sql`AND action = 'profile_unlock'` : sql``}
          ORDER BY id
          LIMIT ${limit}`)
      })

      const saying = (table: CreatorTable) =>
        sql.literal((creatorRule(table).says ?? []).map((column) => `'${column}', ${column}`).join(", "))

      const list = Effect.fn("SaidRepo.list")((table: CreatorTable, after: string, limit: number) =>
        rows(table, SaidRow)(sql`
          SELECT id, jsonb_build_object(${saying(table)}) AS says FROM ${sql(table)}
          WHERE id > ${after}::uuid
          ORDER BY id
          LIMIT ${limit}`)
      )

      const lock = Effect.fn("SaidRepo.lock")((table: CreatorTable, id: string) =>
        row(table, SaidRow)(sql`
          SELECT id, jsonb_build_object(${saying(table)}) AS says FROM ${sql(table)} WHERE id = ${id} FOR NO KEY UPDATE`)
      )

      const replace = Effect.fn("SaidRepo.replace")((table: CreatorTable, id: string, given: Schema.JsonObject) => {
        const columns = sql.literal((creatorRule(table).says ?? []).join(", "))
        return Effect.asVoid(
          available(table)(sql`
          UPDATE ${sql(table)} SET (${columns}) = (
            SELECT ${columns} FROM jsonb_populate_record(NULL::${sql(table)}, ${JSON.stringify(given)}::jsonb)
          ) WHERE id = ${id}`)
        )
      })

      const remove = Effect.fn("SaidRepo.delete")((table: CreatorTable, id: string) =>
        Effect.asVoid(available(table)(sql`DELETE FROM ${sql(table)} WHERE id = ${id}`))
      )

      const shownBy = Effect.fn("SaidRepo.shownBy")((table: CreatorTable, id: string) =>
        table === "posts"
          ? Effect.map(decodeIds(sql`SELECT profile_id AS id FROM post_profiles WHERE post_id = ${id}`), idsOf)
          : shown.has(table)
          ? Effect.map(
            decodeIds(sql`SELECT ${sql(table === "profiles" ? "id" : "profile_id")} AS id FROM ${sql(table)} WHERE id = ${id}`),
            idsOf
          )
          : Effect.succeed([])
      )

      return { names, list, lock, replace, delete: remove, shownBy }
    })
  )
}

/** Tables of a profile's own, whose rows its answer is made of. */
const shown: ReadonlySet<CreatorTable> = new Set(["profiles", "related_profiles", "mentions"])

const NamedRow = Schema.Struct({
  id: Schema.String,
  username: Schema.String,
  instagram_user_id: Schema.NullOr(Schema.String)
})

const SaidRow = Schema.Struct({ id: Schema.String, says: Schema.Record(Schema.String, Schema.Json) })
