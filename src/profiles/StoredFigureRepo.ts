import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { row, rows } from "../database/Rows.ts"
import { Profile, type ProfileId } from "./Profile.ts"
import { type FigureFilter, StoredFigures } from "./StoredFigures.ts"

/** Reads stored profiles one batch after the other, for figures to be computed anew. */
export class StoredFigureRepo extends Context.Service<StoredFigureRepo, {
  /** The next profiles in order of id. */
  batch(filter: FigureFilter & { readonly after: string; readonly limit: number }): Effect.Effect<
    ReadonlyArray<StoredFigures>,
    DatabaseError
  >
  count(filter: FigureFilter): Effect.Effect<number, DatabaseError>
  /** The latest vendor answer as it was stored with the profile. */
  rawData(profile: ProfileId): Effect.Effect<Schema.JsonObject | undefined, DatabaseError>
}>()("analytics-following/profiles/StoredFigureRepo") {
  static readonly layer = Layer.effect(
    StoredFigureRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeBatch = rows("profiles", StoredFigures)
      const decodeCount = row("profiles", Schema.Struct({ count: Schema.Int }))
      const decodeRaw = row("profiles", Schema.Struct({ raw_data: Profile.fields.raw_data }))

      const matching = ({ usernames, version }: FigureFilter) =>
        sql.and([
          usernames === undefined ? sql`true` : sql`username = ANY (${usernames}::text[])`,
          version === undefined ? sql`true` : sql`analytics_version = ${version}`
        ])

      const batch = Effect.fn("StoredFigureRepo.batch")((
        { after, limit, ...filter }: FigureFilter & { readonly after: string; readonly limit: number }
      ) =>
        decodeBatch(sql`
          SELECT id, username, analytics, analytics_version, last_refreshed FROM profiles
          WHERE id > ${after}::uuid AND ${matching(filter)}
          ORDER BY id
          LIMIT ${limit}`)
      )

      const count = Effect.fn("StoredFigureRepo.count")((filter: FigureFilter) =>
        Effect.map(
          decodeCount(sql`SELECT count(*) AS count FROM profiles WHERE ${matching(filter)}`),
          (found) => found?.count ?? 0
        )
      )

      const rawData = Effect.fn("StoredFigureRepo.rawData")((profile: ProfileId) =>
        Effect.map(decodeRaw(sql`SELECT raw_data FROM profiles WHERE id = ${profile}`), (found) => found?.raw_data)
      )

      return { batch, count, rawData }
    })
  )
}
