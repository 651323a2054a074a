import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { UserSearch } from "./Search.ts"

export interface NewSearch extends Omit<typeof UserSearch.insert.Encoded, "id"> {
  readonly search_timestamp: string
}

/** All SQL of `user_searches` and `search_history`. */
export class SearchRepo extends Context.Service<SearchRepo, {
  /** Records look-ups of one profile (null: it is not stored) in both tables by one statement, so that they never disagree. */
  insert(searches: ReadonlyArray<NewSearch>, profile: ProfileId | null): Effect.Effect<void, DatabaseError>
}>()("analytics-following/searches/SearchRepo") {
  static readonly layer = Layer.effect(
    SearchRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient

      const insert = Effect.fn("SearchRepo.insert")((searches: ReadonlyArray<NewSearch>, profile: ProfileId | null) =>
        Effect.asVoid(
          available("user_searches")(sql`
          WITH recorded AS (
            INSERT INTO user_searches (user_id, instagram_username, search_timestamp, analysis_type, search_metadata,
              search_duration_ms, data_source, success, error_code, profile_snapshot)
            SELECT user_id, instagram_username, search_timestamp, analysis_type, coalesce(search_metadata, '{}'),
              search_duration_ms, data_source, success, error_code, profile_snapshot
            FROM jsonb_populate_recordset(NULL::user_searches, ${JSON.stringify(searches)}::jsonb)
            RETURNING id, user_id, instagram_username, search_timestamp
          )
          INSERT INTO search_history (id, user_id, username, profile_id, searched_at)
          SELECT id, user_id, instagram_username, ${profile}::uuid, search_timestamp FROM recorded`)
        )
      )

      return { insert }
    })
  )
}
