import { type Conditions, type Places, verdictOn } from "./TableRules.ts"

/**
 * The user of a row as `r.user_id`. Some columns pointed to the old `users`, some held auth ids, and the old code mixed the two: the
 * column's own meaning is tried first, the other one next.
 */
export const ownerJoins = (at: Places, order: "users id first" | "auth id first"): string =>
  `${verdictOn(at, "users", "l.user_id", "u")}
  LEFT JOIN ${at.plan}.adoption_identities AS i ON i.id = l.user_id
  CROSS JOIN LATERAL (SELECT coalesce(${order === "users id first" ? "u.target, i.id" : "i.id, u.target"}) AS user_id) AS r`

export const ownerRefusals: Conditions = {
  user_missing: "r.user_id IS NULL AND u.key IS NULL",
  user_quarantined: "r.user_id IS NULL"
}
