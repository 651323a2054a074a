import { Predicate, SchemaAST } from "effect"

/** What a row model says of one column. */
export interface ModelColumn {
  readonly name: string
  /** As `format_type` writes it; undefined where the model does not say (a test forbids it). */
  readonly type: string | undefined
  readonly nullable: boolean
  /** Inserts may leave it out: the database fills it. */
  readonly default_relied_on: boolean
  /** The closed set of values that the code knows. */
  readonly values: ReadonlyArray<string> | undefined
}

/** The part of a `Model.Class` that is read here. */
export interface RowModel {
  readonly ast: SchemaAST.AST
  readonly fields: Readonly<Record<string, { readonly ast: SchemaAST.AST }>>
  readonly insert: { readonly fields: Readonly<Record<string, { readonly ast: SchemaAST.AST }>> }
}

/** The table that a row model describes. */
export const tableOf = (model: RowModel): string | undefined => annotation(model.ast, "table")

/** The columns of a row model, in its order. */
export const columnsOf = (model: RowModel): ReadonlyArray<ModelColumn> =>
  Object.entries(model.fields).map(([name, { ast }]) => {
    const members = SchemaAST.isUnion(ast) ? ast.types : [ast]
    const known = members.filter((member) => !SchemaAST.isNull(member))
    const inserted = model.insert.fields[name]
    return {
      name,
      type: annotation(ast, "sqlType") ?? known.map((member) => annotation(member, "sqlType")).find(Predicate.isNotUndefined),
      nullable: known.length < members.length,
      default_relied_on: inserted === undefined || SchemaAST.isOptional(inserted.ast),
      values: closedSet(known)
    }
  })

/** An annotation of a node or of one of its checks: `.annotate` after `.check` lands on the check. */
const annotation = (ast: SchemaAST.AST, key: "sqlType" | "table"): string | undefined =>
  [ast, ...(ast.checks ?? [])].map((holder) => holder.annotations?.[key]).find(Predicate.isString)

const closedSet = (members: ReadonlyArray<SchemaAST.AST>): ReadonlyArray<string> | undefined => {
  const literals = members.flatMap((member) => SchemaAST.isUnion(member) ? member.types : [member])
  return literals.length > 0 && literals.every(SchemaAST.isLiteral) ? literals.map((member) => String(member.literal)) : undefined
}
