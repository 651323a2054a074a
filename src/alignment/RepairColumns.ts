import type { Column, Policy } from "./Catalog.ts"
import type { ContractColumn, ContractRelation } from "./Contract.ts"
import { alterColumn, alterTable, columnDefinition, createPolicy, dropPolicy, setDefault } from "./Ddl.ts"
import type { Preflight, Repair } from "./Finding.ts"
import { backfill, brief, countRows, notNull, repair, type RepairInput } from "./RepairSteps.ts"
import { ident, literal, qualified } from "./Sql.ts"

/** Brings a missing column back, or its name. */
export const columnMissing = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair => {
  const { difference, renames } = input
  const table = relation.name
  if (difference.found_as !== undefined) {
    const rename = (from: string, to: string) => alterTable(table, `RENAME COLUMN ${ident(from)} TO ${ident(to)}`)
    return repair({
      steps: [brief("columns", rename(difference.found_as, column.name), rename(column.name, difference.found_as))],
      note:
        `${difference.found_as} has the type of ${column.name} and nothing else is missing. If it is something else, rename nothing and add the column.`
    })
  }
  const candidates = renames.candidates.get(`${table}.${column.name}`)
  if (candidates !== undefined) {
    return repair({
      decision: `Which of ${candidates.join(", ")} was ${column.name}? Rename it (ALTER TABLE ${
        qualified(table)
      } RENAME COLUMN … TO ${ident(column.name)}), or add the column if none was.`
    })
  }
  const drop = alterTable(table, `DROP COLUMN IF EXISTS ${ident(column.name)}`)
  const gone = "The values are gone with the column: what is added is empty, or the default. A backup has them."
  const add = (definition: Column) => brief("columns", alterTable(table, `ADD COLUMN ${columnDefinition(definition)}`), drop)
  const rewrites = column.identity !== "" || column.generated === "stored"
  if (rewrites) return repair({ steps: [{ ...add(column), rewrites_table: true }], note: gone })
  const bare = { ...column, not_null: false, default: null }
  if (column.default !== null && isVolatile(column.default)) {
    return repair({
      steps: [
        add(bare),
        brief("columns", setDefault(table, column), alterColumn(table, column.name, "DROP DEFAULT")),
        backfill(table, column.name, column.default),
        ...(column.not_null ? notNull(table, column.name) : [])
      ],
      decision: referencedBy(input, table, column.name),
      note: gone
    })
  }
  if (!column.not_null || column.default !== null) {
    return repair({ steps: [add(column)], decision: tiedTo(relation, column), note: gone })
  }
  return repair({
    steps: [add(bare), ...notNull(table, column.name)],
    preflight: countRows(input, table, `Rows that would have no ${column.name}`, "true"),
    decision:
      `Unless the table is empty: what ${column.name} do its rows get? Nothing says it. Fill the column from a backup after it is added and before it becomes NOT NULL.`
  })
}

/** Gives a column its type. The table is rewritten under an exclusive lock unless the types share their form. */
export const columnType = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair => {
  const live = liveColumn(input, relation.name, column.name)
  const from = live?.type ?? input.difference.found
  const holding = policiesOn(input, `${relation.name}.${column.name}`)
  const change = (to: Column, using: string) =>
    [
      ...holding.map(({ policy, table }) => dropPolicy(table, policy.name)),
      alterTable(
        relation.name,
        ...(live?.default == null && column.default === null ? [] : [`ALTER COLUMN ${ident(column.name)} DROP DEFAULT`]),
        `ALTER COLUMN ${ident(column.name)} TYPE ${to.type} USING ${using}`,
        ...(to.default === null ? [] : [`ALTER COLUMN ${ident(column.name)} SET DEFAULT ${to.default}`])
      ),
      ...holding.map(({ policy, table }) => createPolicy(table, policy))
    ].join(";\n")
  return repair({
    steps: [{
      ...brief(
        "columns",
        change(column, castOf(column.name, from, column.type)),
        live === undefined ? null : change(live, castOf(column.name, column.type, from))
      ),
      rewrites_table: !sharesForm(from, column.type)
    }],
    preflight: unreadable(input, relation, column, from),
    note: from.startsWith("timestamp without") && column.type.startsWith("timestamp with")
      ? "Times without a zone are taken as UTC."
      : null
  })
}

export const columnNullable = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair =>
  repair({
    steps: [
      ...(column.default === null ? [] : [backfill(relation.name, column.name, column.default)]),
      ...notNull(relation.name, column.name)
    ],
    preflight: countRows(input, relation.name, `Rows without ${column.name}`, `t.${ident(column.name)} IS NULL`),
    note: column.default === null
      ? `Rows that the pre-flight counts need a ${column.name} first.`
      : `Rows that the pre-flight counts get the default.`
  })

export const columnNotNull = (relation: string, column: string): Repair =>
  repair({
    steps: [brief("columns", alterColumn(relation, column, "DROP NOT NULL"), alterColumn(relation, column, "SET NOT NULL"))]
  })

export const columnDefault = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair => {
  const live = liveColumn(input, relation.name, column.name)
  return repair({
    steps: [
      brief(
        "columns",
        setDefault(relation.name, column),
        setDefault(relation.name, { ...column, default: live?.default ?? null })
      )
    ]
  })
}

export const columnGeneration = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair => {
  const live = liveColumn(input, relation.name, column.name)
  const set = (action: string, undo: string | null) => brief("columns", alterColumn(relation.name, column.name, action), undo)
  if (column.generated !== "") {
    return repair({
      decision: `${column.name} must be computed by PostgreSQL, and only a new column can be: drop it and add it as "${
        columnDefinition(column)
      }".`
    })
  }
  return repair({
    steps: [
      ...(live !== undefined && live.generated !== "" ? [set("DROP EXPRESSION", null)] : []),
      ...(live !== undefined && live.identity !== "" ? [set("DROP IDENTITY", null)] : []),
      ...(column.identity === ""
        ? (column.default === null ? [] : [brief("columns", setDefault(relation.name, column), null)])
        : [
          set(
            `ADD GENERATED ${column.identity.toUpperCase()} AS IDENTITY`,
            alterColumn(relation.name, column.name, "DROP IDENTITY")
          )
        ])
    ]
  })
}

/** Evaluated for each row, so that adding it as a default rewrites the table. */
const isVolatile = (expression: string) =>
  /\b(gen_random_uuid|uuid_generate_v\w+|random|nextval|clock_timestamp|uuidv\d)\(/.test(expression)

const referencedBy = ({ contract }: RepairInput, table: string, column: string): string | null => {
  const holders = contract.relations.filter(({ constraints }) =>
    constraints.some(({ definition }) => definition.includes(` REFERENCES ${qualified(table)}(${ident(column)})`))
  ).map(({ name }) => name)
  return holders.length === 0
    ? null
    : `The rows of ${
      holders.join(", ")
    } refer to values of ${column} that are gone, and new ones match none of them. Unless those tables are empty, restore ${table} from a backup instead.`
}

const tiedTo = (relation: ContractRelation, column: ContractColumn): string | null => {
  const ties = relation.constraints.filter(({ columns, kind }) =>
    kind === "check" && columns.length > 1 && columns.includes(column.name)
  )
  const others = [...new Set(ties.flatMap(({ columns }) => columns))].filter((name) => name !== column.name)
  return ties.length === 0
    ? null
    : `${ties.map(({ name }) => name).join(" and ")} ties ${column.name} to ${
      others.join(", ")
    }: what do rows get that the pre-flight of the check counts? A ${column.name} from a backup, or other ${others.join(", ")}.`
}

const liveColumn = ({ live, renames }: RepairInput, relation: string, column: string): Column | undefined =>
  live.relations.find(({ name }) => name === (renames.relations.get(relation) ?? relation))
    ?.columns.find(({ name }) => name === (renames.columns.get(`${relation}.${column}`) ?? column))

/** PostgreSQL does not change the type of a column that a policy names: the policy is dropped and made again in the same transaction. */
const policiesOn = ({ live }: RepairInput, place: string): ReadonlyArray<{ readonly table: string; readonly policy: Policy }> =>
  live.relations.flatMap(({ name, policies }) =>
    policies.filter(({ depends_on }) => depends_on.includes(place)).map((policy) => ({ table: name, policy }))
  )

const isText = (type: string) => /^(text|character varying|character)(\(\d+\))?$/.test(type)

const sharesForm = (from: string, to: string) => isText(from) && (to === "text" || to === "character varying")

const castOf = (column: string, from: string, to: string): string => {
  const name = ident(column)
  if (from.startsWith("timestamp") && to.startsWith("timestamp")) return `${name} AT TIME ZONE 'UTC'`
  if (integers.test(from) && to === "boolean") return `${name}::integer::boolean`
  if (from === "boolean" && integers.test(to)) return `${name}::integer::${to}`
  const direct = isText(from) || isText(to) || numbers.test(from) && numbers.test(to) ||
    /^jsonb?$/.test(from) && /^jsonb?$/.test(to) ||
    from.endsWith("[]") && to.endsWith("[]")
  return direct ? `${name}::${to}` : `${name}::text::${to}`
}

const integers = /^(smallint|integer|bigint)$/
const numbers = /^(smallint|integer|bigint|real|double precision|numeric(\(\d+,\d+\))?)$/

const unreadable = (input: RepairInput, relation: ContractRelation, column: ContractColumn, from: string): Preflight | null => {
  const value = `t.${ident(column.name)}`
  const count = (condition: string) =>
    countRows(input, relation.name, `Rows whose ${column.name} is no ${column.type}`, condition)
  if (sharesForm(from, column.type) || isText(column.type)) return null
  if (input.live.session.server_version >= 160000) return count(`NOT pg_input_is_valid(${value}::text, ${literal(column.type)})`)
  const pattern = patterns[column.type]
  return pattern === undefined ? null : count(`${value}::text !~ ${literal(pattern)}`)
}

/** For PostgreSQL 15, which cannot be asked. */
const patterns: Readonly<Record<string, string>> = {
  uuid: "^\\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\\}?$",
  integer: "^\\s*[-+]?\\d{1,9}\\s*$",
  bigint: "^\\s*[-+]?\\d{1,18}\\s*$",
  boolean: "^\\s*(t|f|true|false|yes|no|on|off|1|0)\\s*$",
  "double precision": "^\\s*[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?\\s*$"
}
