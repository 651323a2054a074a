import type { ContractColumn, ContractRelation } from "./Contract.ts"
import { alterColumn } from "./Ddl.ts"
import { phases, type Repair, type Step } from "./Finding.ts"
import { columnDefault, columnGeneration, columnMissing, columnNotNull, columnNullable, columnType } from "./RepairColumns.ts"
import { extraConstraint, foreignOrCheck, indexRepair, keyRepair, notValidated, renameConstraint } from "./RepairConstraints.ts"
import { relationMissing } from "./RepairRelation.ts"
import {
  exposedRoutine,
  grantRepair,
  policyRepair,
  privilegeRepair,
  roleMissing,
  routineGrantRepair,
  routineRepair,
  rowSecurity,
  triggerRepair
} from "./RepairSecurity.ts"
import { brief, repair, type RepairInput } from "./RepairSteps.ts"
import { qualified } from "./Sql.ts"

/** The exact SQL that removes a difference, or what a person has to decide. Nothing is ever proposed for `auth.*`. */
export const repairOf = (input: RepairInput): Repair => {
  const { contract, difference, live } = input
  const relation = contract.relations.find(({ name }) => name === difference.relation)
  if (relation !== undefined) return ofRelation(input, relation)
  const routine = contract.routines.find(({ name }) => name === difference.object)
  switch (difference.code) {
    case "role_missing":
      return roleMissing(difference.object)
    case "routine_missing":
    case "routine_different":
      return routine === undefined ? repair({}) : routineRepair(input, routine)
    case "routine_grants":
      return routine === undefined ? repair({}) : routineGrantRepair(input, routine)
    case "routine_exposed":
      return exposedRoutine(input)
    case "schema_grant_missing":
    case "schema_grant_extra":
      return grantRepair(input, "SCHEMA public", contract.schema_grants, live.schema_grants)
    default:
      return ofAuth(input)
  }
}

/** The steps of several findings in the order in which they can run, each once. */
export const planOf = (findings: ReadonlyArray<{ readonly repair: Repair }>): ReadonlyArray<Step> => {
  const steps = new Map(findings.flatMap(({ repair }) => repair.steps).map((step) => [step.sql, step]))
  return [...steps.values()].sort((left, right) => phases.indexOf(left.phase) - phases.indexOf(right.phase))
}

const ofRelation = (input: RepairInput, relation: ContractRelation): Repair => {
  const { difference, live, renames } = input
  const column = relation.columns.find(({ name }) => name === difference.object)
  if (difference.code.startsWith("column_")) {
    return column === undefined ? requiredColumn(input) : ofColumn(input, relation, column)
  }
  const constraint = relation.constraints.find(({ name }) => name === difference.object)
  const index = relation.indexes.find(({ name }) => name === difference.object)
  const policy = relation.policies.find(({ name }) => name === difference.object)
  const trigger = relation.triggers.find(({ name }) => name === difference.object)
  switch (difference.code) {
    case "relation_missing":
      return relationMissing(input, relation)
    case "relation_kind":
      return repair({
        decision:
          `Why is ${relation.name} a ${difference.found}? A table of that name has to take its place, and its rows to be moved.`
      })
    case "key_missing":
    case "key_different":
      return constraint === undefined ? repair({}) : keyRepair(input, relation, constraint)
    case "foreign_key_missing":
    case "foreign_key_different":
    case "check_missing":
    case "check_different":
    case "check_values":
      return constraint === undefined ? repair({}) : foreignOrCheck(input, relation, constraint, null)
    case "constraint_not_validated":
      return constraint === undefined ? repair({}) : notValidated(input, relation, constraint)
    case "constraint_renamed":
      return renameConstraint(relation.name, difference.found_as ?? "", difference.object)
    case "key_extra":
    case "foreign_key_extra":
    case "check_extra":
      return extraConstraint(input, relation)
    case "index_missing":
    case "index_different":
    case "index_invalid":
      return index === undefined ? repair({}) : indexRepair(input, relation, index)
    case "row_security_disabled":
      return rowSecurity(relation, "ENABLE", "DISABLE")
    case "row_security_forced":
      return rowSecurity(relation, "NO FORCE", "FORCE")
    case "row_security_applies":
      return repair({
        decision:
          `Which role should the service connect as? ${difference.object} sees only what policies show it; the tables' owner or a role with BYPASSRLS sees all.`
      })
    case "policy_missing":
    case "policy_different":
    case "policy_extra":
      return policyRepair(input, relation, policy)
    case "grant_missing":
    case "grant_extra": {
      const found = live.relations.find(({ name }) => name === (renames.relations.get(relation.name) ?? relation.name))
      return grantRepair(input, qualified(relation.name), relation.grants, found?.grants ?? [])
    }
    case "privilege_missing":
      return privilegeRepair(input)
    case "trigger_missing":
    case "trigger_different":
    case "trigger_disabled":
      return trigger === undefined ? repair({}) : triggerRepair(input, relation, trigger)
    default:
      return repair({})
  }
}

const ofColumn = (input: RepairInput, relation: ContractRelation, column: ContractColumn): Repair => {
  switch (input.difference.code) {
    case "column_missing":
      return columnMissing(input, relation, column)
    case "column_type":
      return columnType(input, relation, column)
    case "column_nullable":
      return columnNullable(input, relation, column)
    case "column_not_null":
      return columnNotNull(relation.name, column.name)
    case "column_generation":
      return columnGeneration(input, relation, column)
    default:
      return columnDefault(input, relation, column)
  }
}

const requiredColumn = ({ difference: { object, relation } }: RepairInput): Repair =>
  repair({
    steps: [brief("columns", alterColumn(relation, object, "DROP NOT NULL"), alterColumn(relation, object, "SET NOT NULL"))],
    note: "If a newer version of the service added it, deploy that version instead."
  })

const ofAuth = ({ contract, difference }: RepairInput): Repair => {
  const trigger = contract.auth.relations.flatMap(({ triggers }) => triggers).find(({ name }) => name === difference.object)
  const what = trigger === undefined
    ? `${difference.relation} is not as Supabase ships it (${difference.object}: ${difference.expected} expected, ${difference.found} found). Which release is this? Update the project or restore the object; it belongs to Supabase, so nothing is proposed here.`
    : `auth.users belongs to Supabase, so nothing is proposed that would run by itself. As its owner (on Supabase: the SQL editor) make the trigger as the migrations have it: ${trigger.definition}`
  return repair({ decision: what })
}
