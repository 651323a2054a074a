import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** The stored profiles that lack a part of what their latest stored answer says: none, whatever died while they were stored. */
export const partialProfiles = Effect.flatMap(SqlClient, (sql) =>
  Effect.map(
    sql<{ readonly username: string }>`
      SELECT p.username FROM profiles AS p
      JOIN LATERAL (
        SELECT payload FROM vendor_answers WHERE username = p.username AND stored_at IS NOT NULL ORDER BY fetched_at DESC LIMIT 1
      ) AS answer ON true
      CROSS JOIN LATERAL (
        SELECT count(DISTINCT edge #>> '{node,shortcode}') AS posts FROM (
          SELECT jsonb_array_elements(answer.payload #> '{edge_owner_to_timeline_media,edges}') AS edge
          UNION ALL
          SELECT jsonb_array_elements(answer.payload #> '{edge_felix_video_timeline,edges}')
        ) AS edges
      ) AS said
      WHERE said.posts <> (SELECT count(*) FROM post_profiles WHERE profile_id = p.id)
        OR jsonb_array_length(answer.payload #> '{edge_related_profiles,edges}')
          <> (SELECT count(*) FROM related_profiles WHERE profile_id = p.id)
        OR 1 > (SELECT count(*) FROM profile_snapshots WHERE profile_id = p.id)
        OR p.raw_data <> answer.payload`,
    (found) => found.map(({ username }) => username)
  ))
