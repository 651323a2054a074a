import type { Constraint, Index, Relation } from "./Catalog.ts"
import { alterTable, createIndex, definitionOf } from "./Ddl.ts"
import type { Preflight, Repair, Step } from "./Finding.ts"
import { brief, concurrent, countRows, repair, type RepairInput, validate } from "./RepairSteps.ts"
import { ident, qualified } from "./Sql.ts"

/** Adds a key without stopping writers: its index is built beside the traffic, then becomes the constraint. */
export const keyRepair = (input: RepairInput, relation: Relation, key: Constraint): Repair => {
  const standing = constraintNamed(input, relation, input.difference.found_as ?? key.name)
  const index = standing?.name === key.name ? `${key.name}_new` : key.name
  const parts = /^(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*?\)(?: INCLUDE \(.*?\))?)(.*)$/.exec(key.definition)
  if (parts === null) return foreignOrCheck(input, relation, key, null)
  const [, kind = "", distinct = "", columns = "", rest = ""] = parts
  const ready = liveRelation(input, relation)?.indexes.find((one) =>
    one.unique && one.valid && one.definition.endsWith(` USING btree ${columns}${distinct}`)
  )
  const attach = (given: string) => `ADD CONSTRAINT ${ident(key.name)} ${kind} USING INDEX ${ident(given)}${rest}`
  const build = concurrent(
    "keys",
    `CREATE UNIQUE INDEX CONCURRENTLY ${ident(index)} ON ${qualified(relation.name)} USING btree ${columns}${distinct}`,
    `DROP INDEX CONCURRENTLY IF EXISTS public.${ident(index)}`
  )
  const swap = brief(
    "keys",
    alterTable(
      relation.name,
      ...(standing === undefined ? [] : [`DROP CONSTRAINT ${ident(standing.name)}`]),
      attach(ready?.name ?? index)
    ),
    alterTable(
      relation.name,
      `DROP CONSTRAINT ${ident(key.name)}`,
      ...(standing === undefined ? [] : [`ADD CONSTRAINT ${definitionOf(standing)}`])
    )
  )
  return repair({
    steps: ready === undefined ? [build, swap] : [swap],
    preflight: duplicates(input, relation, key, distinct !== "")
  })
}

/** Adds a foreign key or check in two steps: new rows are held to it at once, old ones are read without a lock on writers. */
export const foreignOrCheck = (
  input: RepairInput,
  relation: Relation,
  wanted: Constraint,
  preflight: Preflight | null
): Repair => {
  const standing = constraintNamed(input, relation, input.difference.found_as ?? wanted.name)
  const phase = wanted.kind === "foreign" ? "foreign_keys" : "checks"
  const lock: Step["lock"] = wanted.kind === "foreign" && standing === undefined ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE"
  const exchange = (from: Constraint | undefined, to: Constraint | undefined) =>
    alterTable(
      relation.name,
      ...(from === undefined ? [] : [`DROP CONSTRAINT ${ident(from.name)}`]),
      ...(to === undefined ? [] : [`ADD CONSTRAINT ${definitionOf(to)} NOT VALID`])
    )
  return repair({
    steps: [
      brief(phase, exchange(standing, wanted), exchange(wanted, standing), lock),
      validate(phase, relation.name, wanted.name)
    ],
    preflight: preflight ?? violations(input, relation, wanted),
    note: wanted.kind === "foreign" || wanted.kind === "check"
      ? "Rows that the pre-flight counts must be mended or removed before the last step."
      : null
  })
}

export const notValidated = (input: RepairInput, relation: Relation, constraint: Constraint): Repair =>
  repair({
    steps: [validate(constraint.kind === "foreign" ? "foreign_keys" : "checks", relation.name, constraint.name)],
    preflight: violations(input, relation, constraint)
  })

export const renameConstraint = (relation: string, from: string, to: string): Repair => {
  const rename = (one: string, other: string) => alterTable(relation, `RENAME CONSTRAINT ${ident(one)} TO ${ident(other)}`)
  return repair({ steps: [brief("keys", rename(from, to), rename(to, from))] })
}

/** Takes away what refuses rows that the service writes. */
export const extraConstraint = (input: RepairInput, relation: Relation): Repair => {
  const { object } = input.difference
  const constraint = constraintNamed(input, relation, object)
  const index = liveRelation(input, relation)?.indexes.find(({ name }) => name === object)
  const note = "If a newer version of the service made it, leave it and deploy that version."
  if (constraint !== undefined) {
    const [drop, add] = [`DROP CONSTRAINT ${ident(object)}`, `ADD CONSTRAINT ${definitionOf(constraint)}`]
    return repair({ steps: [brief("keys", alterTable(relation.name, drop), alterTable(relation.name, add))], note })
  }
  return repair({
    steps: index === undefined ? [] : [concurrent("keys", dropIndex(object), createIndex(index.definition, object, true))],
    note
  })
}

/** Builds an index beside the traffic. */
export const indexRepair = (input: RepairInput, relation: Relation, index: Index): Repair => {
  const { code, found_as } = input.difference
  const build = (name: string) =>
    concurrent("indexes", createIndex(index.definition, name, true), `DROP INDEX CONCURRENTLY IF EXISTS public.${ident(name)}`)
  if (code === "index_missing") return repair({ steps: [build(index.name)] })
  const standing = liveRelation(input, relation)?.indexes.find(({ name }) => name === (found_as ?? index.name))
  const back = standing === undefined ? null : createIndex(standing.definition, standing.name, true)
  const drop = concurrent("indexes", dropIndex(found_as ?? index.name), code === "index_invalid" ? null : back)
  if (code === "index_invalid") return repair({ steps: [drop, build(index.name)] })
  const interim = `${index.name}_new`
  const rename = (from: string, to: string) => `ALTER INDEX public.${ident(from)} RENAME TO ${ident(to)}`
  return repair({
    steps: [
      build(interim),
      drop,
      brief("indexes", rename(interim, index.name), rename(index.name, interim), "SHARE UPDATE EXCLUSIVE")
    ]
  })
}

const dropIndex = (name: string) => `DROP INDEX CONCURRENTLY public.${ident(name)}`

const liveRelation = ({ live, renames }: RepairInput, relation: Relation): Relation | undefined =>
  live.relations.find(({ name }) => name === (renames.relations.get(relation.name) ?? relation.name))

const constraintNamed = (input: RepairInput, relation: Relation, wanted: string): Constraint | undefined =>
  liveRelation(input, relation)?.constraints.find(({ name }) => name === wanted)

const duplicates = (input: RepairInput, relation: Relation, key: Constraint, nullsCollide: boolean): Preflight => {
  const columns = key.columns.map(ident)
  const known = nullsCollide ? "true" : columns.map((column) => `o.${column} IS NOT NULL`).join(" AND ")
  const counted = `(
    SELECT o.*, o.ctid, count(*) OVER (PARTITION BY ${columns.map((column) => `o.${column}`).join(", ")}) AS same_key
    FROM ${qualified(relation.name)} AS o WHERE ${known}
  ) AS t`
  return countRows(input, relation.name, `Rows that share (${key.columns.join(", ")}) with another`, "t.same_key > 1", counted)
}

const violations = (input: RepairInput, relation: Relation, constraint: Constraint): Preflight | null => {
  const check = /^CHECK \((.*)\)(?: NO INHERIT)?$/s.exec(constraint.definition)?.[1]
  if (check !== undefined) {
    return countRows(input, relation.name, `Rows that break ${constraint.name}`, `NOT (${check})`)
  }
  const reference = /^FOREIGN KEY \((.*?)\) REFERENCES (\S+?)\((.*?)\)/.exec(constraint.definition)
  if (reference === null) return null
  const [, columns = "", target = "", keys = ""] = reference
  const referring = columns.split(", ")
  const joined = keys.split(", ").map((key, position) => `r.${key} = t.${referring[position]}`)
  const known = referring.map((column) => `t.${column} IS NOT NULL`)
  return countRows(
    input,
    relation.name,
    `Rows whose ${columns} is not in ${target.replace(/^public\./, "")}`,
    [...known, `NOT EXISTS (SELECT FROM ${target} AS r WHERE ${joined.join(" AND ")})`].join(" AND ")
  )
}
