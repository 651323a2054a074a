import type { Grant, Policy, Relation, Routine, Trigger } from "./Catalog.ts"
import { alterTable, createPolicy, createRoutine, dropPolicy, grant, revoke, routineGrants } from "./Ddl.ts"
import { grantDifferences } from "./DriftSecurity.ts"
import type { Repair } from "./Finding.ts"
import { brief, repair, type RepairInput } from "./RepairSteps.ts"
import { ident, qualified, qualifiedRoutine, roleIdent } from "./Sql.ts"

export const rowSecurity = (relation: Relation, to: "ENABLE" | "NO FORCE", back: "DISABLE" | "FORCE"): Repair =>
  repair({
    steps: [
      brief(
        "row_security",
        alterTable(relation.name, `${to} ROW LEVEL SECURITY`),
        alterTable(relation.name, `${back} ROW LEVEL SECURITY`)
      )
    ]
  })

/** Exchanges a policy in one transaction, so that nobody sees the table without it. */
export const policyRepair = (input: RepairInput, relation: Relation, wanted: Policy | undefined): Repair => {
  const standing = liveOf(input, relation.name)?.policies.find(({ name }) => name === input.difference.object)
  const exchange = (from: Policy | undefined, to: Policy | undefined) =>
    [
      ...(from === undefined ? [] : [dropPolicy(relation.name, from.name)]),
      ...(to === undefined ? [] : [createPolicy(relation.name, to)])
    ].join(";\n")
  return repair({ steps: [brief("policies", exchange(standing, wanted), exchange(wanted, standing))] })
}

export const grantRepair = (
  input: RepairInput,
  on: string,
  expected: ReadonlyArray<Grant>,
  found: ReadonlyArray<Grant>
): Repair => {
  const { code, object } = input.difference
  const difference = grantDifferences(expected, found).find(({ grantee }) => grantee === object)
  if (difference === undefined) return repair({})
  const missing = code.endsWith("_missing")
  const privileges = missing ? difference.missing : difference.extra
  const [give, take] = [grant(on, object, privileges), revoke(on, object, privileges)]
  return repair({ steps: [missing ? brief("grants", give, take, "none") : brief("grants", take, give, "none")] })
}

export const privilegeRepair = ({ difference, live }: RepairInput): Repair => {
  const { role } = live.session
  const on = qualified(difference.relation)
  return repair({
    steps: [brief("grants", grant(on, role, [difference.object]), revoke(on, role, [difference.object]), "none")],
    note: "Run it as the table's owner. A role that cannot use the schema needs GRANT USAGE ON SCHEMA public first."
  })
}

export const triggerRepair = (input: RepairInput, relation: Relation, wanted: Trigger): Repair => {
  const table = qualified(relation.name)
  const drop = `DROP TRIGGER ${ident(wanted.name)} ON ${table}`
  const action = (word: string) => alterTable(relation.name, `${word} TRIGGER ${ident(wanted.name)}`)
  if (input.difference.code === "trigger_disabled") {
    return repair({ steps: [brief("triggers", action("ENABLE"), action("DISABLE"), "SHARE ROW EXCLUSIVE")] })
  }
  const standing = liveOf(input, relation.name)?.triggers.find(({ name }) => name === wanted.name)
  const exchange = (from: Trigger | undefined, to: Trigger | undefined) =>
    [...(from === undefined ? [] : [drop]), ...(to === undefined ? [] : [to.definition])].join(";\n")
  return repair({ steps: [brief("triggers", exchange(standing, wanted), exchange(wanted, standing), "SHARE ROW EXCLUSIVE")] })
}

export const routineRepair = (input: RepairInput, wanted: Routine): Repair => {
  const name = qualifiedRoutine(wanted.name)
  const standing = input.live.routines.find((routine) => routine.name === wanted.name)
  if (standing === undefined) {
    return repair({ steps: [brief("routines", createRoutine(wanted), `DROP FUNCTION ${name}`, "none")] })
  }
  if (standing.returns !== wanted.returns) {
    return repair({
      decision:
        `${name} returns ${standing.returns} instead of ${wanted.returns}, which PostgreSQL changes only by dropping it with everything that uses it: DROP FUNCTION ${name} CASCADE, then check again and apply what is found.`
    })
  }
  const replace = (routine: Routine) => createRoutine(routine)
  return repair({ steps: [brief("routines", replace(wanted), replace(standing), "none")] })
}

export const routineGrantRepair = (input: RepairInput, wanted: Routine): Repair => {
  const standing = input.live.routines.find(({ name }) => name === wanted.name)
  const set = (routine: Routine) => routineGrants(routine).join(";\n")
  return repair({ steps: [brief("grants", set(wanted), standing === undefined ? null : set(standing), "none")] })
}

export const exposedRoutine = ({ difference, live }: RepairInput): Repair => {
  const executors = live.routines.find(({ name }) => name === difference.object)?.executors ?? []
  const open = executors.filter((role) => role !== "service_role").map(roleIdent).join(", ")
  const on = `FUNCTION ${qualifiedRoutine(difference.object)}`
  return repair({
    steps: [brief("grants", `REVOKE EXECUTE ON ${on} FROM ${open}`, `GRANT EXECUTE ON ${on} TO ${open}`, "none")],
    note: "It runs with its owner's rights whoever calls it. If users are meant to call it, make it SECURITY INVOKER instead."
  })
}

export const roleMissing = (role: string): Repair =>
  repair({
    steps: [
      brief(
        "roles",
        `CREATE ROLE ${ident(role)} NOLOGIN NOINHERIT${role === "service_role" ? " BYPASSRLS" : ""}`,
        `DROP ROLE IF EXISTS ${ident(role)}`,
        "none"
      )
    ],
    note: "Supabase has it; elsewhere a superuser makes it once for the whole server."
  })

const liveOf = ({ live, renames }: RepairInput, relation: string): Relation | undefined =>
  live.relations.find(({ name }) => name === (renames.relations.get(relation) ?? relation))
