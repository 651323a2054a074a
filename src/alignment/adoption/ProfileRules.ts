import * as to from "./Expressions.ts"
import { asOf, type Column, column, earliest, fill, type Places, type TableRules, total } from "./TableRules.ts"

/**
 * Instagram profiles. Rows of one account are one: those with the same Instagram id, then those whose names differ in case alone. The newest
 * row survives and takes from the others what it does not know. A name that two accounts have had belongs to the one that has it now;
 * the other one is gone from it, as when a refresh finds that out.
 */
export const profiles = (at: Places): TableRules => ({
  table: "profiles",
  keyType: "uuid",
  joins: `CROSS JOIN LATERAL (SELECT ${to.username("l.username")} AS username,
    CASE WHEN btrim(l.instagram_user_id) ~ '^[0-9]{1,20}$' THEN btrim(l.instagram_user_id) END AS instagram_user_id,
    ${to.instant("l.last_refreshed")} AS last_refreshed) AS n`,
  target: "l.id",
  stands: { table: "profiles", column: "id" },
  refused: {},
  orphaned: { username_invalid: "n.username IS NULL" },
  groups: [
    { by: "n.instagram_user_id", reason: "same_instagram_user_id" },
    {
      by: "n.username",
      reason: "same_username",
      first: "n.instagram_user_id IS NOT NULL",
      unless: { condition: "n.instagram_user_id IS NOT NULL", change: usernameOfAnother }
    }
  ],
  prefer:
    `n.last_refreshed DESC NULLS LAST, num_nonnulls(l.full_name, l.biography, l.followers_count, l.following_count, l.posts_count,
    l.profile_pic_url, l.profile_pic_url_hd, l.external_url, l.category, l.engagement_rate, l.influence_score, l.data_quality_score,
    l.is_verified, l.is_private, l.is_business_account, nullif(l.raw_data, '{}')) DESC`,
  changed: { username_normalized: "l.username <> n.username" },
  writes: [{
    into: "profiles",
    columns: {
      id: "l.id",
      username: `CASE WHEN ${hasLostItsName} THEN left(n.username, 21) || '.' || left(md5(l.id::text), 8) ELSE n.username END`,
      instagram_user_id: column("n.instagram_user_id", {
        instagram_user_id_invalid: to.lost(to.filled("l.instagram_user_id"), "n.instagram_user_id")
      }, fill),
      full_name: column(to.filled("l.full_name"), {}, fill),
      biography: column("l.biography", {}, fill),
      followers_count: figure("l.followers_count"),
      following_count: figure("l.following_count"),
      posts_count: figure("l.posts_count"),
      profile_pic_url: column(to.filled("l.profile_pic_url"), {}, fill),
      profile_pic_url_hd: column(to.filled("l.profile_pic_url_hd"), {}, fill),
      external_url: column(to.filled("l.external_url"), {}, fill),
      category: column(to.filled("l.category"), {}, fill),
      is_verified: column("l.is_verified", {}, fill),
      is_private: column("l.is_private", {}, fill),
      is_business_account: column("l.is_business_account", {}, fill),
      engagement_rate: score("l.engagement_rate", 0, 1e12),
      influence_score: score("l.influence_score", 0, 10),
      data_quality_score: score("l.data_quality_score", 0, 1),
      availability: `CASE WHEN ${hasLostItsName} THEN 'gone' WHEN l.is_private THEN 'private' ELSE 'available' END`,
      raw_data: column(`coalesce(${to.object("l.raw_data")}, '{}')`, {
        raw_data_not_an_object: to.lost("l.raw_data", to.object("l.raw_data"))
      }),
      refresh_count: column("greatest(coalesce(l.refresh_count, 0), 0)", {
        refresh_count_unknown: "l.refresh_count IS NULL OR l.refresh_count < 0"
      }, total),
      last_refreshed: column(
        `coalesce(n.last_refreshed, ${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`,
        { timestamp_filled: "n.last_refreshed IS NULL" }
      ),
      created_at: column(
        `coalesce(${to.instant("l.created_at")}, n.last_refreshed, ${to.instant("l.updated_at")}, ${asOf(at)})`,
        { timestamp_filled: `(${to.instant("l.created_at")}) IS NULL` },
        earliest
      ),
      updated_at: column(
        `coalesce(${to.instant("l.updated_at")}, n.last_refreshed, ${to.instant("l.created_at")}, ${asOf(at)})`,
        { timestamp_filled: `(${to.instant("l.updated_at")}) IS NULL` }
      )
    }
  }]
})

const usernameOfAnother = "username_of_another_account"
const hasLostItsName = `'${usernameOfAnother}' = ANY (b.changes)`

const figure = (value: string): Column => column(to.count(value), { count_out_of_range: to.lost(value, to.count(value)) }, fill)

const score = (value: string, least: number, most: number): Column => {
  const kept = to.between(value, least, most)
  return column(kept, { score_out_of_range: to.lost(value, kept) }, fill)
}
