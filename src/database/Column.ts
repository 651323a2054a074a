import { Schema } from "effect"
import { Model } from "effect/schema"

/**
 * Column schemas. Each says with `sqlType` which PostgreSQL type it decodes, as `format_type` names it, so that the row models are
 * the contract that `alignment/` compares with the catalog. A nullable column is `Schema.NullOr(...)`.
 */
declare module "effect/Schema" {
  namespace Annotations {
    interface Annotations {
      readonly sqlType?: string | undefined
      readonly table?: string | undefined
    }
  }
}

export const uuid = Schema.String.annotate({ sqlType: "uuid" })
export const text = Schema.String.annotate({ sqlType: "text" })
export const boolean = Schema.Boolean.annotate({ sqlType: "boolean" })
export const integer = Schema.Int.annotate({ sqlType: "integer" })
/** The driver reads `bigint` as a number where it is exact and as a BigInt beyond, which no row schema accepts. */
export const bigint = Schema.Int.annotate({ sqlType: "bigint" })
export const double = Schema.Finite.annotate({ sqlType: "double precision" })
export const textArray = Schema.Array(Schema.String).annotate({ sqlType: "text[]" })
/** A calendar day, `YYYY-MM-DD`. */
export const date = Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/, {
  expected: "a date",
  toJsonSchema: () => [{ format: "date", maxLength: 10 }, true]
})).annotate({
  sqlType: "date"
})
/** Money: decimal text, never a float. */
export const money = Schema.String.check(Schema.isPattern(/^-?\d{1,12}(\.\d{1,2})?$/, {
  expected: "a decimal amount",
  toJsonSchema: () => ({ pattern: "^-?\\d{1,12}(\\.\\d{1,2})?$", maxLength: 16 })
}))
  .annotate({ sqlType: "numeric(14,2)" })

/** An instant: ISO-8601 in UTC with milliseconds, so that text order is time order and no answer pays for formatting it again. */
export const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, {
    expected: "an ISO-8601 instant in UTC",
    toJsonSchema: () => [{ format: "date-time", maxLength: 24 }, true]
  })
).pipe(Schema.brand("Instant")).annotate({ sqlType: "timestamp with time zone" })
export type Instant = typeof Instant.Type

export const jsonObject = Schema.Record(Schema.String, Schema.Json).annotate({ sqlType: "jsonb" })

/** A `json` column: text that PostgreSQL holds to be JSON and keeps as it was written. */
export const jsonText = Schema.Record(Schema.String, Schema.Json).annotate({ sqlType: "json" })

/** A `jsonb` column of a known shape. */
export const json = <S extends Schema.Top>(schema: S) => schema.annotate({ sqlType: "jsonb" })

/** A closed set of texts: a value the code does not know is refused at decoding, never mapped to a default. */
export const oneOf = <const L extends ReadonlyArray<string>>(literals: L) =>
  Schema.Literals(literals).annotate({ sqlType: "text" })

/** A column that the database fills when an insert leaves it out. */
export const withDefault = <S extends Schema.Top>(schema: S) =>
  Model.Field({ select: schema, insert: Schema.optionalKey(schema), update: Schema.optionalKey(schema), json: schema })
