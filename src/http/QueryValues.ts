import { Schema, SchemaTransformation } from "effect"

interface Range {
  readonly minimum: number
  readonly maximum: number
}

/** A whole number of the query, as digits. `unlessGiven` is what the endpoint takes where there is none: the document says so. */
export const wholeNumber = ({ maximum, minimum, unlessGiven }: Range & { readonly unlessGiven?: number }, description?: string) =>
  textOf(
    /^-?\d+$/,
    "a whole number",
    {
      type: "integer",
      format: maximum > 2_147_483_647 ? "int64" : "int32",
      minimum,
      maximum,
      ...(unlessGiven === undefined ? {} : { default: unlessGiven })
    },
    description
  ).pipe(
    Schema.decodeTo(
      Schema.Finite.check(Schema.isInt(), Schema.isBetween({ minimum, maximum })),
      SchemaTransformation.numberFromString
    )
  )

/** A number of the query, in decimals, that is a multiple of `step`. */
export const decimal = ({ maximum, minimum, step }: Range & { readonly step: number }, description?: string) =>
  textOf(
    /^-?\d+(?:\.\d+)?$/,
    "a number in decimals",
    { type: "number", format: "double", minimum, maximum, multipleOf: step },
    description
  ).pipe(
    Schema.decodeTo(
      Schema.Finite.check(Schema.isBetween({ minimum, maximum }), Schema.isMultipleOf(step)),
      SchemaTransformation.numberFromString
    )
  )

/** Yes or no in the query. */
export const flag = Schema.Literals(["true", "false"])

/**
 * Where the schema of a text says which value it holds. A query is text to the server; to whoever reads the document, or makes a client of it,
 * its numbers are numbers: `withBounds` puts the one in the place of the other.
 */
export const valueInText = "x-value-in-text"

const textOf = (pattern: RegExp, expected: string, value: Readonly<Record<string, unknown>>, description: string | undefined) =>
  Schema.String.check(
    Schema.isPattern(pattern, {
      expected,
      ...(description === undefined ? {} : { description }),
      toJsonSchema: () => ({ [valueInText]: value })
    })
  )
