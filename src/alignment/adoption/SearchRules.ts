import * as to from "./Expressions.ts"
import { ownerJoins, ownerRefusals } from "./Owner.ts"
import { type Column, column, type Places, type TableRules, verdictOn } from "./TableRules.ts"

/** Look-ups with their outcome. Their ids were text: a uuid is kept, anything else becomes one made of it and stays in `search_metadata`. */
export const userSearches = (at: Places): TableRules => ({
  table: "user_searches",
  keyType: "text",
  joins: `${ownerJoins(at, "users id first")}
  CROSS JOIN LATERAL (SELECT ${to.username("l.instagram_username")} AS username, ${analysisType} AS type,
    ${to.instant("l.search_timestamp")} AS searched_at,
    coalesce(l.success, CASE WHEN ${
    to.filled("l.error_message")
  } IS NOT NULL THEN false WHEN l.profile_snapshot IS NOT NULL THEN true END)
      AS success,
    CASE WHEN l.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN l.id::uuid
      ELSE ${to.namedUuid("user_searches", "l.id")} END AS id) AS n`,
  target: "n.id",
  stands: { table: "user_searches", column: "id" },
  refused: {
    ...ownerRefusals,
    username_invalid: "n.username IS NULL",
    analysis_type_unknown: "n.type IS NULL",
    outcome_unknown: "n.success IS NULL",
    timestamp_unknown: "n.searched_at IS NULL"
  },
  changed: {
    id_not_a_uuid: "n.id::text <> l.id",
    held_auth_id: "u.target IS NULL",
    username_normalized: "l.instagram_username <> n.username"
  },
  writes: [
    {
      into: "user_searches",
      columns: {
        id: "n.id",
        user_id: "r.user_id",
        instagram_username: "n.username",
        search_timestamp: "n.searched_at",
        analysis_type: "n.type",
        search_metadata: column(metadata, {
          json_not_an_object: `coalesce(jsonb_typeof(l.search_metadata), 'null') NOT IN ('object', 'null')`
        }),
        search_duration_ms: column("CASE WHEN l.search_duration_ms >= 0 THEN l.search_duration_ms END", {
          duration_negative: "l.search_duration_ms < 0"
        }),
        data_source: column(dataSource, { data_source_unknown: to.lost(to.filled("l.data_source"), dataSource) }),
        success: column("n.success", { outcome_derived: "l.success IS NULL" }),
        error_code: "CASE WHEN NOT n.success THEN 'legacy-error' END",
        profile_snapshot: snapshot
      }
    },
    {
      into: "search_history",
      columns: {
        id: "n.id",
        user_id: "r.user_id",
        username: "n.username",
        profile_id: storedProfile,
        searched_at: "n.searched_at"
      }
    }
  ]
})

/** The feed. A row beside a look-up of `user_searches` (same user and name, within a minute) is the one that look-up has brought. */
export const searchHistory = (at: Places): TableRules => ({
  table: "search_history",
  keyType: "uuid",
  prepare: [
    `INSERT INTO ${at.plan}.adoption_searches (user_id, username, searched_at, target)
     SELECT r.user_id, n.username, n.searched_at, b.target
     FROM ${at.source("user_searches")} AS l ${userSearches(at).joins}
     JOIN ${at.plan}.adoption_plan AS b ON b.table_name = 'user_searches' AND b.key = l.id AND b.verdict = 'adopt'`,
    `ANALYZE ${at.plan}.adoption_searches`
  ],
  joins: `${ownerJoins(at, "auth id first")}
  ${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT ${to.username("l.username")} AS username, ${to.instant("l.searched_at")} AS searched_at,
    CASE WHEN EXISTS (SELECT FROM ${at.plan}.adoption_searches AS s WHERE s.target = l.id) THEN ${
    to.namedUuid("search_history", "l.id::text")
  } ELSE l.id END AS id) AS n`,
  target: "n.id",
  stands: { table: "search_history", column: "id" },
  refused: { ...ownerRefusals, username_invalid: "n.username IS NULL", timestamp_unknown: "n.searched_at IS NULL" },
  absorbed: {
    into: `(SELECT s.target FROM ${at.plan}.adoption_searches AS s
      WHERE s.user_id = r.user_id AND s.username = n.username
        AND s.searched_at BETWEEN n.searched_at - interval '1 minute' AND n.searched_at + interval '1 minute'
      ORDER BY abs(extract(epoch FROM s.searched_at - n.searched_at)), s.target LIMIT 1)`,
    reason: "same_search"
  },
  changed: {
    held_users_id: "i.id IS NULL",
    id_taken_by_a_search: "n.id <> l.id",
    username_normalized: "l.username <> n.username",
    profile_unlinked: "l.profile_id IS NOT NULL AND p.target IS NULL"
  },
  writes: [{
    into: "search_history",
    columns: { id: "n.id", user_id: "r.user_id", username: "n.username", profile_id: "p.target", searched_at: "n.searched_at" }
  }]
})

const storedProfile = "(SELECT stored.id FROM public.profiles AS stored WHERE stored.username = n.username)"

const analysisType = to.oneOf("l.analysis_type", {
  lookup: ["profile", "profile_analysis", "analysis", "search", "basic", "full", "complete", "comprehensive"],
  refresh: ["force_refresh", "update"],
  bulk: ["batch"]
})

const dataSource = to.oneOf("l.data_source", {
  vendor: ["decodo", "smartproxy", "api", "live"],
  database: ["db", "stored"],
  cache: ["cached", "redis"]
})

/** What has no column any more is kept beside the rest. */
const metadata = `CASE jsonb_typeof(l.search_metadata) WHEN 'object' THEN l.search_metadata WHEN 'null' THEN '{}'
          ELSE CASE WHEN l.search_metadata IS NULL THEN '{}' ELSE jsonb_build_object('legacy', l.search_metadata) END END
          || CASE WHEN n.id::text <> l.id THEN jsonb_build_object('legacy_id', l.id) ELSE '{}' END
          || CASE WHEN l.error_message IS NOT NULL THEN jsonb_build_object('legacy_error', l.error_message) ELSE '{}' END`

const snapshot: Column = column(to.object("l.profile_snapshot"), {
  json_not_an_object: `${
    to.lost("l.profile_snapshot", to.object("l.profile_snapshot"))
  } AND jsonb_typeof(l.profile_snapshot) <> 'null'`
})
