import type { ContractRelation } from "./Contract.ts"
import { alterTable, createPolicy, createTable, definitionOf, dropPolicy, grantAll } from "./Ddl.ts"
import type { Repair } from "./Finding.ts"
import { brief, repair, type RepairInput } from "./RepairSteps.ts"
import { ident, qualified } from "./Sql.ts"

/** Makes a missing table again, or gives it its name back. */
export const relationMissing = ({ contract, difference }: RepairInput, relation: ContractRelation): Repair => {
  if (difference.found_as !== undefined) {
    const rename = (from: string, to: string) => alterTable(from, `RENAME TO ${ident(to)}`)
    return repair({
      steps: [brief("tables", rename(difference.found_as, relation.name), rename(relation.name, difference.found_as))],
      note: `${difference.found_as} has all its columns. If it is something else, rename nothing and create the table.`
    })
  }
  const table = qualified(relation.name)
  const holders = contract.relations.filter(({ constraints, name }) =>
    name !== relation.name && constraints.some(({ definition }) => definition.includes(` REFERENCES ${table}(`))
  ).map(({ name }) => name)
  return repair({
    steps: [
      brief("tables", createTable(relation), `DROP TABLE IF EXISTS ${table}`),
      ...relation.constraints.filter(({ kind }) => kind === "foreign").map((constraint) =>
        brief(
          "foreign_keys",
          alterTable(relation.name, `ADD CONSTRAINT ${definitionOf(constraint)}`),
          alterTable(relation.name, `DROP CONSTRAINT ${ident(constraint.name)}`),
          "SHARE ROW EXCLUSIVE"
        )
      ),
      ...relation.indexes.map(({ definition, name }) => brief("indexes", definition, `DROP INDEX public.${ident(name)}`, "none")),
      ...relation.triggers.map(({ definition, name }) =>
        brief("triggers", definition, `DROP TRIGGER ${ident(name)} ON ${table}`)
      ),
      ...relation.policies.map((policy) =>
        brief("policies", createPolicy(relation.name, policy), dropPolicy(relation.name, policy.name))
      ),
      ...grantAll(relation.name, relation.grants).map((sql) => brief("grants", sql, null, "none"))
    ],
    decision: holders.length === 0
      ? null
      : `The rows of ${
        holders.join(", ")
      } refer to rows that are gone. Unless those tables are empty, restore ${relation.name} from a backup after it is created and before the foreign keys are.`,
    note: "The rows are gone with the table: what is created is empty. A backup has them."
  })
}
