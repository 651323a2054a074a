import type { Column, Relation } from "./Catalog.ts"
import type { ContractColumn, ContractRelation } from "./Contract.ts"
import type { Difference, Severity } from "./Finding.ts"
import type { Renames } from "./Renames.ts"

/** What differs in the columns of one relation. */
export const columnDrift = (relation: ContractRelation, found: Relation, renames: Renames): ReadonlyArray<Difference> => [
  ...relation.columns.flatMap((column) => {
    const place = `${relation.name}.${column.name}`
    const renamed = renames.columns.get(place)
    const live = found.columns.find(({ name }) => name === column.name)
    const missing = renamed === undefined
      ? missingColumn(relation, column, renames.candidates.get(place) ?? [])
      : { ...missingColumn(relation, column, []), found: `absent; ${renamed} may be it`, found_as: renamed }
    return [
      ...(live === undefined || renamed !== undefined ? [missing] : []),
      ...(live === undefined ? [] : sameColumn(relation, column, live))
    ]
  }),
  ...found.columns
    .filter((column) => !relation.columns.some(({ name }) => name === column.name) && mustBeGiven(column))
    .map((column): Difference => ({
      ...about(relation, column),
      code: "column_required",
      severity: "breaks_writes",
      expected: "absent, nullable or with a default",
      found: "not null without a default"
    }))
]

const missingColumn = (relation: ContractRelation, column: ContractColumn, candidates: ReadonlyArray<string>): Difference => ({
  ...about(relation, column),
  code: "column_missing",
  severity: "breaks_reads",
  expected: describe(column),
  found: candidates.length === 0 ? "absent" : `absent; ${candidates.join(" or ")} may be it`
})

const sameColumn = (relation: ContractRelation, column: ContractColumn, live: Column): ReadonlyArray<Difference> => {
  const differences: Array<Difference> = []
  const add = (difference: Pick<Difference, "code" | "severity" | "expected" | "found">) =>
    differences.push({ ...about(relation, column), ...difference })
  if (live.type !== column.type) {
    add({ code: "column_type", severity: typeSeverity(column.type, live.type), expected: column.type, found: live.type })
  }
  if (column.not_null && !live.not_null) {
    add({ code: "column_nullable", severity: "breaks_integrity", expected: "not null", found: "nullable" })
  }
  if (!column.not_null && live.not_null) {
    add({ code: "column_not_null", severity: "breaks_writes", expected: "nullable", found: "not null" })
  }
  if (live.identity !== column.identity || live.generated !== column.generated) {
    add({ code: "column_generation", severity: "breaks_writes", expected: generation(column), found: generation(live) })
  } else if (column.default_relied_on && live.default !== column.default) {
    if (live.default === null) {
      const severity = column.not_null ? "breaks_writes" : "breaks_integrity"
      add({ code: "column_default_missing", severity, expected: `default ${column.default}`, found: "no default" })
    } else {
      add({
        code: "column_default",
        severity: "breaks_integrity",
        expected: `default ${column.default}`,
        found: `default ${live.default}`
      })
    }
  }
  return differences
}

/** Text of any kind decodes as text and whole numbers as numbers; beyond that a row of another type does not decode. */
const typeSeverity = (expected: string, found: string): Severity => {
  if (isText(expected) && isText(found)) {
    return found === "text" || found === "character varying"
      ? "harmless"
      : "breaks_integrity"
  }
  const [wanted, width] = [integers.indexOf(expected), integers.indexOf(found)]
  if (wanted >= 0 && width >= 0) return width > wanted ? "harmless" : "breaks_integrity"
  const sameFamily = [isFloat, isNumeric].some((isOf) => isOf(expected) && isOf(found))
  return sameFamily ? "breaks_integrity" : "breaks_reads"
}

const integers = ["smallint", "integer", "bigint"]
const isText = (type: string) => /^(text|character varying|character)(\(\d+\))?$/.test(type)
const isFloat = (type: string) => type === "real" || type === "double precision"
const isNumeric = (type: string) => type.startsWith("numeric")

const mustBeGiven = (column: Column) =>
  column.not_null && column.default === null && column.identity === "" && column.generated === ""

const describe = (column: Column) =>
  `${column.type}${column.not_null ? " not null" : ""}${column.default === null ? "" : ` default ${column.default}`}`

const generation = (column: Column) =>
  column.identity !== ""
    ? `an identity, generated ${column.identity}`
    : column.generated === ""
    ? "an ordinary column"
    : `generated (${column.generated}) as ${column.default}`

const about = (relation: Relation, column: Column) => ({ relation: relation.name, object: column.name, columns: [column.name] })
