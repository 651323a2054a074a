import type { Catalog, Column, Relation } from "./Catalog.ts"
import { allowedBy } from "./Contract.ts"
import { columnsOf, type RowModel } from "./ModelColumns.ts"

/** Where the row models and the migrated database disagree: each is a mistake in one of them, found before either is deployed. */
export const disagreements = (rowModels: Readonly<Record<string, RowModel>>, catalog: Catalog): ReadonlyArray<string> =>
  Object.entries(rowModels).flatMap(([table, model]) => {
    const relation = catalog.relations.find(({ name }) => name === table)
    if (relation === undefined) return [`${table}: no migration creates it`]
    const columns = columnsOf(model)
    return [
      ...relation.columns.filter(({ name }) => !columns.some((column) => column.name === name))
        .map(({ name }) => `${table}.${name}: the row model lacks it`),
      ...columns.flatMap((column) => {
        const found = relation.columns.find(({ name }) => name === column.name)
        const place = `${table}.${column.name}`
        if (found === undefined) return [`${place}: no migration creates it`]
        return [
          ...(column.type === found.type
            ? []
            : [`${place}: ${column.type ?? "no sqlType"} in the row model, ${found.type} in the database`]),
          ...(column.nullable === found.not_null
            ? [`${place}: ${column.nullable ? "nullable" : "not null"} in the row model alone`]
            : []),
          ...(column.default_relied_on && !filled(found) ? [`${place}: an insert may leave it out, but it has no default`] : []),
          ...(column.values === undefined || closedBy(relation, column.name, column.values)
            ? []
            : [`${place}: no check closes the set ${column.values.join(", ")}`])
        ]
      })
    ]
  })

const closedBy = (relation: Relation, column: string, values: ReadonlyArray<string>): boolean =>
  relation.constraints.some(({ definition, kind }) => {
    const allowed = kind === "check" ? allowedBy(definition, column) : undefined
    return allowed !== undefined && allowed.length === values.length && allowed.every((value) => values.includes(value))
  })

const filled = (column: Column): boolean => column.default !== null || column.identity !== ""
