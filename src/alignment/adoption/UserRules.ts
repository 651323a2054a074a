import * as to from "./Expressions.ts"
import { email, ownEmail, supabaseIsKnown } from "./IdentityRules.ts"
import { asOf, type Column, column, earliest, fill, type Fold, type Places, type TableRules, verdictOn } from "./TableRules.ts"

/** The old `users`: everything but the identity goes to `user_profiles`, one row a user. */
export const users = (at: Places): TableRules => ({
  table: "users",
  keyType: "uuid",
  joins: `CROSS JOIN LATERAL (SELECT ${to.uuid("l.supabase_user_id")} AS supabase_id) AS n
  LEFT JOIN ${at.plan}.adoption_identities AS s ON s.id = n.supabase_id
  LEFT JOIN ${at.plan}.adoption_identities AS o ON o.id = l.id
  LEFT JOIN ${at.plan}.adoption_identities AS e ON e.email = ${email("l.email")} AND e.owns_email AND e.confirmed
  CROSS JOIN LATERAL (SELECT coalesce(s.id, o.id, e.id) AS user_id) AS r`,
  target: "r.user_id",
  stands: { table: "user_profiles", column: "user_id" },
  refused: {
    supabase_id_missing: "r.user_id IS NULL AND nullif(btrim(l.supabase_user_id), '') IS NULL",
    supabase_id_not_a_uuid: "r.user_id IS NULL"
  },
  groups: [{ by: "r.user_id", reason: "same_account", first: "s.id IS NOT NULL" }],
  prefer: "l.last_activity DESC NULLS LAST, l.updated_at DESC NULLS LAST",
  changed: {
    found_by_own_id: "s.id IS NULL AND o.id IS NOT NULL",
    found_by_email: "s.id IS NULL AND o.id IS NULL AND e.id IS NOT NULL",
    unknown_to_supabase: `s.source = 'users' AND ${supabaseIsKnown(at)}`
  },
  writes: [
    {
      into: "auth_users",
      where: "s.source = 'users'",
      columns: {
        id: "s.id",
        email: ownEmail(at, "s.id"),
        deleted_at: `CASE WHEN ${supabaseIsKnown(at)} THEN ${asOf(at)} END`,
        created_at: `coalesce(${to.instant("l.created_at")}, ${asOf(at)})`,
        updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
      },
      conflict: "(id) DO NOTHING"
    },
    { into: "user_profiles", columns: profileColumns(at), conflict: `(user_id) DO UPDATE SET ${taken(profileColumns(at))}` }
  ],
  dropped: {
    email: "the identity's is in auth_users",
    hashed_password: "a secret: only Supabase Auth keeps those",
    email_verified: "Supabase Auth knows",
    phone_verified: "Supabase Auth knows",
    credits_used_this_month: "what a month has used is in the ledger from now on"
  }
})

/** The old `user_profiles`: a name and a picture, where `users` had none. */
export const userProfiles = (at: Places): TableRules => ({
  table: "user_profiles",
  keyType: "uuid",
  joins: `LEFT JOIN ${at.plan}.adoption_identities AS i ON i.id = l.user_id
  ${verdictOn(at, "users", "l.user_id", "u")}
  LEFT JOIN ${at.plan}.adoption_identities AS e ON l.user_id IS NULL AND e.email = ${
    email("l.email")
  } AND e.owns_email AND e.confirmed
  CROSS JOIN LATERAL (SELECT coalesce(i.id, u.target, e.id) AS user_id) AS r`,
  target: "r.user_id",
  stands: { table: "user_profiles", column: "user_id" },
  refused: {
    user_missing: "r.user_id IS NULL AND u.key IS NULL",
    user_quarantined: "r.user_id IS NULL"
  },
  groups: [{ by: "r.user_id", reason: "same_account" }],
  prefer: "l.updated_at DESC NULLS LAST",
  changed: {
    held_users_id: "i.id IS NULL AND u.target IS NOT NULL",
    found_by_email: "l.user_id IS NULL AND e.id IS NOT NULL"
  },
  writes: [{
    into: "user_profiles",
    columns: {
      id: to.namedUuid("user_profiles", "r.user_id::text"),
      user_id: "r.user_id",
      full_name: text("l.full_name", 200),
      avatar_url: address("l.avatar_url"),
      created_at: `coalesce(${to.instant("l.created_at")}, ${asOf(at)})`,
      updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
    },
    conflict: `(user_id) DO UPDATE SET full_name = coalesce(current.full_name, excluded.full_name),
      avatar_url = coalesce(current.avatar_url, excluded.avatar_url), created_at = least(current.created_at, excluded.created_at)`
  }],
  dropped: { email: "the identity's is in auth_users" }
})

const profileColumns = (at: Places): Readonly<Record<string, Column | string>> => ({
  id: to.namedUuid("user_profiles", "r.user_id::text"),
  user_id: "r.user_id",
  first_name: text("l.first_name", 100),
  last_name: text("l.last_name", 100),
  full_name: text("l.full_name", 200),
  company: text("l.company", 200),
  job_title: text("l.job_title", 200),
  phone_number: text("l.phone_number", 40),
  bio: text("l.bio", 2000),
  avatar_url: address("l.profile_picture_url"),
  timezone: setting("l.timezone", 1, 64, "UTC"),
  language: setting("l.language", 2, 35, "en"),
  role: column(`CASE WHEN ${role} = 'admin' AND ${foundById} THEN 'admin' ELSE 'user' END`, {
    role_unknown: `${role} IS NULL`,
    // An address that was confirmed proves who signs in, not what they may do.
    role_not_carried: `${role} = 'admin' AND NOT ${foundById}`
  }),
  status: column(`coalesce(${status}, 'suspended')`, { status_unknown: `${status} IS NULL` }, suspendedIfAny),
  subscription_tier: column(`coalesce(${tier}, 'free')`, { subscription_tier_unknown: `${tier} IS NULL` }),
  subscription_expires_at: column(to.end("l.subscription_expires_at"), {
    timestamp_out_of_range: to.lost("l.subscription_expires_at", to.end("l.subscription_expires_at"))
  }),
  preferences: settings("l.preferences"),
  notification_preferences: settings("l.notification_preferences"),
  two_factor_enabled: "coalesce(l.two_factor_enabled, false)",
  // Not known to be agreed to is not agreed to.
  profile_visibility: column("coalesce(l.profile_visibility, false)", { privacy_unknown: "l.profile_visibility IS NULL" }),
  data_analytics_enabled: column("coalesce(l.data_analytics_enabled, false)", {
    privacy_unknown: "l.data_analytics_enabled IS NULL"
  }),
  last_login_at: column(to.instant("l.last_login"), {
    timestamp_out_of_range: to.lost("l.last_login", to.instant("l.last_login"))
  }),
  last_activity_at: column(to.instant("l.last_activity"), {
    timestamp_out_of_range: to.lost("l.last_activity", to.instant("l.last_activity"))
  }),
  login_count: column("greatest(coalesce(l.login_count, 0), 0)", {
    login_count_unknown: "l.login_count IS NULL OR l.login_count < 0"
  }),
  created_at: column(`coalesce(${to.instant("l.created_at")}, ${asOf(at)})`, {
    timestamp_filled: `(${to.instant("l.created_at")}) IS NULL`
  }, earliest),
  updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
})

const foundById = "coalesce(s.id, o.id) IS NOT NULL"

const role = to.oneOf("l.role", {
  admin: ["administrator", "super_admin", "superadmin"],
  user: ["free", "standard", "premium", "enterprise", "basic", "pro", "brand", "creator", "member", "viewer"]
})

const status = to.oneOf("l.status", {
  active: ["verified", "enabled"],
  suspended: ["banned", "blocked", "inactive", "disabled", "deactivated", "deleted", "locked"]
})

/** Some wrote the plan into the role. */
const plans = { free: [], standard: [], premium: [], enterprise: [] }
const tier = `CASE WHEN l.subscription_tier IS NULL THEN ${to.oneOf("l.role", plans)} ELSE ${
  to.oneOf("l.subscription_tier", plans)
} END`

/** Of several accounts that are one, a suspended one suspends it. */
const suspendedIfAny: Fold = {
  aggregate: (value) => `bool_or(${value} = 'suspended')`,
  combine: (own, merged) => `CASE WHEN ${merged} THEN 'suspended' ELSE ${own} END`
}

const text = (value: string, most: number): Column =>
  column(to.clipped(value, most), { text_shortened: `char_length(btrim(${value})) > ${most}` }, fill)

/** An address that was cut off leads nowhere: too long a one is dropped. */
const address = (value: string): Column => {
  const kept = `CASE WHEN char_length(btrim(${value})) <= 2048 THEN ${to.filled(value)} END`
  return column(kept, { url_too_long: to.lost(to.filled(value), kept) }, fill)
}

const setting = (value: string, least: number, most: number, fallback: string): Column => {
  const kept = `CASE WHEN char_length(btrim(${value})) BETWEEN ${least} AND ${most} THEN btrim(${value}) END`
  return column(`coalesce(${kept}, '${fallback}')`, { setting_defaulted: `(${kept}) IS NULL` })
}

const settings = (value: string): Column =>
  column(`coalesce(${to.object(value)}, '{}')`, {
    json_not_an_object: `${to.lost(value, to.object(value))} AND jsonb_typeof(${value}) <> 'null'`
  })

const taken = (columns: Readonly<Record<string, Column | string>>): string =>
  Object.keys(columns).filter((name) => name !== "id" && name !== "user_id").map((name) => `${name} = excluded.${name}`).join(
    ", "
  )
