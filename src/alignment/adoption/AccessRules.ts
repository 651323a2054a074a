import * as to from "./Expressions.ts"
import { ownerJoins, ownerRefusals } from "./Owner.ts"
import { asOf, column, earliest, fill, type Fold, type Places, type TableRules, verdictOn, without } from "./TableRules.ts"

/** Access windows. They held auth ids, without a foreign key. Nobody's window becomes longer than it was. */
export const userProfileAccess = (at: Places): TableRules => ({
  table: "user_profile_access",
  keyType: "uuid",
  joins: `${ownerJoins(at, "auth id first")}
  ${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT coalesce(${to.instant("l.granted_at")}, ${to.instant("l.created_at")}) AS granted_at,
    ${to.end("l.expires_at")} AS expires_at) AS n
  CROSS JOIN LATERAL (SELECT coalesce(n.expires_at, n.granted_at + interval '30 days', ${asOf(at)}) AS expires_at) AS w`,
  target: "l.id",
  stands: { table: "user_profile_access", column: "id" },
  refused: { ...ownerRefusals, ...without("p", "profile") },
  groups: [{ by: "(r.user_id, p.target)", reason: "same_window" }],
  prefer: "w.expires_at DESC",
  changed: { held_users_id: "i.id IS NULL" },
  writes: [{
    into: "user_profile_access",
    columns: {
      id: "l.id",
      user_id: "r.user_id",
      profile_id: "p.target",
      granted_at: column(
        "CASE WHEN n.granted_at < w.expires_at THEN n.granted_at ELSE w.expires_at - interval '30 days' END",
        { granted_at_filled: `(${to.instant("l.granted_at")}) IS NULL`, window_inverted: "n.granted_at >= w.expires_at" }
      ),
      expires_at: column("w.expires_at", { expiry_filled: "n.expires_at IS NULL" }),
      created_at: column(
        `coalesce(${to.instant("l.created_at")}, n.granted_at, w.expires_at - interval '30 days')`,
        {},
        earliest
      ),
      updated_at: `coalesce(n.granted_at, ${asOf(at)})`
    }
  }]
})

/** Saved profiles. */
export const userFavorites = (at: Places): TableRules => ({
  table: "user_favorites",
  keyType: "uuid",
  joins: `${ownerJoins(at, "users id first")}
  ${verdictOn(at, "profiles", "l.profile_id", "p")}`,
  target: "l.id",
  stands: { table: "user_favorites", column: "id" },
  refused: { ...ownerRefusals, ...without("p", "profile") },
  groups: [{ by: "(r.user_id, p.target)", reason: "same_favorite" }],
  prefer: "l.added_at DESC NULLS LAST",
  changed: { held_auth_id: "u.target IS NULL" },
  writes: [{
    into: "user_favorites",
    columns: {
      id: "l.id",
      user_id: "r.user_id",
      profile_id: "p.target",
      notes: column(to.clipped("l.notes", 5000), { text_shortened: "char_length(btrim(l.notes)) > 5000" }, fill),
      tags: column(to.words("l.tags"), { label_too_long: to.wordsLost("l.tags") }, union),
      added_at: column(`coalesce(${to.instant("l.added_at")}, ${asOf(at)})`, {
        timestamp_filled: `(${to.instant("l.added_at")}) IS NULL`
      }, earliest),
      updated_at: `coalesce(${to.instant("l.added_at")}, ${asOf(at)})`
    }
  }]
})

/** The tags of all of them, each once: the survivor's first. */
const union: Fold = {
  aggregate: (value) => `coalesce(string_agg(array_to_string(${value}, E'\\x1f'), E'\\x1f' ORDER BY mb.seq), '')`,
  combine: (own, merged) =>
    `ARRAY(SELECT tag FROM unnest(${own} || string_to_array(${merged}, E'\\x1f')) WITH ORDINALITY AS x (tag, place)
        WHERE tag <> '' GROUP BY tag ORDER BY min(place))`
}
