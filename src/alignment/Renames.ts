import type { Column, LiveCatalog, Relation } from "./Catalog.ts"
import type { Contract } from "./Contract.ts"
import { ident } from "./Sql.ts"

/** What was probably renamed, from the name the contract has to the name the database has. */
export interface Renames {
  readonly relations: ReadonlyMap<string, string>
  /** By `relation.column`, both under the contract's names. */
  readonly columns: ReadonlyMap<string, string>
  /** By `relation.column`: the unknown columns that it may have become, where several fit. */
  readonly candidates: ReadonlyMap<string, ReadonlyArray<string>>
}

/**
 * A table counts as renamed when one unknown table has all its columns; a column when one unknown column of its table has its type, or when
 * one of several spells the same but for punctuation and case (`users.email`, `Email` and `email`).
 */
export const renamesOf = (contract: Contract, live: LiveCatalog): Renames => {
  const known = new Set(contract.relations.map(({ name }) => name))
  const unknown = live.relations.filter(({ kind, name }) =>
    !known.has(name) && !name.startsWith("auth.") && kind.endsWith("table")
  )
  const relations = new Map<string, string>()
  const columns = new Map<string, string>()
  const candidates = new Map<string, ReadonlyArray<string>>()
  for (const expected of contract.relations) {
    let found = live.relations.find(({ name }) => name === expected.name)
    if (found === undefined) {
      const alike = unknown.filter((relation) =>
        expected.columns.every(({ name }) => relation.columns.some((column) => column.name === name))
      )
      if (alike.length !== 1) continue
      found = alike[0]
      if (found !== undefined) relations.set(expected.name, found.name)
    }
    if (found !== undefined) columnRenames(expected, found, columns, candidates)
  }
  return { relations, columns, candidates }
}

/** The database's catalog with the names put back that the contract has, so that each rename is one finding and not twenty. */
export const withNamesRestored = (live: LiveCatalog, renames: Renames): LiveCatalog => {
  const { columns, relations } = renames
  if (relations.size === 0 && columns.size === 0) return live
  const expectedName = new Map([...relations].map(([expected, found]) => [found, expected]))
  const text = (definition: string, own: string) => restore(definition, own, relations, columns)
  return {
    ...live,
    relations: live.relations.map((relation) => {
      const name = expectedName.get(relation.name) ?? relation.name
      const put = (column: string) => originalColumn(name, column, columns)
      return {
        ...relation,
        name,
        columns: relation.columns.map((column) => ({ ...column, name: put(column.name) })),
        constraints: relation.constraints.map((constraint) => ({
          ...constraint,
          columns: constraint.columns.map(put),
          definition: text(constraint.definition, name)
        })),
        indexes: relation.indexes.map((index) => ({
          ...index,
          columns: index.columns.map(put),
          definition: text(index.definition, name)
        })),
        policies: relation.policies.map((policy) => ({
          ...policy,
          using: policy.using === null ? null : aliased(text(policy.using, name), policy, renames),
          check: policy.check === null ? null : aliased(text(policy.check, name), policy, renames)
        })),
        triggers: relation.triggers.map((trigger) => ({ ...trigger, definition: text(trigger.definition, name) }))
      }
    }),
    routines: live.routines.map((routine) => ({
      ...routine,
      definition: aliased(text(routine.definition, ""), routine, renames)
    })),
    session: {
      ...live.session,
      row_security_applies: live.session.row_security_applies.map((name) => expectedName.get(name) ?? name),
      privileges: Object.fromEntries(
        Object.entries(live.session.privileges).map(([name, privileges]) => [expectedName.get(name) ?? name, privileges])
      )
    }
  }
}

const columnRenames = (
  expected: Contract["relations"][number],
  found: Relation,
  columns: Map<string, string>,
  candidates: Map<string, ReadonlyArray<string>>
) => {
  const missing = expected.columns.filter(({ name }) => !found.columns.some((column) => column.name === name))
  const unknown = found.columns.filter(({ name }) => !expected.columns.some((column) => column.name === name))
  const fitting = (column: Column) => unknown.filter(({ type }) => type === column.type)
  for (const column of missing) {
    const place = `${expected.name}.${column.name}`
    const fit = fitting(column)
    const spelt = unknown.filter(({ name }) =>
      letters(name) === letters(column.name) || letters(name).endsWith(letters(`.${column.name}`))
    )
    const [only] = spelt.length === 1 ? spelt : fit
    if (only === undefined) continue
    const wantedByOthers = missing.some((other) => other !== column && fitting(other).includes(only))
    if (spelt.length === 1 || (fit.length === 1 && !wantedByOthers)) columns.set(place, only.name)
    else candidates.set(place, fit.map(({ name }) => name))
  }
}

const letters = (name: string) => name.toLowerCase().replace(/[^a-z0-9.]/g, "")

const originalColumn = (relation: string, column: string, columns: Renames["columns"]): string => {
  for (const [place, found] of columns) {
    const { column: original, relation: of } = split(place)
    if (of === relation && found === column) return original
  }
  return column
}

const restore = (definition: string, own: string, relations: Renames["relations"], columns: Renames["columns"]): string => {
  let text = definition
  for (const [expected, found] of relations) {
    text = text.replace(new RegExp(`public\\.${word(found)}`, "g"), `public.${ident(expected)}`)
      .replace(new RegExp(`(?<![\\w."])${word(found)}\\.`, "g"), `${ident(expected)}.`)
  }
  for (const [place, found] of columns) {
    const { column, relation } = split(place)
    text = text
      .replace(new RegExp(`\\b${relation}\\.${word(found)}`, "g"), `${relation}.${ident(column)}`)
      .replace(
        new RegExp(`REFERENCES public\\.${relation}\\(${word(found)}\\)`, "g"),
        `REFERENCES public.${relation}(${ident(column)})`
      )
    if (relation === own) text = text.replace(new RegExp(`(?<![\\w."])${word(found)}`, "g"), ident(column))
  }
  return text
}

/** Puts a column's name back behind any alias, where the expression is known to name that column. */
const aliased = (
  definition: string,
  { depends_on }: { readonly depends_on: ReadonlyArray<string> },
  { columns, relations }: Renames
) =>
  [...columns].reduce((text, [place, found]) => {
    const { column, relation } = split(place)
    return depends_on.includes(`${relations.get(relation) ?? relation}.${found}`)
      ? text.replace(new RegExp(`\\.${word(found)}`, "g"), `.${ident(column)}`)
      : text
  }, definition)

/** A pattern for a name as PostgreSQL prints it, quoted or not. */
const word = (name: string): string => {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  return /^[a-z_][a-z0-9_]*$/.test(name) ? `(?:"${escaped}"|${escaped}\\b)` : `"${escaped}"`
}

const split = (place: string) => {
  const dot = place.indexOf(".")
  return { relation: place.slice(0, dot), column: place.slice(dot + 1) }
}
