import type { Catalog, Routine } from "./Catalog.ts"
import { isAuth } from "./Contract.ts"
import type { StatementUse } from "./StatementUse.ts"

/**
 * The part of a database's catalog that the service relies on: what `catalog.json` holds, read from a database just migrated. Of `auth` that
 * is the columns that our triggers read and our repos name, and the functions that our policies call.
 */
export const reliedOn = (catalog: Catalog, methods: Readonly<Record<string, StatementUse>>): Catalog => {
  const relations = catalog.relations.filter(({ name }) => !isAuth(name))
  const routines = catalog.routines.filter(({ name }) => !isAuth(name))
  const expressions = JSON.stringify([relations, routines])
  const named = new Set(Object.values(methods).flatMap(({ columns }) => columns))
  const auth = catalog.relations.filter(({ name }) => isAuth(name)).map((relation) => {
    const triggers = relation.triggers.filter(({ definition }) => routines.some((routine) => executes(definition, routine)))
    const read = readBy(routines.filter((routine) => triggers.some(({ definition }) => executes(definition, routine))))
    const columns = relation.columns.filter(({ name }) => read.has(name) || named.has(`${relation.name}.${name}`))
    return { ...relation, columns, constraints: [], indexes: [], policies: [], triggers, grants: [] }
  })
  return {
    relations: [
      ...relations.map((relation) => ({ ...relation, grants: relation.grants.map(withoutMaintain) })),
      ...auth.filter(({ columns }) => columns.length > 0)
    ],
    routines: [
      ...routines,
      ...catalog.routines.filter(({ name }) => isAuth(name) && expressions.includes(name.slice(0, name.indexOf("(") + 1)))
    ],
    schema_grants: catalog.schema_grants
  }
}

const readBy = (routines: ReadonlyArray<Routine>): ReadonlySet<string | undefined> =>
  new Set(routines.flatMap(({ definition }) => [...definition.matchAll(/\b(?:NEW|OLD)\.(\w+)/g)].map(([, name]) => name)))

const executes = (trigger: string, routine: Routine): boolean =>
  trigger.endsWith(` EXECUTE FUNCTION public.${routine.name.replace(/\(.*$/, "")}()`)

/** A privilege of PostgreSQL 17 and later, which `GRANT ALL` includes: not relied on. */
const withoutMaintain = <G extends { readonly privileges: ReadonlyArray<string> }>(grant: G): G => ({
  ...grant,
  privileges: grant.privileges.filter((privilege) => privilege !== "MAINTAIN")
})
