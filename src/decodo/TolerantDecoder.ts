import { Result, Schema, SchemaIssue } from "effect"

/** A value that was not of the expected kind and therefore became null. Says where, never what stood there. */
export const DecodingIssue = Schema.Struct({ path: Schema.String, expected: Schema.String })
export type DecodingIssue = typeof DecodingIssue.Type

/**
 * A decoder that replaces by null whatever does not fit, and says where. The schema has to allow null at every place (`optional`,
 * `list`); the error, with the paths, is for an input that still does not fit.
 */
export const tolerantDecoder = <A>(schema: Schema.Decoder<A>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (input: object, at: string): Result.Result<Tolerated<A>, ReadonlyArray<string>> => {
    const issues: Array<DecodingIssue> = []
    let pruned = input
    // A check on a whole list runs only once its members fit, so that pruning can uncover a next failure; nesting is shallow.
    for (let pass = 0; pass < 8; pass++) {
      const result = decode(pruned)
      if (Result.isSuccess(result)) return Result.succeed({ value: result.success, issues })
      if (pass === 0) pruned = structuredClone(input)
      for (const issue of format(result.failure.issue).issues) {
        const path = issue.path ?? []
        setNull(pruned, path as ReadonlyArray<PropertyKey>)
        issues.push({ path: joinPath(at, path as ReadonlyArray<PropertyKey>), expected: issue.message.replace(/^Expected /, "") })
      }
    }
    return Result.fail(issues.map((issue) => issue.path))
  }
}

export interface Tolerated<A> {
  readonly value: A
  readonly issues: ReadonlyArray<DecodingIssue>
}

/** A member that may be missing, null, or of a wrong kind. */
export const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** A list whose members may be null or of a wrong kind; a longer list is not believed. */
export const list = <S extends Schema.Top>(schema: S, maxLength: number) =>
  Schema.Array(Schema.NullOr(schema)).check(Schema.isMaxLength(maxLength))

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const setNull = (root: object, path: ReadonlyArray<PropertyKey>): void => {
  let parent: unknown = root
  for (const key of path.slice(0, -1)) {
    parent = typeof parent === "object" && parent !== null ? Reflect.get(parent, key) : null
  }
  const last = path.at(-1)
  if (last !== undefined && typeof parent === "object" && parent !== null) Reflect.set(parent, last, null)
}

const joinPath = (at: string, path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) => typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    at
  )
