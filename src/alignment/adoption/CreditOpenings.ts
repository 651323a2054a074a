import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { firstPeriod } from "../../credits/Renewal.ts"
import * as Column from "../../database/Column.ts"
import { millisOf } from "../../database/Instant.ts"
import { UserProfile } from "../../users/UserProfile.ts"
import { namedUuid } from "./Expressions.ts"
import { failingAt } from "./FailingAt.ts"
import { decode } from "./LegacyDatabase.ts"
import type { FoundColumns } from "./Source.ts"
import type { Places } from "./TableRules.ts"

/** What became, or is to become, of the credits of the old `users`. */
const Openings = Schema.Struct({
  /** Accounts that begin with credits. */
  accounts: Schema.Int,
  credits: Column.bigint,
  /** Values that stay behind: below zero, no whole number, or of a row that is quarantined itself. */
  quarantined: Schema.Int
})
export type Openings = typeof Openings.Type

const none: Openings = { accounts: 0, credits: 0, quarantined: 0 }

/** Whether this old database has credits at all. */
const hasCredits = (found: FoundColumns) => found.get("users")?.has("credits") === true

/** The old values, each with the user it belongs to now: `credits` where they are taken over, else `reason`, or neither where there are none. */
const judged = (at: Places, schema: string) =>
  `(
  SELECT key, user_id,
    CASE WHEN value !~ '^-?[0-9]{1,12}([.]0*)?$' THEN 'credits_unknown'
      WHEN value::numeric < 0 THEN 'credits_negative'
      WHEN value::numeric > 0 AND user_id IS NULL THEN 'user_quarantined' END AS reason,
    CASE WHEN value ~ '^[0-9]{1,12}([.]0*)?$' AND value::numeric > 0 AND user_id IS NOT NULL THEN value::numeric::bigint END AS credits
  FROM (
    SELECT l.id::text AS key, p.target AS user_id, btrim(l.credits::text) AS value
    FROM ${schema}.users AS l JOIN ${at.plan}.adoption_plan AS p ON p.table_name = 'users' AND p.key = l.id::text
  ) AS v
) AS judged`

/** What is to be, by the plan. */
export const plannedOpenings = (sql: SqlClient, at: Places, schema: string, found: FoundColumns) =>
  hasCredits(found)
    ? Effect.flatMap(
      sql.unsafe(`
SELECT count(DISTINCT user_id) FILTER (WHERE credits IS NOT NULL) AS accounts, coalesce(sum(credits), 0)::bigint AS credits,
  count(reason) AS quarantined FROM ${judged(at, schema)}`),
      (rows) => Effect.map(decode(Openings)(rows), ([openings = none]) => openings)
    )
    : Effect.succeed(none)

/** What is, by the entries. */
export const madeOpenings = (sql: SqlClient) =>
  Effect.flatMap(
    sql.unsafe(`
SELECT count(*) AS accounts, coalesce(sum(amount), 0)::bigint AS credits,
  (SELECT count(*) FROM legacy.adoption_report WHERE table_name = 'users.credits' AND outcome = 'quarantined') AS quarantined
FROM public.credit_entries WHERE kind = 'opening'`),
    (rows) => Effect.map(decode(Openings)(rows), ([openings = none]) => openings)
  )

/** Whether each user has entered exactly what the old rows of theirs say. */
export const openingsAddUp = (sql: SqlClient, at: Places, found: FoundColumns) =>
  hasCredits(found)
    ? Effect.map(
      sql.unsafe(`
SELECT 1 FROM (SELECT user_id, sum(credits) AS credits FROM ${
        judged(at, "legacy")
      } WHERE credits IS NOT NULL GROUP BY user_id) AS owed
FULL JOIN (SELECT user_id, sum(amount) AS credits FROM public.credit_entries WHERE kind = 'opening' GROUP BY user_id) AS entered
  USING (user_id)
WHERE owed.credits IS DISTINCT FROM entered.credits LIMIT 1`),
      (wrong) => wrong.length === 0
    )
    : Effect.succeed(true)

/**
 * Opens the accounts of those who had credits, with one entry each: what all old rows that are theirs say together. Once, whatever is cut
 * off or run twice; an account that is there already gets its entry all the same.
 */
export const openAccounts = Effect.fn("Adoption.openAccounts")(function*(
  sql: SqlClient,
  at: Places,
  found: FoundColumns,
  options: { readonly batchSize: number; readonly lockId: number }
) {
  if (!hasCredits(found)) return
  yield* sql.unsafe(`
INSERT INTO legacy.adoption_report (table_name, key, outcome, reason)
SELECT 'users.credits', key, 'quarantined', reason FROM ${judged(at, "legacy")} WHERE reason IS NOT NULL
ON CONFLICT (table_name, key, outcome, reason) DO NOTHING`)
  const [settings] = yield* Effect.flatMap(
    sql`SELECT as_of FROM legacy.adoption_settings`,
    decode(Schema.Struct({ as_of: Column.Instant }))
  )
  if (settings === undefined) return yield* Effect.die("an adoption without its settings")
  const { as_of } = settings

  const batch = (after: string) =>
    failingAt("Copying", "credit_accounts")(sql.withTransaction(Effect.gen(function*() {
      yield* sql`SET LOCAL statement_timeout = 0`
      // Two runs at once take turns.
      yield* sql`SELECT pg_advisory_xact_lock(${options.lockId})`
      const owed = yield* Effect.flatMap(
        sql.unsafe(
          `
SELECT user_id, credits, p.timezone, p.subscription_tier, p.subscription_expires_at FROM (
  SELECT user_id, sum(credits)::bigint AS credits FROM ${judged(at, "legacy")}
  WHERE credits IS NOT NULL AND user_id > $1::uuid GROUP BY user_id ORDER BY user_id LIMIT $2
) AS owed JOIN public.user_profiles AS p USING (user_id) ORDER BY user_id`,
          [after, options.batchSize]
        ),
        decode(Owed)
      )
      const accounts = owed.map((one) => ({
        user_id: one.user_id,
        credits: one.credits,
        ...firstPeriod({ ...one, subscription_started_at: null }, millisOf(as_of))
      }))
      yield* sql.unsafe(openStatement, [JSON.stringify(accounts), as_of])
      yield* sql.unsafe(enterStatement, [JSON.stringify(accounts), as_of])
      return owed.at(-1)?.user_id
    })))

  for (let after: string | undefined = firstUuid; after !== undefined;) after = yield* batch(after)
})

const firstUuid = "00000000-0000-0000-0000-000000000000"

const Owed = Schema.Struct({
  user_id: Schema.String,
  credits: Column.bigint,
  timezone: UserProfile.fields.timezone,
  subscription_tier: UserProfile.fields.subscription_tier,
  subscription_expires_at: UserProfile.fields.subscription_expires_at
})

/** The adoption writes what it does not own, before there is anybody who does: tables are data to it. */
const accountsTable = "public.credit_accounts"
const entriesTable = "public.credit_entries"

const openStatement = `
INSERT INTO ${accountsTable} (id, user_id, tier, anchored_at, anchored_on, period, period_starts_at, period_ends_at, created_at, updated_at)
SELECT ${
  namedUuid("credit_accounts", "user_id::text")
}, user_id, tier, anchored_at, anchored_on, period, period_starts_at, period_ends_at,
  $2::timestamptz, $2::timestamptz
FROM jsonb_to_recordset($1::jsonb) AS x (
  user_id uuid, tier text, anchored_at timestamptz, anchored_on date, period integer, period_starts_at timestamptz, period_ends_at timestamptz
)
ON CONFLICT (user_id) DO NOTHING`

const enterStatement = `
WITH moved AS (
  UPDATE ${accountsTable} AS a
  SET balance = a.balance + x.credits, last_sequence = a.last_sequence + 1, updated_at = greatest(a.updated_at, $2::timestamptz)
  FROM jsonb_to_recordset($1::jsonb) AS x (user_id uuid, credits bigint)
  WHERE a.user_id = x.user_id AND NOT EXISTS (SELECT FROM ${entriesTable} AS e WHERE e.key = 'opening:' || x.user_id)
  RETURNING a.user_id, a.last_sequence, a.balance, a.expiring, a.updated_at, x.credits
)
INSERT INTO ${entriesTable} (id, user_id, sequence, kind, counter_account, amount, balance_after, expiring_after, note, key, created_at)
SELECT ${namedUuid("credit_entries", "user_id::text")}, user_id, last_sequence, 'opening', 'opening', credits, balance, expiring,
  'Credits from before the move to this service', 'opening:' || user_id, updated_at
FROM moved`
