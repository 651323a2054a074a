import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Every column of every table that is ours: Supabase's own schema apart. */
export const columns = Effect.gen(function*() {
  const sql = yield* SqlClient
  return yield* sql<{ schema: string; table: string; column: string; type: string }>`
    SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm')
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'auth')
    ORDER BY 1, 2, a.attnum`
})

/** The columns that hold one of these texts anywhere in a value, whatever its type and case: `table.column`, sorted. */
export const holding = Effect.fnUntraced(function*(markers: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  const found: Array<string> = []
  const words = markers.map((marker) => marker.toLowerCase())
  const bytes = words.map((word) => Buffer.from(word).toString("hex"))
  for (const { column, schema, table, type } of yield* columns) {
    const text = sql`lower(${sql(column)}::text)`
    const wanted = type === "bytea" ? bytes : words
    const [row] = yield* sql<{ found: boolean }>`
      SELECT EXISTS (
        SELECT 1 FROM ${sql(schema)}.${sql(table)}, unnest(${[
      ...wanted
    ]}::text[]) AS wanted (word) WHERE strpos(${text}, word) > 0
      ) AS found`
    if (row?.found === true) found.push(`${schema === "public" ? "" : `${schema}.`}${table}.${column}`)
  }
  return found.toSorted()
})
