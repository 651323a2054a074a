import { Schema, SchemaAST } from "effect"
import { columnsOf, type ModelColumn, type RowModel } from "./ModelColumns.ts"

/** A row of a model to insert, with a made-up value for every column. */
export const sampleInsert = <M extends RowModel & { readonly insert: Schema.Top }>(model: M): M["insert"]["Encoded"] =>
  Schema.decodeUnknownSync(Schema.toEncoded(model.insert))(sampleRow(model))

/** A made-up value for every column of a model; null where JSON has to be of a form that nothing can be made up for. */
export const sampleRow = (model: RowModel): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columnsOf(model).map((column) => [column.name, sampleValue(model, column)]))

const sampleValue = (model: RowModel, { name, nullable, type, values }: ModelColumn): unknown => {
  const ast = model.fields[name]?.ast
  if (type === "jsonb" && nullable && ast !== undefined && !mayBeEmpty(ast)) return null
  return values?.[0] ?? (ast !== undefined && isList(ast) ? [] : samples[type ?? "text"])
}

const isList = (ast: SchemaAST.AST): boolean => SchemaAST.isArrays(ast) || (SchemaAST.isUnion(ast) && ast.types.some(isList))

/** Whether it can be a document without keys. */
const mayBeEmpty = (ast: SchemaAST.AST): boolean =>
  SchemaAST.isUnion(ast)
    ? ast.types.some((type) => !SchemaAST.isNull(type) && mayBeEmpty(type))
    : !SchemaAST.isObjects(ast) || ast.propertySignatures.every(({ type }) => SchemaAST.isOptional(type))

/** Every row the same id, so that joins find each other. */
export const sampleId = "00000000-0000-4000-8000-000000000000"

const samples: Readonly<Record<string, unknown>> = {
  uuid: sampleId,
  text: "probe",
  boolean: true,
  integer: 1,
  bigint: 1,
  "double precision": 0.5,
  "timestamp with time zone": "2025-01-01T00:00:00.000Z",
  date: "2025-01-01",
  "numeric(14,2)": "1.00",
  json: {},
  jsonb: {}
}
