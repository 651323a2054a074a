import { legacyColumns, type LegacyTable, ruleName } from "./LegacySchema.ts"

/** The columns found in a database, by table: what `information_schema` says of the legacy tables. */
export type FoundColumns = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * A legacy table as a FROM item whose columns are those the rules know, each of its expected type and without dots in its name. A column
 * that this database lacks reads as NULL, so that an installation that was half repaired by hand can be adopted too.
 */
export const sourceOf = (schema: string, found: FoundColumns) => (table: LegacyTable): string => {
  const present = found.get(table)
  if (present === undefined) return `(SELECT ${legacyColumns(table).map(absent).join(", ")} WHERE false)`
  const columns = legacyColumns(table).map((column) => {
    const name = [column.name, ruleName(column.name)].find((candidate) => present.has(candidate))
    return name === undefined
      ? absent(column)
      : `${converted(name, column.type, present.get(name))} AS "${ruleName(column.name)}"`
  })
  return `(SELECT ${columns.join(", ")} FROM ${schema}."${table}")`
}

/** The columns a database has that no rule knows. */
export const unknownColumns = (table: LegacyTable, found: FoundColumns): ReadonlyArray<string> => {
  const known = new Set(legacyColumns(table).flatMap(({ name }) => [name, ruleName(name)]))
  return [...(found.get(table)?.keys() ?? [])].filter((name) => !known.has(name))
}

const absent = ({ name, type }: { readonly name: string; readonly type: string }) => `NULL::${type} AS "${ruleName(name)}"`

const converted = (name: string, type: string, found: string | undefined): string =>
  type === "jsonb" && found !== "jsonb" ? `to_jsonb("${name}")` : found === type ? `"${name}"` : `"${name}"::${type}`
