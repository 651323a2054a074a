import { apiRoles, type Catalog, type Column, type Relation, type Routine } from "./Catalog.ts"
import { columnsOf, type RowModel } from "./ModelColumns.ts"

export interface ContractColumn extends Column {
  readonly default_relied_on: boolean
  readonly values: ReadonlyArray<string> | undefined
}

export interface ContractRelation extends Relation {
  /** A row model describes it: the service reads and writes it. */
  readonly modelled: boolean
  readonly columns: ReadonlyArray<ContractColumn>
}

/** What the service relies on in its database. */
export interface Contract {
  readonly relations: ReadonlyArray<ContractRelation>
  readonly routines: ReadonlyArray<Routine>
  readonly schema_grants: Catalog["schema_grants"]
  /** What our triggers and repos read of Supabase's own tables, and the functions that policies call: never changed by us. */
  readonly auth: { readonly relations: ReadonlyArray<Relation>; readonly routines: ReadonlyArray<Routine> }
}

/**
 * Merges what the row models say of columns (type, nullability, defaults that inserts rely on, closed sets) with what only the migrated
 * database can say (keys, foreign keys, checks, indexes, policies, grants, triggers, functions). Where both speak, the model is right.
 */
export const contractOf = (rowModels: Readonly<Record<string, RowModel>>, catalog: Catalog): Contract => ({
  relations: catalog.relations.filter(({ name }) => !isAuth(name)).map((relation) => ({
    ...relation,
    modelled: rowModels[relation.name] !== undefined,
    columns: mergeColumns(relation.columns, rowModels[relation.name])
  })),
  routines: catalog.routines.filter(({ name }) => !isAuth(name)),
  schema_grants: catalog.schema_grants,
  auth: {
    relations: catalog.relations.filter(({ name }) => isAuth(name)),
    routines: catalog.routines.filter(({ name }) => isAuth(name))
  }
})

/** The values that a check of the form `column IN (…)` lets through; undefined for any other check. */
export const allowedBy = (definition: string, column: string): ReadonlyArray<string> | undefined => {
  const list = new RegExp(`^CHECK \\(\\(${column} = (?:ANY \\(ARRAY\\[(.*)\\]\\)|('.*'::text))\\)\\)$`, "s").exec(definition)
  const text = list?.[1] ?? list?.[2]
  return text === undefined
    ? undefined
    : [...text.matchAll(/'((?:[^']|'')*)'::/g)].map(([, value = ""]) => value.replaceAll("''", "'"))
}

/** Whether a relation or routine belongs to Supabase's schema `auth`. */
export const isAuth = (name: string): boolean => name.startsWith("auth.")

/** Everybody that grants and policies of the contract name, `PUBLIC` aside. */
export const contractRoles: ReadonlyArray<string> = apiRoles.filter((role) => role !== "PUBLIC")

const mergeColumns = (columns: ReadonlyArray<Column>, model: RowModel | undefined): ReadonlyArray<ContractColumn> => {
  if (model === undefined) {
    return columns.map((column) => ({ ...column, default_relied_on: column.default !== null, values: undefined }))
  }
  return columnsOf(model).map(({ default_relied_on, name, nullable, type, values }) => {
    const found = columns.find((column) => column.name === name)
    return {
      name,
      type: type ?? found?.type ?? "text",
      not_null: !nullable,
      default: found?.default ?? null,
      identity: found?.identity ?? "",
      generated: found?.generated ?? "",
      default_relied_on,
      values
    }
  })
}
