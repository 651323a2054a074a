import { Schema } from "effect"

/** For the last of the checks, where no JSON Schema says what it asks: what is annotated after it is lost to the document without this. */
export const unsaid = { toJsonSchema: () => [{}, true] as const }

/** A text of a request, so many characters long, counted as PostgreSQL counts them; what no `text` column can hold is refused. */
export const text = (minimum: number, maximum: number) =>
  Schema.String.check(Schema.isBetweenCodePoints(minimum, maximum), storable)

/** A name or tag of a request: as `text`, but more than blanks. */
export const name = (maximum: number) => text(1, maximum).check(Schema.isPattern(/\S/, { expected: "a text that is not blank" }))

/** The check of a code of a request: a pattern, in the document too, and the longest that it takes. */
export const coded = (pattern: RegExp, maximum: number, expected: string) =>
  Schema.isPattern(pattern, { expected, toJsonSchema: () => ({ pattern: pattern.source, maxLength: maximum }) })

/** A web address of a request. */
export const webAddress = (maximum: number) =>
  text(1, maximum).check(
    Schema.makeFilter((address) => isWebAddress(address) || "Expected an address that begins with https:// or http://", unsaid)
  ).annotate({ format: "uri" })

const storable = Schema.makeFilter(
  (given: string) =>
    (given.isWellFormed() && !given.includes("\0")) || "Expected a text without NUL and without half surrogate pairs",
  unsaid
)

const isWebAddress = (address: string): boolean => {
  const url = URL.parse(address)
  return url !== null && (url.protocol === "https:" || url.protocol === "http:")
}
