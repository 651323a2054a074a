import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { AdoptionRefused } from "./AdoptionErrors.ts"
import { legacyTableNames } from "./LegacySchema.ts"
import type { FoundColumns } from "./Source.ts"

export type State = "absent" | "aligned" | "unmoved" | "moved" | "planned" | "complete"

/**
 * How far an adoption has come. `unmoved`: the old tables stand in `public`. `moved`: they stand in `legacy`, and `public` is being made.
 * `aligned`: a database of ours without an adoption. `absent`: neither.
 */
export const stateOf = Effect.fnUntraced(function*(sql: SqlClient) {
  const [found] = yield* Effect.flatMap(
    sql`SELECT to_regclass('legacy.adoption_settings') IS NOT NULL AS begun,
      to_regclass('public.schema_migrations') IS NOT NULL AS ours,
      EXISTS (SELECT FROM pg_namespace WHERE nspname = 'legacy') AS taken,
      to_regclass('public.profiles') IS NOT NULL OR to_regclass('public.users') IS NOT NULL AS tables`,
    decode(Schema.Struct({ begun: Schema.Boolean, ours: Schema.Boolean, taken: Schema.Boolean, tables: Schema.Boolean }))
  )
  if (found?.begun === true) {
    const [settings] = yield* Effect.flatMap(
      sql`SELECT phase FROM legacy.adoption_settings`,
      decode(Schema.Struct({ phase: Schema.Literals(["moved", "planned", "complete"]) }))
    )
    if (settings !== undefined) return settings.phase
  }
  if (found?.ours === true) return "aligned"
  if (found?.tables !== true) return "absent"
  if (found.taken) {
    return yield* new AdoptionRefused({
      reason: "schema_taken",
      message: "There is a schema named legacy that no adoption has made: rename it, then run again."
    })
  }
  return "unmoved"
})

/** The columns of the legacy tables, with their types as `format_type` names them. */
export const foundColumns = Effect.fnUntraced(function*(sql: SqlClient, schema: string) {
  const rows = yield* Effect.flatMap(
    sql`SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
      WHERE c.relnamespace = to_regnamespace(${schema}) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
        AND ${sql.in("c.relname", legacyTableNames)}
      ORDER BY c.relname, a.attnum`,
    decode(Schema.Struct({ table: Schema.String, name: Schema.String, type: Schema.String }))
  )
  const found = new Map<string, Map<string, string>>()
  for (const { name, table, type } of rows) found.set(table, (found.get(table) ?? new Map<string, string>()).set(name, type))
  const columns: FoundColumns = found
  return columns
})

/** Refuses where the migrations could not run or the tables could not be moved, before anything is touched. */
export const refuseUnready = Effect.fnUntraced(function*(sql: SqlClient) {
  const [ready] = yield* Effect.flatMap(
    sql`SELECT to_regclass('auth.users') IS NOT NULL AND to_regrole('anon') IS NOT NULL AND to_regrole('authenticated') IS NOT NULL
        AND to_regrole('service_role') IS NOT NULL AS supabase,
      (SELECT string_agg(c.relname, ', ') FROM pg_class AS c WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p')
        AND ${sql.in("c.relname", legacyTableNames)} AND NOT pg_has_role(c.relowner, 'USAGE')) AS foreign_tables`,
    decode(Schema.Struct({ supabase: Schema.Boolean, foreign_tables: Schema.NullOr(Schema.String) }))
  )
  if (ready?.supabase !== true) {
    return yield* new AdoptionRefused({
      reason: "not_supabase",
      message:
        "This database lacks auth.users or the roles anon, authenticated and service_role, which the migrations need. Restore the dump into a Supabase project (or give the database those first), then run again."
    })
  }
  if (ready.foreign_tables !== null) {
    return yield* new AdoptionRefused({
      reason: "not_the_owner",
      message: `Connect as the owner of these tables: ${ready.foreign_tables}.`
    })
  }
})

/** What else the operator should know, in sentences. */
export const notesOn = Effect.fnUntraced(function*(sql: SqlClient, schema: string, found: FoundColumns) {
  const others = yield* Effect.flatMap(
    sql`SELECT 'trigger' AS kind, t.tgname || ' on auth.users calls ' || p.oid::regproc AS name
        FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass('auth.users') AND NOT t.tgisinternal AND t.tgname <> 'analytics_following_sync_user'
      UNION ALL
      SELECT 'view', c.oid::regclass::text FROM pg_class AS c WHERE c.relkind IN ('v', 'm') AND EXISTS (
        SELECT FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
          JOIN pg_class AS s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid
        WHERE r.ev_class = c.oid AND s.oid <> c.oid AND s.relnamespace = to_regnamespace(${schema}) AND ${
      sql.in("s.relname", legacyTableNames)
    })
      UNION ALL
      SELECT 'foreign key', conrelid::regclass || '.' || conname FROM pg_constraint AS k JOIN pg_class AS s ON s.oid = k.confrelid
        JOIN pg_class AS c ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND s.relnamespace = to_regnamespace(${schema}) AND ${sql.in("s.relname", legacyTableNames)}
          AND NOT (c.relnamespace = s.relnamespace AND ${sql.in("c.relname", legacyTableNames)})
      ORDER BY 1, 2`,
    decode(Schema.Struct({ kind: Schema.Literals(["trigger", "view", "foreign key"]), name: Schema.String }))
  )
  const missing = legacyTableNames.filter((table) => !found.has(table))
  return [
    ...missing.map((table) => `The old database has no table ${table}: it counts as empty.`),
    ...others.map(({ kind, name }) => ({
      trigger: `Trigger ${name}: if it writes to the old tables, sign-ups fail once they have moved. Drop it first.`,
      view: `View ${name} goes on reading the old tables, and goes when they are dropped.`,
      "foreign key": `Foreign key ${name} goes on pointing to the old tables, and goes when they are dropped.`
    }[kind]))
  ]
})

/** Statements here are ours and their rows are of known shape: a row that is not is a defect. */
export const decode = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => (rows: ReadonlyArray<unknown>) =>
  Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(schema))(rows))
