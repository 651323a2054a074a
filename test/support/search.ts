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

/** The records of look-ups of a name, oldest first; dies where the two tables disagree. */
export const searchesOf = Effect.fnUntraced(function*(username: string) {
  const sql = yield* SqlClient
  const searches = yield* sql<Search>`
    SELECT * FROM user_searches WHERE instagram_username = ${username} ORDER BY search_timestamp, id`
  const history = yield* sql<{ id: string; user_id: string }>`
    SELECT id, user_id FROM search_history WHERE username = ${username} ORDER BY searched_at, id`
  const keys = (rows: ReadonlyArray<{ id: string; user_id: string }>) => rows.map(({ id, user_id }) => `${id} ${user_id}`).join()
  return keys(searches) === keys(history) ? searches : yield* Effect.die("user_searches and search_history disagree")
})
