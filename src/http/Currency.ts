import { Schema } from "effect"

const codes: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"))

/** A currency that exists, by its code (ISO 4217). */
export const Currency = Schema.String.check(
  Schema.isPattern(/^[A-Z]{3}$/, { expected: "an ISO 4217 currency code such as EUR" }),
  Schema.makeFilter((code) => codes.has(code) || "Expected an ISO 4217 currency code such as EUR")
)
