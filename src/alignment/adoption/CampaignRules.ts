import * as to from "./Expressions.ts"
import { ownerJoins, ownerRefusals } from "./Owner.ts"
import { asOf, type Column, column, earliest, fill, type Places, type TableRules, verdictOn, without } from "./TableRules.ts"

/** Campaigns. A budget was a float in no currency: it is rounded to the hundredth, and its currency is what the operator says. */
export const campaigns = (at: Places): TableRules => ({
  table: "campaigns",
  keyType: "uuid",
  joins: `${ownerJoins(at, "users id first")}
  CROSS JOIN LATERAL (SELECT ${status} AS status, ${budget} AS budget, ${to.day("l.start_date")} AS start_date,
    ${to.day("l.end_date")} AS end_date) AS n`,
  target: "l.id",
  stands: { table: "campaigns", column: "id" },
  refused: { ...ownerRefusals, status_unknown: "n.status IS NULL" },
  changed: { held_auth_id: "u.target IS NULL" },
  writes: [{
    into: "campaigns",
    columns: {
      id: "l.id",
      user_id: "r.user_id",
      name: column(`coalesce(${to.clipped("l.name", 255)}, 'Untitled campaign')`, {
        name_missing: `${to.filled("l.name")} IS NULL`
      }),
      description: clipped("l.description", 10_000),
      logo_url: column(logo, { url_too_long: to.lost(to.filled("l.logo_url"), logo) }),
      status: column("n.status", { status_normalized: "lower(btrim(l.status)) <> n.status" }),
      start_date: column("n.start_date", { date_out_of_range: to.lost("l.start_date", "n.start_date") }),
      end_date: column("CASE WHEN n.start_date IS NULL OR n.end_date >= n.start_date THEN n.end_date END", {
        date_out_of_range: to.lost("l.end_date", "n.end_date"),
        dates_inverted: "n.end_date < n.start_date"
      }),
      budget: column("n.budget", { budget_out_of_range: to.lost("l.budget", "n.budget") }),
      currency: column(`CASE WHEN n.budget IS NOT NULL THEN ${currency(at)} END`, {
        currency_unknown: `n.budget IS NOT NULL AND ${currency(at)} = 'XXX'`,
        currency_given: `n.budget IS NOT NULL AND ${currency(at)} <> 'XXX'`
      }),
      target_audience: object("l.target_audience"),
      campaign_goals: object("l.campaign_goals"),
      created_at: column(`coalesce(${to.instant("l.created_at")}, ${to.instant("l.updated_at")}, ${asOf(at)})`, {
        timestamp_filled: `(${to.instant("l.created_at")}) IS NULL`
      }),
      updated_at: column(`coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`, {
        timestamp_filled: `(${to.instant("l.updated_at")}) IS NULL`
      })
    }
  }]
})

export const campaignPosts = (at: Places): TableRules => ({
  table: "campaign_posts",
  keyType: "uuid",
  joins: `${verdictOn(at, "campaigns", "l.campaign_id", "c")}
  ${verdictOn(at, "posts", "l.post_id", "p")}`,
  target: "l.id",
  stands: { table: "campaign_posts", column: "id" },
  refused: { ...without("c", "campaign"), ...without("p", "post") },
  groups: [{ by: "(c.target, p.target)", reason: "same_post_in_campaign" }],
  prefer: "l.added_at DESC NULLS LAST",
  writes: [{
    into: "campaign_posts",
    columns: {
      id: "l.id",
      campaign_id: "c.target",
      post_id: "p.target",
      role: known("role", { hero: [], supporting: [], organic: [] }),
      performance_tier: known("performance_tier", { top: [], good: [], average: [], low: [] }),
      ...noted(at)
    }
  }]
})

export const campaignProfiles = (at: Places): TableRules => ({
  table: "campaign_profiles",
  keyType: "uuid",
  joins: `${verdictOn(at, "campaigns", "l.campaign_id", "c")}
  ${verdictOn(at, "profiles", "l.profile_id", "p")}`,
  target: "l.id",
  stands: { table: "campaign_profiles", column: "id" },
  refused: { ...without("c", "campaign"), ...without("p", "profile") },
  groups: [{ by: "(c.target, p.target)", reason: "same_profile_in_campaign" }],
  prefer: "l.added_at DESC NULLS LAST",
  writes: [{
    into: "campaign_profiles",
    columns: {
      id: "l.id",
      campaign_id: "c.target",
      profile_id: "p.target",
      role: known("role", { ambassador: [], creator: ["influencer"], candidate: [], competitor: [] }),
      priority: column("CASE WHEN l.priority BETWEEN 1 AND 5 THEN l.priority END", {
        priority_out_of_range: "l.priority NOT BETWEEN 1 AND 5"
      }, fill),
      ...noted(at)
    }
  }]
})

const status = to.oneOf("l.status", {
  draft: ["planned", "planning", "pending"],
  active: ["running", "in_progress", "live"],
  paused: ["on_hold"],
  completed: ["complete", "finished", "done"],
  archived: ["cancelled", "canceled", "deleted"]
})

const budget = "CASE WHEN l.budget >= 0 AND l.budget < 999999999999.99 THEN round(l.budget::numeric, 2) END"

/** ISO 4217; XXX is its word for "no currency". */
const currency = (at: Places) => `(SELECT currency FROM ${at.plan}.adoption_settings)`

const logo = `CASE WHEN char_length(btrim(l.logo_url)) <= 2048 THEN ${to.filled("l.logo_url")} END`

const clipped = (value: string, most: number): Column =>
  column(to.clipped(value, most), { text_shortened: `char_length(btrim(${value})) > ${most}` })

const object = (value: string): Column =>
  column(
    `CASE coalesce(jsonb_typeof(${value}), 'null') WHEN 'object' THEN ${value} WHEN 'null' THEN '{}' ELSE jsonb_build_object('items', ${value}) END`,
    {
      json_not_an_object: `coalesce(jsonb_typeof(${value}), 'null') NOT IN ('object', 'null')`
    }
  )

const known = (name: string, meanings: Readonly<Record<string, ReadonlyArray<string>>>): Column => {
  const value = to.oneOf(`l.${name}`, meanings)
  return column(value, { [`${name}_unknown`]: to.lost(to.filled(`l.${name}`), value) }, fill)
}

const noted = (at: Places): Readonly<Record<string, Column | string>> => ({
  notes: column(to.clipped("l.notes", 5000), { text_shortened: "char_length(btrim(l.notes)) > 5000" }, fill),
  added_at: column(`coalesce(${to.instant("l.added_at")}, ${asOf(at)})`, {
    timestamp_filled: `(${to.instant("l.added_at")}) IS NULL`
  }, earliest),
  updated_at: `coalesce(${to.instant("l.added_at")}, ${asOf(at)})`
})
