import type { Column, Constraint, Grant, Policy, Relation, Routine } from "./Catalog.ts"
import { ident, qualified, qualifiedRoutine, roleIdent } from "./Sql.ts"

/** The statements that make catalog objects again. Definitions that PostgreSQL printed are used as they are. */

export const columnDefinition = (column: Column): string =>
  [
    `${ident(column.name)} ${column.type}`,
    ...(column.generated !== ""
      ? [`GENERATED ALWAYS AS (${column.default}) ${column.generated.toUpperCase()}`]
      : column.identity !== ""
      ? [`GENERATED ${column.identity.toUpperCase()} AS IDENTITY`]
      : column.default === null
      ? []
      : [`DEFAULT ${column.default}`]),
    ...(column.not_null ? ["NOT NULL"] : [])
  ].join(" ")

/** The table with its keys and checks, closed to everybody: no foreign key, index, policy or grant yet. */
export const createTable = (relation: Relation): string => {
  const inside = [
    ...relation.columns.map(columnDefinition),
    ...relation.constraints.filter(({ kind }) => kind !== "foreign").map((constraint) => `CONSTRAINT ${definitionOf(constraint)}`)
  ]
  const partitioned = relation.partition_key === null ? "" : ` PARTITION BY ${relation.partition_key}`
  const table = qualified(relation.name)
  return [
    `CREATE TABLE ${table} (\n  ${inside.join(",\n  ")}\n)${partitioned}`,
    ...(relation.row_security ? [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`] : []),
    ...(relation.row_security_forced ? [`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`] : []),
    `REVOKE ALL ON ${table} FROM PUBLIC, anon, authenticated, service_role`
  ].join(";\n")
}

/** `name definition`, as it stands after `CONSTRAINT` or `ADD CONSTRAINT`. */
export const definitionOf = (constraint: Constraint): string => `${ident(constraint.name)} ${constraint.definition}`

export const createPolicy = (relation: string, policy: Policy): string =>
  [
    `CREATE POLICY ${ident(policy.name)} ON ${qualified(relation)}`,
    `AS ${policy.permissive ? "PERMISSIVE" : "RESTRICTIVE"} FOR ${policy.command} TO ${policy.roles.map(roleIdent).join(", ")}`,
    ...(policy.using === null ? [] : [`USING (${policy.using})`]),
    ...(policy.check === null ? [] : [`WITH CHECK (${policy.check})`])
  ].join("\n  ")

export const dropPolicy = (relation: string, name: string): string => `DROP POLICY ${ident(name)} ON ${qualified(relation)}`

export const grant = (on: string, grantee: string, privileges: ReadonlyArray<string>): string =>
  `GRANT ${privileges.join(", ")} ON ${on} TO ${roleIdent(grantee)}`

export const revoke = (on: string, grantee: string, privileges: ReadonlyArray<string>): string =>
  `REVOKE ${privileges.join(", ")} ON ${on} FROM ${roleIdent(grantee)}`

export const grantAll = (relation: string, grants: ReadonlyArray<Grant>): ReadonlyArray<string> =>
  grants.map(({ grantee, privileges }) => grant(qualified(relation), grantee, privileges))

/** The function, to be executed by nobody but those the contract names. Default privileges would give it to everybody. */
export const createRoutine = (routine: Routine): string => [routine.definition.trim(), ...routineGrants(routine)].join(";\n")

export const routineGrants = (routine: Routine): ReadonlyArray<string> => {
  const name = `FUNCTION ${qualifiedRoutine(routine.name)}`
  return [
    `REVOKE ALL ON ${name} FROM PUBLIC, anon, authenticated, service_role`,
    ...(routine.executors.length === 0 ? [] : [`GRANT EXECUTE ON ${name} TO ${routine.executors.map(roleIdent).join(", ")}`])
  ]
}

export const setDefault = (relation: string, column: Column): string =>
  alterColumn(relation, column.name, column.default === null ? "DROP DEFAULT" : `SET DEFAULT ${column.default}`)

export const alterColumn = (relation: string, column: string, action: string): string =>
  `ALTER TABLE ${qualified(relation)} ALTER COLUMN ${ident(column)} ${action}`

export const alterTable = (relation: string, ...actions: ReadonlyArray<string>): string =>
  `ALTER TABLE ${qualified(relation)} ${actions.join(", ")}`

/** The same index under another name, built beside the traffic where `concurrently`. */
export const createIndex = (definition: string, name: string, concurrently: boolean): string =>
  definition.replace(/INDEX \S+ ON (ONLY )?/, `INDEX ${concurrently ? "CONCURRENTLY " : ""}${ident(name)} ON `)
