import * as to from "./Expressions.ts"
import { asOf, type Conditions, type Places, type TableRules, type Write } from "./TableRules.ts"

/**
 * Who a legacy row belongs to. Identities are Supabase's users, then the old projection `auth_users`, then ids that only the old `users` name.
 * A legacy user is found by `supabase_user_id`, else by its own id, else by an e-mail address that the identity has confirmed.
 */
export const identities = (at: Places): ReadonlyArray<string> => [
  `INSERT INTO ${at.plan}.adoption_identities (id, source, email, confirmed)
   SELECT id, 'supabase', ${email("email")}, email_confirmed_at IS NOT NULL FROM auth.users`,
  `INSERT INTO ${at.plan}.adoption_identities (id, source, email, confirmed)
   SELECT id, 'auth_users', ${email("email")}, email_confirmed_at IS NOT NULL FROM ${at.source("auth_users")} AS l
   ON CONFLICT (id) DO NOTHING`,
  `INSERT INTO ${at.plan}.adoption_identities (id, source, email, confirmed)
   SELECT DISTINCT ON (n.id) n.id, 'users', ${email("l.email")}, false
   FROM ${at.source("users")} AS l CROSS JOIN LATERAL (SELECT ${to.uuid("l.supabase_user_id")} AS id) AS n
   WHERE n.id IS NOT NULL
     AND NOT EXISTS (SELECT FROM ${at.plan}.adoption_identities AS i WHERE i.id IN (n.id, l.id))
     AND NOT EXISTS (SELECT FROM ${at.plan}.adoption_identities AS i WHERE i.confirmed AND i.email = ${email("l.email")})
   ORDER BY n.id, l.updated_at DESC NULLS LAST, l.id
   ON CONFLICT (id) DO NOTHING`,
  `UPDATE ${at.plan}.adoption_identities AS i SET owns_email = true FROM (
     SELECT DISTINCT ON (email) id FROM ${at.plan}.adoption_identities WHERE email IS NOT NULL
     ORDER BY email, array_position(ARRAY['supabase', 'auth_users', 'users'], source), confirmed DESC, id
   ) AS owner WHERE owner.id = i.id`,
  `ANALYZE ${at.plan}.adoption_identities`
]

/** Supabase's users, so that every one of them has a row before any other row points to it. */
export const supabaseUsers = (at: Places): TableRules => ({
  table: "auth.users",
  keyType: "uuid",
  sourceMayShrink: true,
  prepare: identities(at),
  joins: `LEFT JOIN ${at.plan}.adoption_identities AS i ON i.id = l.id`,
  target: "l.id",
  stands: { table: "auth_users", column: "id" },
  refused: {},
  changed: emailChanges("l.email"),
  writes: [
    {
      into: "auth_users",
      columns: {
        id: "b.target",
        email: ownEmail(at, "b.target"),
        email_confirmed_at: to.instant("l.email_confirmed_at"),
        phone: to.filled("l.phone"),
        app_metadata: `coalesce(${to.object("l.raw_app_meta_data")}, '{}')`,
        user_metadata: `coalesce(${to.object("l.raw_user_meta_data")}, '{}')`,
        last_sign_in_at: to.instant("l.last_sign_in_at"),
        banned_until: to.end("l.banned_until"),
        // Deleted between the plan and now: what belongs to the user is kept, as the trigger would have it.
        deleted_at: `CASE WHEN l.id IS NULL THEN now() ELSE ${to.instant("l.deleted_at")} END`,
        created_at: `coalesce(${to.instant("l.created_at")}, ${asOf(at)})`,
        updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
      },
      conflict: "(id) DO NOTHING"
    },
    defaultProfile(at)
  ]
})

/** The old projection. Where Supabase has the user, its word counts; its secrets are not carried over. */
export const authUsers = (at: Places): TableRules => ({
  table: "auth_users",
  keyType: "uuid",
  joins: `LEFT JOIN ${at.plan}.adoption_identities AS i ON i.id = l.id`,
  target: "l.id",
  stands: { table: "auth_users", column: "id" },
  refused: {},
  changed: {
    identity_from_supabase: `i.source = 'supabase' AND i.email IS DISTINCT FROM ${email("l.email")}`,
    unknown_to_supabase: `i.source <> 'supabase' AND ${supabaseIsKnown(at)}`,
    ...emailChanges("l.email", "i.source <> 'supabase'")
  },
  writes: [
    {
      into: "auth_users",
      where: "i.source <> 'supabase'",
      columns: {
        id: "l.id",
        email: ownEmail(at, "l.id"),
        email_confirmed_at: to.instant("l.email_confirmed_at"),
        phone: to.filled("l.phone"),
        app_metadata: `coalesce(${to.object("l.raw_app_meta_data")}, '{}')`,
        user_metadata: `coalesce(${to.object("l.raw_user_meta_data")}, '{}')`,
        last_sign_in_at: to.instant("l.last_sign_in_at"),
        banned_until: to.end("l.banned_until"),
        deleted_at: `coalesce(${to.instant("l.deleted_at")}, CASE WHEN ${supabaseIsKnown(at)} THEN ${asOf(at)} END)`,
        created_at: `coalesce(${to.instant("l.created_at")}, ${asOf(at)})`,
        updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
      },
      conflict: "(id) DO NOTHING"
    },
    defaultProfile(at)
  ],
  dropped: {
    ...Object.fromEntries(
      [
        "encrypted_password",
        "confirmation_token",
        "recovery_token",
        "email_change_token_new",
        "phone_change_token",
        "email_change_token_current",
        "reauthentication_token"
      ].map((name) => [name, "a secret: only Supabase Auth keeps those"])
    ),
    ...Object.fromEntries(
      [
        "invited_at",
        "confirmation_sent_at",
        "recovery_sent_at",
        "email_change",
        "email_change_sent_at",
        "email_change_confirm_status",
        "phone_confirmed_at",
        "phone_change",
        "phone_change_sent_at",
        "confirmed_at",
        "reauthentication_sent_at",
        "is_sso_user"
      ].map((name) => [name, "belongs to Supabase Auth"])
    ),
    is_super_admin: "rights come from user_profiles.role"
  }
})

/** An address as `auth_users` keeps it. */
export const email = (value: string): string =>
  `CASE WHEN char_length(btrim(${value})) BETWEEN 3 AND 320 THEN lower(btrim(${value})) END`

/** The address of an identity, unless another identity has the better claim to it, or has signed up with it meanwhile. */
export const ownEmail = (at: Places, id: string): string =>
  `(SELECT c.email FROM ${at.plan}.adoption_identities AS c WHERE c.id = ${id} AND c.owns_email
    AND NOT EXISTS (SELECT FROM public.auth_users AS x WHERE x.email = c.email AND x.id <> c.id))`

/** Whether this database holds Supabase's users at all: where it does, one that is not among them has been deleted. */
export const supabaseIsKnown = (at: Places): string => `(SELECT supabase_users > 0 FROM ${at.plan}.adoption_settings)`

const emailChanges = (value: string, when = "true"): Conditions => ({
  email_taken: `${when} AND i.email IS NOT NULL AND NOT i.owns_email`,
  email_invalid: `${when} AND ${to.lost(to.filled(value), email(value))}`
})

/** Every user has a row of settings; the old `users` fill it later. */
const defaultProfile = (at: Places): Write => ({
  into: "user_profiles",
  columns: {
    id: to.namedUuid("user_profiles", "b.target::text"),
    user_id: "b.target",
    created_at: `coalesce(${to.instant("l.created_at")}, ${asOf(at)})`,
    updated_at: `coalesce(${to.instant("l.updated_at")}, ${to.instant("l.created_at")}, ${asOf(at)})`
  },
  conflict: "(user_id) DO NOTHING"
})
