import { Context, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { models } from "../alignment/Models.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import { personalData, type PersonalTable } from "./PersonalData.ts"
import type { UserId } from "./UserId.ts"

export type ExportedTable = PersonalTable | "auth_users"

/** Reads and deletes a user's rows in any room's table, by the list in `PersonalData.ts`: the one exception to one repo a table. */
export class PersonalDataRepo extends Context.Service<PersonalDataRepo, {
  /** Rows whole, latest first, after the position of the last one. */
  list(table: ExportedTable, options: {
    readonly user: UserId
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<{ readonly rows: ReadonlyArray<object>; readonly last: string | undefined }, DatabaseError>
  /** Answers with how many rows there were. */
  delete(table: PersonalTable, user: UserId): Effect.Effect<number, DatabaseError>
  /** Sets columns of all rows to NULL. */
  blank(table: PersonalTable, columns: ReadonlyArray<string>, user: UserId): Effect.Effect<void, DatabaseError>
}>()("analytics-following/users/PersonalDataRepo") {
  static readonly layer = Layer.effect(
    PersonalDataRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql

      const list = Effect.fn("PersonalDataRepo.list")(function*(
        table: ExportedTable,
        { after, limit, user }: Parameters<PersonalDataRepo["Service"]["list"]>[1]
      ) {
        const latest = table === "auth_users" ? "created_at" : personalData[table].latest
        const page = newestFirst(read, latest.startsWith("(") ? latest : `t.${latest}`, "t.id", "place_in_list")
        const owned = table === "auth_users"
          ? read`t.id = ${user}`
          : "campaign_id" in models[table].fields
          ? read`t.campaign_id IN (SELECT id FROM campaigns WHERE user_id = ${user})`
          : "job_id" in models[table].fields
          ? read`t.job_id IN (SELECT id FROM jobs WHERE user_id = ${user})`
          : read`t.user_id = ${user}`
        const found = yield* decoders[table](read`
          SELECT t.*, ${page.position} FROM ${read(table)} AS t
          WHERE ${owned} AND ${page.after(after)}
          ORDER BY ${page.order}
          LIMIT ${limit}`)
        return { rows: found.map(Struct.omit(["place_in_list"])), last: found.at(-1)?.place_in_list }
      })

      const remove = Effect.fn("PersonalDataRepo.delete")((table: PersonalTable, user: UserId) =>
        Effect.map(
          row(table, Schema.Struct({ count: Schema.Int }))(sql`
            WITH gone AS (DELETE FROM ${sql(table)} WHERE user_id = ${user} RETURNING 1)
            SELECT count(*)::integer AS count FROM gone`),
          (counted) => counted?.count ?? 0
        )
      )

      const blank = Effect.fn("PersonalDataRepo.blank")((table: PersonalTable, columns: ReadonlyArray<string>, user: UserId) =>
        Effect.asVoid(
          available(table)(sql`
          UPDATE ${sql(table)} SET ${
            sql.update(Object.fromEntries(columns.map((column) => [column, null])))
          } WHERE user_id = ${user}`)
        )
      )

      return { list, delete: remove, blank }
    })
  )
}

const decoderOf = (table: ExportedTable) => {
  const fields: Schema.Struct.Fields = models[table].fields
  return rows(table, Schema.Struct({ ...fields, place_in_list: Schema.String }))
}

const decoders = Object.fromEntries(
  (["auth_users", ...Object.keys(personalData)] as ReadonlyArray<ExportedTable>).map((table) => [table, decoderOf(table)])
) as Record<ExportedTable, ReturnType<typeof decoderOf>>
