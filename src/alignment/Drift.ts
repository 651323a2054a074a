import type { LiveCatalog, Relation } from "./Catalog.ts"
import { type Contract, contractRoles } from "./Contract.ts"
import { columnDrift } from "./DriftColumns.ts"
import { constraintDrift, indexDrift } from "./DriftConstraints.ts"
import { authDrift, routineDrift, triggerDrift } from "./DriftRoutines.ts"
import { schemaDrift, securityDrift, sessionDrift } from "./DriftSecurity.ts"
import type { Difference } from "./Finding.ts"
import { type Renames, renamesOf, withNamesRestored } from "./Renames.ts"

export interface Drift {
  readonly differences: ReadonlyArray<Difference>
  readonly notices: ReadonlyArray<string>
  readonly renames: Renames
}

/** Whether an upsert names this key as its conflict target: by its columns, or by its name. */
export type IsConflictTarget = (
  relation: string,
  key: { readonly name: string; readonly columns: ReadonlyArray<string> }
) => boolean

/**
 * Compares a database with the contract. What the database has beyond it is no difference, unless it refuses rows that the service writes
 * (a required column, another key or check) or shows rows to somebody (a policy, a grant).
 */
export const compare = (contract: Contract, catalog: LiveCatalog, isConflictTarget: IsConflictTarget): Drift => {
  const renames = renamesOf(contract, catalog)
  const live = withNamesRestored(catalog, renames)
  const known = new Set(contract.relations.map(({ name }) => name))
  const differences = contract.relations.flatMap((expected): ReadonlyArray<Difference> => {
    const found = live.relations.find(({ name }) => name === expected.name)
    if (found === undefined) return [relationMissing(expected)]
    const renamedFrom = renames.relations.get(expected.name)
    const renamed = renamedFrom === undefined
      ? []
      : [{ ...relationMissing(expected), found: `${renamedFrom} has its columns`, found_as: renamedFrom }]
    if (!found.kind.endsWith("table")) return [...renamed, relationKind(expected, found)]
    return [
      ...renamed,
      ...(found.kind === expected.kind ? [] : [relationKind(expected, found)]),
      ...columnDrift(expected, found, renames),
      ...constraintDrift(expected, found, isConflictTarget),
      ...indexDrift(expected, found),
      ...triggerDrift(expected, found),
      ...securityDrift(expected, found),
      ...sessionDrift(expected, live.session)
    ]
  })
  const missingRoles = contractRoles.filter((role) => !live.session.roles.includes(role)).map((role): Difference => ({
    code: "role_missing",
    severity: "breaks_security",
    relation: role,
    object: role,
    columns: [],
    expected: "a role that policies and grants name",
    found: "absent"
  }))
  return {
    differences: [
      ...missingRoles,
      ...differences,
      ...routineDrift(contract, live),
      ...schemaDrift(contract, live),
      ...authDrift(contract, live)
    ],
    notices: noticesOf(contract, live, known),
    renames
  }
}

const relationMissing = (expected: Relation): Difference => ({
  code: "relation_missing",
  severity: "breaks_reads",
  relation: expected.name,
  object: expected.name,
  columns: [],
  expected: `a ${expected.kind} of ${expected.columns.length} columns`,
  found: "absent"
})

const relationKind = (expected: Relation, found: Relation): Difference => ({
  code: "relation_kind",
  severity: found.kind === "partitioned table" ? "harmless" : "breaks_writes",
  relation: expected.name,
  object: expected.name,
  columns: [],
  expected: expected.kind,
  found: found.kind
})

const noticesOf = (contract: Contract, live: LiveCatalog, known: ReadonlySet<string>): ReadonlyArray<string> =>
  live.relations.flatMap((relation) => {
    if (relation.name.startsWith("auth.")) return []
    if (known.has(relation.name)) {
      const expected = contract.relations.find(({ name }) => name === relation.name)
      const extra = <T extends { readonly name: string }>(found: ReadonlyArray<T>, wanted: ReadonlyArray<T> | undefined) =>
        found.filter(({ name }) => wanted?.some((one) => one.name === name) !== true)
      return [
        ...extra(relation.triggers, expected?.triggers).map(({ name }) =>
          `${relation.name}: the trigger ${name} is not of this service`
        ),
        ...extra(relation.policies, expected?.policies).filter(({ permissive }) => !permissive)
          .map(({ name }) => `${relation.name}: the restrictive policy ${name} is not of this service`)
      ]
    }
    const readers = relation.grants.filter(({ grantee }) => grantee !== "service_role").map(({ grantee }) => grantee)
    return readers.length === 0 || relation.row_security
      ? []
      : [
        `${relation.name}: a ${relation.kind} that this service does not know is open to ${
          readers.join(" and ")
        } without row-level security`
      ]
  })
