import type { LiveCatalog, Relation, Routine } from "./Catalog.ts"
import type { Contract, ContractRelation } from "./Contract.ts"
import type { Difference } from "./Finding.ts"

/** What differs in the triggers of one relation. */
export const triggerDrift = (relation: Relation | ContractRelation, found: Relation): ReadonlyArray<Difference> =>
  relation.triggers.flatMap((expected): ReadonlyArray<Difference> => {
    const about = {
      relation: relation.name,
      object: expected.name,
      columns: [],
      severity: "breaks_integrity" as const,
      expected: expected.definition
    }
    const live = found.triggers.find(({ name }) => name === expected.name)
    if (live === undefined) return [{ ...about, code: "trigger_missing", found: "absent" }]
    if (live.definition !== expected.definition) return [{ ...about, code: "trigger_different", found: live.definition }]
    return live.enabled ? [] : [{ ...about, code: "trigger_disabled", expected: "enabled", found: "disabled" }]
  })

/** What differs in our functions, and functions of others that lend their owner's rights to everybody. */
export const routineDrift = (contract: Contract, live: LiveCatalog): ReadonlyArray<Difference> => [
  ...contract.routines.flatMap((expected): ReadonlyArray<Difference> => {
    const about = { relation: expected.name, object: expected.name, columns: [], severity: severityOf(contract, expected) }
    const found = live.routines.find(({ name }) => name === expected.name)
    if (found === undefined) return [{ ...about, code: "routine_missing", expected: signature(expected), found: "absent" }]
    return [
      ...(body(found) === body(expected)
        ? []
        : [{ ...about, code: "routine_different" as const, expected: body(expected), found: body(found) }]),
      ...(listed(found) === listed(expected)
        ? []
        : [{
          ...about,
          code: "routine_grants" as const,
          severity: "breaks_security" as const,
          expected: `executed by ${listed(expected)}`,
          found: `executed by ${listed(found)}`
        }])
    ]
  }),
  ...live.routines
    .filter((routine) =>
      routine.security_definer && !routine.name.startsWith("auth.") &&
      !contract.routines.some(({ name }) => name === routine.name)
    )
    .filter(({ executors, returns }) => returns !== "trigger" && executors.some((role) => role !== "service_role"))
    .map((routine): Difference => ({
      code: "routine_exposed",
      severity: "breaks_security",
      relation: routine.name,
      object: routine.name,
      columns: [],
      expected: "no SECURITY DEFINER function that users may call",
      found: `executed by ${listed(routine)}`
    }))
]

/** What is missing of Supabase's own schema, as far as we rely on it. */
export const authDrift = (contract: Contract, live: LiveCatalog): ReadonlyArray<Difference> => {
  const { relations, routines } = contract.auth
  return [
    ...relations.flatMap((expected): ReadonlyArray<Difference> => {
      const found = live.relations.find(({ name }) => name === expected.name)
      // What only a repo reads (sessions) it can do without: other auth servers keep none.
      if (found === undefined && expected.triggers.length === 0) return []
      const columns = expected.columns.flatMap((column): ReadonlyArray<Difference> => {
        const actual = found?.columns.find(({ name }) => name === column.name)
        const difference = {
          relation: expected.name,
          severity: "breaks_integrity" as const,
          object: column.name,
          columns: [column.name],
          expected: column.type
        }
        if (actual === undefined) return [{ ...difference, code: "auth_column_missing", found: "absent" }]
        return base(actual.type) === base(column.type) ? [] : [{ ...difference, code: "auth_column_type", found: actual.type }]
      })
      return found === undefined ? columns : [...columns, ...triggerDrift(expected, found)]
    }),
    ...routines.flatMap((expected): ReadonlyArray<Difference> => {
      const actual = live.routines.find(({ name }) => name === expected.name)
      const difference = {
        relation: expected.name,
        object: expected.name,
        columns: [],
        severity: "breaks_security" as const,
        expected: `returns ${expected.returns}`
      }
      if (actual === undefined) return [{ ...difference, code: "auth_routine_missing", found: "absent" }]
      return actual.returns === expected.returns
        ? []
        : [{ ...difference, code: "auth_routine_different", found: `returns ${actual.returns}` }]
    })
  ]
}

const severityOf = (contract: Contract, routine: Routine) => {
  const call = `${routine.name.replace(/\(.*$/, "")}(`
  const guards = contract.relations.some(({ policies }) =>
    policies.some(({ check, using }) => (using ?? "").includes(call) || (check ?? "").includes(call))
  )
  return guards || routine.security_definer ? "breaks_security" as const : "breaks_integrity" as const
}

const signature = (routine: Routine) => `${routine.name} returns ${routine.returns}`

const body = (routine: Routine) => routine.definition.replace(/\s+/g, " ").trim()

const listed = (routine: Routine) => routine.executors.length === 0 ? "nobody" : routine.executors.join(", ")

/** Widths differ between releases of Supabase's auth server and do not concern us. */
const base = (type: string) => type.replace(/\(\d+\)$/, "").replace(/^(text|character varying|character)$/, "text")
