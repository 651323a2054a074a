import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

export interface Search {
  readonly id: string
  readonly user_id: string
  readonly analysis_type: string
  readonly data_source: string | null
  readonly success: boolean
  readonly error_code: string | null
  readonly search_duration_ms: number | null
  readonly profile_snapshot: Readonly<Record<string, number | null>> | null
}

/** The records of look-ups of a name, oldest first; dies where the two tables disagree. One statement: rows may come meanwhile. */
export const searchesOf = Effect.fnUntraced(function*(username: string) {
  const sql = yield* SqlClient
  const searches = yield* sql<Search & { readonly agree: boolean | null }>`
    SELECT search.*, search.user_id = history.user_id AND search.search_timestamp = history.searched_at AS agree
    FROM user_searches AS search FULL JOIN search_history AS history
      ON history.id = search.id AND history.username = search.instagram_username
    WHERE coalesce(search.instagram_username, history.username) = ${username}
    ORDER BY search.search_timestamp, search.id`
  return searches.every(({ agree }) => agree === true)
    ? searches
    : yield* Effect.die("user_searches and search_history disagree")
})
