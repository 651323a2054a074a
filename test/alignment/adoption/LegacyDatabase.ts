import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { legacyRows, type Row } from "./LegacyRows.ts"

const Column = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  nullable: Schema.Boolean,
  default: Schema.NullOr(Schema.String)
})
const Table = Schema.Struct({
  columns: Schema.Array(Column),
  primaryKey: Schema.Array(Schema.String),
  foreignKeys: Schema.Array(Schema.Struct({
    name: Schema.String,
    column: Schema.String,
    references: Schema.String,
    onDelete: Schema.String
  }))
})
const Recorded = Schema.Struct({ public: Schema.Record(Schema.String, Table) })

/** The old database's shape as it was exported; undefined where `../shared/legacy` is absent. */
export const recordedSchema: typeof Recorded.Type | undefined = (() => {
  try {
    const text = readFileSync(new URL("../../../../shared/legacy/legacy-schema.json", import.meta.url), "utf8")
    return Schema.decodeUnknownSync(Recorded)(JSON.parse(text))
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined
    throw error
  }
})()

/** Makes the old tables in a database that is as on Supabase, and fills them with about `total` rows, flaws included. */
export const createLegacyDatabase = (total: number, seed?: number) => createLegacyTables(legacyRows(total, seed))

/** Makes the old tables with these rows in them. */
export const createLegacyTables = Effect.fnUntraced(function*(tables: ReadonlyMap<string, ReadonlyArray<Row>>) {
  const sql = yield* SqlClient
  yield* sql.withTransaction(Effect.gen(function*() {
    for (const statement of tableStatements()) yield* sql.unsafe(statement)
    // The old database was filled past its own foreign keys more than once: so are these.
    yield* sql`SET LOCAL session_replication_role = replica`
    for (const [table, rows] of tables) {
      const name = table === "auth.users" ? "auth.users" : `public."${table}"`
      const columns = [...new Set(rows.flatMap(Object.keys))].map((column) => `"${column}"`).join(", ")
      for (let start = 0; start < rows.length; start += 2000) {
        yield* sql.unsafe(
          `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)`,
          [
            JSON.stringify(rows.slice(start, start + 2000))
          ]
        )
      }
    }
  }))
  yield* sql`ANALYZE`
})

const tableStatements = (): ReadonlyArray<string> => {
  const tables = Object.entries(recordedSchema?.public ?? {})
  return [
    ...tables.map(([table, { columns, primaryKey }]) =>
      `CREATE TABLE public."${table}" (${
        [
          ...columns.map((column) =>
            `"${column.name}" ${typeOf(column.type)}${column.nullable ? "" : " NOT NULL"}${
              column.default === null
                ? ""
                : ` DEFAULT ${column.default.replace("uuid_generate_v4", "extensions.uuid_generate_v4")}`
            }`
          ),
          `PRIMARY KEY (${primaryKey.join(", ")})`
        ].join(", ")
      })`
    ),
    ...tables.flatMap(([table, { foreignKeys }]) =>
      foreignKeys.map(({ column, name, onDelete, references }) => {
        const [schema, target, key] = references.split(".")
        return `ALTER TABLE public."${table}" ADD CONSTRAINT ${name} FOREIGN KEY (${column}) REFERENCES ${schema}.${target} (${key}) ON DELETE ${onDelete}`
      })
    ),
    // The one unique constraint that is known.
    "ALTER TABLE public.user_profile_access ADD UNIQUE (user_id, profile_id)"
  ]
}

/** Arrays were exported without their element type: they held text. */
const typeOf = (type: string): string => type === "ARRAY" ? "text[]" : type
