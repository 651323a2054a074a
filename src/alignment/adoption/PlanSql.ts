import { asColumn, type Conditions, type Group, type Places, type TableRules } from "./TableRules.ts"

/** The tables that a plan is written into. A dry run's vanish with its transaction. */
export const planTables = (at: Places): ReadonlyArray<string> => {
  const table = (name: string, columns: string) =>
    at.plan === "pg_temp"
      ? `CREATE TEMP TABLE ${name} (${columns}) ON COMMIT DROP`
      : `CREATE TABLE ${at.plan}.${name} (${columns})`
  return [
    table(
      "adoption_plan",
      `table_name text NOT NULL,
      key text NOT NULL,
      seq bigint NOT NULL,
      verdict text NOT NULL CHECK (verdict IN ('adopt', 'merge', 'quarantine')),
      target uuid,
      reason text,
      changes text[] NOT NULL,
      PRIMARY KEY (table_name, key),
      UNIQUE (table_name, seq),
      CHECK ((verdict = 'quarantine') = (target IS NULL)),
      CHECK ((verdict = 'adopt') = (reason IS NULL))`
    ),
    `CREATE INDEX ON ${at.plan}.adoption_plan (table_name, target) WHERE verdict = 'merge'`,
    table(
      "adoption_identities",
      `id uuid PRIMARY KEY, source text NOT NULL, email text, confirmed boolean NOT NULL, owns_email boolean NOT NULL DEFAULT false`
    ),
    `CREATE UNIQUE INDEX ON ${at.plan}.adoption_identities (email) WHERE owns_email`,
    table(
      "adoption_searches",
      `target uuid PRIMARY KEY, user_id uuid NOT NULL, username text NOT NULL, searched_at timestamptz NOT NULL`
    ),
    `CREATE INDEX ON ${at.plan}.adoption_searches (user_id, username, searched_at)`
  ]
}

/**
 * The statement that judges every row of a table: adopt, merge into which row, or quarantine and why. It decides over the whole table at
 * once, so that the outcome does not depend on the size of batches or on where a run was cut off.
 */
export const planStatement = (rules: TableRules, at: Places): string => {
  const groups = rules.groups ?? []
  const last = `g${groups.length}`
  return `
INSERT INTO ${at.plan}.adoption_plan (table_name, key, seq, verdict, target, reason, changes)
WITH judged AS (
  SELECT l.id::text AS key, (${rules.target})::uuid AS target, ${first(rules.refused)} AS refusal, ${
    first(rules.orphaned ?? {})
  } AS orphan,
    ${rules.absorbed === undefined ? "NULL::uuid" : rules.absorbed.into} AS absorbed, ${changes(rules)} AS changes,
    ${groups.map((group, index) => `${groupColumns(group, index)}, `).join("")}${
    rules.prefer === undefined ? "l.id" : `row_number() OVER (ORDER BY ${rules.prefer}, l.id)`
  } AS preference
  FROM ${legacyRows(rules, at)} AS l ${rules.joins}
), g0 AS (
  SELECT *, key AS winner, NULL::text AS merging FROM judged
)${groups.map((group, index) => groupStage(group, index, groups.length)).join("")}, decided AS (
  SELECT r.key, r.preference, r.changes, w.target, r.absorbed,
    coalesce(r.refusal, CASE WHEN w.orphan IS NOT NULL THEN coalesce(r.orphan, w.orphan) END) AS refusal,
    CASE WHEN r.absorbed IS NOT NULL THEN '${
    rules.absorbed?.reason ?? ""
  }' WHEN r.winner <> r.key THEN coalesce(r.orphan, r.merging) END AS merging
  FROM ${last} AS r JOIN judged AS w ON w.key = r.winner
)
SELECT '${rules.table}', key,
  row_number() OVER (ORDER BY refusal IS NOT NULL, merging IS NOT NULL, preference, key),
  CASE WHEN refusal IS NOT NULL THEN 'quarantine' WHEN merging IS NOT NULL THEN 'merge' ELSE 'adopt' END,
  CASE WHEN refusal IS NULL THEN coalesce(absorbed, target) END,
  coalesce(refusal, merging),
  CASE WHEN refusal IS NULL AND merging IS NULL THEN changes ELSE '{}' END
FROM decided`
}

/** The FROM item of the rows that are judged. */
export const legacyRows = (rules: TableRules, at: Places): string =>
  rules.table === "auth.users" ? "auth.users" : at.source(rules.table)

const first = (conditions: Conditions): string => {
  const cases = Object.entries(conditions).map(([reason, condition]) => `WHEN ${condition} THEN '${reason}'`)
  return cases.length === 0 ? "NULL::text" : `CASE ${cases.join(" ")} END`
}

const changes = (rules: TableRules): string => {
  const conditions = [
    ...Object.entries(rules.changed ?? {}),
    ...rules.writes.flatMap(({ columns }) =>
      Object.values(columns).flatMap((given) => Object.entries(asColumn(given).changed ?? {}))
    )
  ]
  return conditions.length === 0 ?
    "'{}'::text[]" :
    `array_remove(ARRAY[${
      [...Map.groupBy(conditions, ([reason]) => reason)].map(([reason, all]) =>
        `CASE WHEN ${all.map(([, condition]) => `(${condition})`).join(" OR ")} THEN '${reason}' END`
      ).join(", ")
    }], NULL)`
}

const groupColumns = (group: Group, index: number): string =>
  `(${group.by})::text AS by${index}, ${group.first === undefined ? "NULL::int" : `(${group.first})::int`} AS first${index}, ${
    group.unless === undefined ? "false" : group.unless.condition
  } AS unless${index}`

/** One grouping: its winners are chosen among the winners of the one before, and those merged earlier follow theirs. */
const groupStage = (group: Group, index: number, count: number): string => {
  const [before, after] = [`g${index}`, `g${index + 1}`]
  const kept = Array.from({ length: count }, (_, i) => `b.by${i}, b.first${i}, b.unless${i}, `).join("")
  return `, w${index} AS (
  SELECT key, unless${index} AS unless, first_value(key) OVER (
    PARTITION BY by${index} IS NULL, coalesce(by${index}, key) ORDER BY orphan IS NOT NULL, first${index} DESC, preference
  ) AS winner
  FROM ${before} WHERE winner = key AND refusal IS NULL
), ${after} AS (
  SELECT b.key, b.target, b.refusal, b.orphan, b.absorbed, b.preference, ${kept}
    CASE WHEN w.winner <> w.key AND w.unless THEN b.changes || '${
    group.unless?.change ?? ""
  }'::text ELSE b.changes END AS changes,
    CASE WHEN w.winner <> w.key AND NOT w.unless THEN w.winner ELSE b.winner END AS winner,
    coalesce(b.merging, CASE WHEN w.winner <> w.key AND NOT w.unless THEN '${group.reason}' END) AS merging
  FROM ${before} AS b LEFT JOIN w${index} AS w ON w.key = b.winner
)`
}
