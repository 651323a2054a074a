import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Adoption, type AdoptionOptions } from "../../../src/alignment/adoption/Adoption.ts"
import { migratorLayer } from "../../support/TestDatabase.ts"

export const adoptionLayer = Adoption.layerNoDeps.pipe(Layer.provideMerge(migratorLayer()))

/** How many rows the generated database has: `ADOPTION_ROWS=100000 vitest run test/alignment/adoption` for the large run. */
export const rowCount = Number(process.env["ADOPTION_ROWS"] ?? 5000)

export const options: AdoptionOptions = {
  batchSize: 700,
  currency: "EUR",
  asOf: "2025-09-01T00:00:00.000Z",
  onProgress: () => Effect.void
}

/** Columns that differ from one database to the next whatever was done in it. */
const own: Readonly<Record<string, string>> = {
  schema_migrations: "applied_at",
  adoption_progress: "updated_at",
  plans: "id",
  prices: "id"
}

/** A digest of every row of a schema's tables, but for the instants at which work was done and the ids that migrations made. */
export const fingerprint = Effect.fnUntraced(function*(...schemas: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const tables = yield* sql<{ schema: string; name: string }>`
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND ${sql.in("n.nspname", schemas)} ORDER BY 1, 2`
  const digests: Record<string, unknown> = {}
  for (const { name, schema } of tables) {
    const [row] = yield* sql<{ digest: string }>`
      SELECT count(*) || ' rows ' || md5(coalesce(string_agg(line, '|' ORDER BY line), '')) AS digest
      FROM (SELECT (to_jsonb(t) - ${own[name] ?? ""}::text)::text AS line
        FROM ${sql(schema)}.${sql(name)} AS t) AS lines`
    digests[`${schema}.${name}`] = row?.digest
  }
  return digests
})

/** What the catalog says of the schema `public`: columns, constraints, indexes, policies, triggers, grants. */
export const catalog = Effect.flatMap(SqlClient, (sql) =>
  sql<{ line: string }>`
  SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
    || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
  UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT tablename || ' ' || policyname || ' ' || coalesce(qual, '') FROM pg_policies WHERE schemaname = 'public'
  UNION ALL SELECT relname || ' ' || relrowsecurity || ' ' || coalesce(relacl::text, '') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  UNION ALL SELECT tgrelid::regclass || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  ORDER BY 1`)
