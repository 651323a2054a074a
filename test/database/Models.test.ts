import { assert, layer } from "@effect/vitest"
import { Effect, SchemaAST } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../../src/database/Database.ts"
import { rows } from "../../src/database/Rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { type Example, examples, insertExamples, insertRow, type RowModel } from "./exampleRows.ts"

layer(TestDatabase.layer)("every row model", (it) => {
  it.effect("is there for every table, and every table for a model", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const tables = yield* sql<{ name: string }>`
        SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_migrations'`
      assert.sameMembers(tables.map(({ name }) => name), examples.map(({ table }) => table))
    }))

  it.effect.each(examples)(
    "has the columns, types, nullability, defaults and closed sets of its table: $table",
    ({ model, table }) =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const columns = yield* sql<Column>`
        SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
          atthasdef AND attgenerated = '' AS defaulted, ${closedSet(sql)} AS values
        FROM pg_attribute WHERE attrelid = ${table}::regclass AND attnum > 0 AND NOT attisdropped`
        assert.deepStrictEqual(sorted(columns), sorted(columnsOf(model)))
      })
  )

  it.effect("reads back a row that has everything, and one that has only what it must", () =>
    Effect.gen(function*() {
      yield* insertExamples
      for (const { full, minimal, model, table } of examples) {
        const required = Object.keys(minimal)
        assert.sameMembers(required, columnsOf(model).filter(isRequired).map(({ name }) => name), table)
        for (const sql of [yield* SqlClient, yield* ReadSql]) {
          const read = rows(table, model)
          const found = yield* read(sql`SELECT * FROM ${sql(table)}`)
          assert.deepInclude(found.map(plain), full, table)
          const smallest = found.map(plain).find((row) => required.every((column) => same(row[column], minimal[column])))
          assert.isDefined(smallest, `${table}: ${JSON.stringify(minimal)}`)
          for (const { defaulted, name, nullable } of columnsOf(model)) {
            if (nullable && !defaulted && !required.includes(name)) assert.isNull(smallest?.[name], `${table}.${name}`)
          }
        }
      }
    }))
})

layer(TestDatabase.layer)("a row that is not what its model says", (it) => {
  it.effect.each(examples)("is refused by name, never by value: $table", (example) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      for (const { column, found, sqlValue } of hostileValues(example)) {
        const refused = yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
          const hostile = yield* loosen(example)
          yield* sql`UPDATE ${hostile} SET ${sql(column)} = ${sql.literal(sqlValue)}`
          return yield* rows(example.table, example.model)(sql`SELECT * FROM ${hostile}`)
        })))
        const what = `${column} = ${sqlValue}`
        assert(refused._tag === "RowMismatch", what)
        assert.deepStrictEqual(
          [refused.relation, refused.column.split(".")[0], refused.found],
          [example.table, column, found],
          what
        )
        assert.notInclude(JSON.stringify({ ...refused }), secret)
      }
    }))

  it.effect("is refused when a column is gone, though the statement asked for whatever there is", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      for (const example of examples) {
        const [column = ""] = Object.keys(example.minimal)
        const refused = yield* Effect.flip(sql.withTransaction(Effect.gen(function*() {
          const hostile = yield* loosen(example)
          yield* sql`ALTER TABLE ${hostile} DROP COLUMN ${sql(column)}`
          return yield* rows(example.table, example.model)(sql`SELECT * FROM ${hostile}`)
        })))
        assert(refused._tag === "RowMismatch")
        assert.deepStrictEqual([refused.relation, refused.column, refused.found], [example.table, column, "missing"])
      }
    }))
})

interface Column {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly defaulted: boolean
  /** What a closed set of texts holds. */
  readonly values: ReadonlyArray<string> | null
}

const isRequired = (column: Column) => !column.nullable && !column.defaulted

const columnsOf = (model: RowModel): ReadonlyArray<Column> =>
  Object.entries(model.fields).map(([name, { ast }]) => {
    const inserted = model.insert.fields[name]
    const alternatives = SchemaAST.isUnion(ast) ? ast.types : [ast]
    const notNull = alternatives.filter((type) => !SchemaAST.isNull(type))
    const literals = notNull.flatMap((type) => SchemaAST.isUnion(type) ? type.types : [type]).filter(SchemaAST.isLiteral)
    return {
      name,
      type: [ast, ...notNull].flatMap((type) => SchemaAST.resolve(type)?.sqlType ?? [])[0] ?? "undeclared",
      nullable: notNull.length < alternatives.length,
      defaulted: inserted === undefined || SchemaAST.isOptional(inserted.ast),
      values: literals.length === 0 ? null : literals.map(({ literal }) => String(literal)).sort()
    }
  })

/** The texts that a CHECK on the column alone allows. */
const closedSet = (sql: SqlClient) =>
  sql.literal(`(
    SELECT array_agg(value[1] ORDER BY value[1] COLLATE "C")
    FROM pg_constraint, regexp_matches(pg_get_constraintdef(pg_constraint.oid), '''([^'']+)''::text', 'g') AS value
    WHERE conrelid = attrelid AND contype = 'c' AND conkey = ARRAY[attnum] AND pg_get_constraintdef(pg_constraint.oid) LIKE '%= ANY (ARRAY[%'
  )`)

const sorted = (columns: ReadonlyArray<Column>) =>
  columns.map((column) => ({ ...column })).sort((a, b) => a.name < b.name ? -1 : 1)

const plain = (row: unknown): Record<string, unknown> => ({ ...row as object })

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/**
 * A copy of the table, with one row, that holds whatever its types can: no checks, no NOT NULL. Named anew each time, because PostgreSQL
 * refuses a prepared statement whose table has since got other columns.
 */
const loosen = Effect.fnUntraced(function*({ full, model, table }: Example) {
  const sql = yield* SqlClient
  const hostile = `hostile_${copies++}`
  yield* sql`CREATE TEMPORARY TABLE ${sql(hostile)} (LIKE ${sql(table)}) ON COMMIT DROP`
  for (const { name } of columnsOf(model)) yield* sql`ALTER TABLE ${sql(hostile)} ALTER COLUMN ${sql(name)} DROP NOT NULL`
  yield* insertRow(hostile, full)
  return sql(hostile)
})

let copies = 0

const secret = "Confidential"

/** Values that the column's type can hold and no row may have. */
function hostileValues({ model }: Example) {
  return columnsOf(model).flatMap(({ name, nullable, type, values }) => [
    ...(nullable ? [] : [{ column: name, sqlValue: "NULL", found: "null" }]),
    ...(hostileByType[type] ?? []).map(([sqlValue, found]) => ({ column: name, sqlValue, found })),
    ...(type === "jsonb" && !nullable ? [{ column: name, sqlValue: "'null'", found: "null" }] : []),
    ...(values === null ? [] : [{ column: name, sqlValue: `'${secret}'`, found: "string" }])
  ])
}

const hostileByType: Readonly<Record<string, ReadonlyArray<readonly [sqlValue: string, found: string]>>> = {
  "bigint": [["9007199254740993", "bigint"], ["-9223372036854775808", "bigint"]],
  "date": [["'infinity'", "string"], ["'-infinity'", "string"]],
  "double precision": [["'NaN'", "number"], ["'Infinity'", "number"], ["'-Infinity'", "number"]],
  "jsonb": [[`'"${secret}"'`, "string"]],
  "numeric(14,2)": [["'NaN'", "string"]],
  "text[]": [["ARRAY[NULL, 'a']", "null"]],
  "timestamp with time zone": [
    ["'infinity'", "string"],
    ["'-infinity'", "string"],
    ["'10000-01-01'", "string"],
    ["'290000-01-01'", "string"],
    ["'0044-03-15 BC'", "string"]
  ]
}
