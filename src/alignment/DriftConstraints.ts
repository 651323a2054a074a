import { flattened } from "./Associative.ts"
import type { Constraint, Index, Relation } from "./Catalog.ts"
import { allowedBy, type ContractRelation } from "./Contract.ts"
import type { IsConflictTarget } from "./Drift.ts"
import type { Code, Difference, Severity } from "./Finding.ts"

/** What differs in the keys, foreign keys and checks of one relation. */
export const constraintDrift = (
  relation: ContractRelation,
  found: Relation,
  isConflictTarget: IsConflictTarget
): ReadonlyArray<Difference> => {
  const accounted = new Set<Constraint>()
  const unexpected = found.constraints.filter(({ name }) => !relation.constraints.some((one) => one.name === name))
  const differences = relation.constraints.flatMap((expected): ReadonlyArray<Difference> => {
    const severity = severityOf(relation, expected, isConflictTarget)
    const about = { relation: relation.name, object: expected.name, columns: expected.columns, expected: expected.definition }
    const named = found.constraints.find(({ name }) => name === expected.name)
    if (named !== undefined && same(named, expected)) {
      return named.validated
        ? []
        : [{ ...about, code: "constraint_not_validated", severity: "breaks_integrity", found: "not validated" }]
    }
    const twin = unexpected.find((one) => same(one, expected) && !accounted.has(one))
    if (twin !== undefined) {
      accounted.add(twin)
      const renamed = expected.kind === "unique" && isConflictTarget(relation.name, { name: expected.name, columns: [] })
      return [{
        ...about,
        code: "constraint_renamed",
        severity: renamed ? "breaks_writes" : "harmless",
        expected: `the name ${expected.name}`,
        found: `the name ${twin.name}`,
        found_as: twin.name
      }]
    }
    const other = named ??
      unexpected.find((one) => one.kind === expected.kind && sameColumns(one, expected) && !accounted.has(one))
    if (other === undefined) return [{ ...about, code: codes[expected.kind].missing, severity, found: "absent" }]
    accounted.add(other)
    const strange = unknownValues(relation, expected, other)
    return [{
      ...about,
      code: strange.length > 0 ? "check_values" : codes[expected.kind].different,
      severity,
      found: strange.length > 0 ? `lets ${strange.join(", ")} through: ${other.definition}` : other.definition,
      ...(other.name === expected.name ? {} : { found_as: other.name })
    }]
  })
  const extra = unexpected.filter((one) => !accounted.has(one) && concerns(relation, one.columns)).map((one): Difference => ({
    code: codes[one.kind].extra,
    severity: "breaks_integrity",
    relation: relation.name,
    object: one.name,
    columns: one.columns,
    expected: "absent",
    found: one.definition
  }))
  return [...differences, ...extra]
}

/** What differs in the indexes that no constraint owns. An index is the same under any name. */
export const indexDrift = (relation: ContractRelation, found: Relation): ReadonlyArray<Difference> => [
  ...relation.indexes.flatMap((expected): ReadonlyArray<Difference> => {
    const alike = found.indexes.filter((index) => shape(index) === shape(expected))
    if (alike.some(({ valid }) => valid)) return []
    const severity = expected.unique ? "breaks_integrity" : "slow"
    const about = { relation: relation.name, object: expected.name, columns: expected.columns, expected: expected.definition }
    const [invalid] = alike
    if (invalid !== undefined) {
      return [{ ...about, code: "index_invalid", severity, found: "left invalid by a build that failed", found_as: invalid.name }]
    }
    const named = found.indexes.find(({ name }) => name === expected.name)
    return [{
      ...about,
      code: named === undefined ? "index_missing" : "index_different",
      severity,
      found: named?.definition ?? "absent"
    }]
  }),
  ...found.indexes
    .filter((index) =>
      index.unique && concerns(relation, index.columns) && !relation.indexes.some((one) => shape(one) === shape(index))
    )
    .map((index): Difference => ({
      code: "key_extra",
      severity: "breaks_integrity",
      relation: relation.name,
      object: index.name,
      columns: index.columns,
      expected: "absent",
      found: index.definition
    }))
]

const codes: Readonly<Record<Constraint["kind"], { readonly missing: Code; readonly different: Code; readonly extra: Code }>> = {
  primary: { missing: "key_missing", different: "key_different", extra: "key_extra" },
  unique: { missing: "key_missing", different: "key_different", extra: "key_extra" },
  exclusion: { missing: "key_missing", different: "key_different", extra: "key_extra" },
  foreign: { missing: "foreign_key_missing", different: "foreign_key_different", extra: "foreign_key_extra" },
  check: { missing: "check_missing", different: "check_different", extra: "check_extra" }
}

/** An upsert needs its key to run at all; the rest guards what is written. */
const severityOf = (relation: Relation, constraint: Constraint, isConflictTarget: IsConflictTarget): Severity =>
  codes[constraint.kind].missing === "key_missing" && isConflictTarget(relation.name, constraint)
    ? "breaks_writes"
    : "breaks_integrity"

const same = (left: Constraint, right: Constraint) =>
  left.kind === right.kind && squeeze(left.definition) === squeeze(right.definition)

const sameColumns = (left: Constraint, right: Constraint) =>
  left.columns.length > 0 && [...left.columns].sort().join() === [...right.columns].sort().join()

/** What stands on columns that the service does not know came with them: additive. */
const concerns = (relation: ContractRelation, columns: ReadonlyArray<string>) =>
  columns.length === 0 || columns.some((name) => relation.columns.some((column) => column.name === name))

const unknownValues = (relation: ContractRelation, expected: Constraint, found: Constraint): ReadonlyArray<string> => {
  const [column] = expected.columns
  const values = relation.columns.find(({ name }) => name === column)?.values
  if (column === undefined || expected.kind !== "check" || expected.columns.length !== 1 || values === undefined) return []
  return (allowedBy(found.definition, column) ?? []).filter((value) => !values.includes(value))
}

const shape = (index: Index) => squeeze(index.definition.replace(/INDEX \S+ ON (ONLY )?/, "INDEX ON "))

const squeeze = (definition: string) => flattened(definition.replace(/\s+/g, " ").trim())
