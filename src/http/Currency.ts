import { Schema } from "effect"
import { coded } from "./Text.ts"

const codes: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"))

/** A currency that exists, by its code (ISO 4217). */
export const Currency = Schema.String.check(
  coded(/^[A-Z]{3}$/, 3, "an ISO 4217 currency code such as EUR"),
  Schema.makeFilter((code) => codes.has(code) || "Expected an ISO 4217 currency code such as EUR")
)
