import { Duration, Schema, SchemaGetter } from "effect"
import { isRange } from "../ratelimits/Address.ts"
import { parseKeys } from "../webhooks/SecretBox.ts"

export const secret = Schema.RedactedFromValue(Schema.NonEmptyString, { label: "secret" })

export const secretKeys = Schema.RedactedFromValue(
  Schema.NonEmptyString.check(
    Schema.makeFilter((keys) => parseKeys(keys) !== undefined || "Expected id:base64 of 32 bytes, comma-separated, each id once")
  ),
  { label: "keys" }
)

/** Comma-separated, each of this form: one that is mistyped must not be passed over in silence. */
export const secretList = (form: RegExp, expected: string) =>
  Schema.RedactedFromValue(
    Schema.NonEmptyString.check(
      Schema.makeFilter((list) =>
        list.split(",").every((each) => form.test(each.trim())) || `Expected ${expected}, comma-separated`
      )
    ),
    { label: "secret" }
  )

export const text = Schema.NonEmptyString

export const url = Schema.String.check(
  Schema.makeFilter((value: string) => URL.canParse(value) && /^https?:/.test(value) ? undefined : "an http(s) address")
)

export const secretUrl = Schema.RedactedFromValue(url, { label: "secret" })

export const integer = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))

export const share = Schema.FiniteFromString.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

export const amount = Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0))

export const positive = integer.check(Schema.isGreaterThanOrEqualTo(1))

export const port = integer.check(Schema.isLessThanOrEqualTo(65_535))

export const duration = Schema.DurationFromString

/** A lease is renewed three times within; a shorter one is lost to a pause of a process that lives, and its work done and paid for twice. */
export const lease = duration.check(
  Schema.makeFilter((value: Duration.Duration) =>
    Duration.toSeconds(value) >= 5 && Number.isInteger(Duration.toSeconds(value)) || "Expected whole seconds, 5 at least"
  )
)

/** How long something is kept; `0` and `none`: for ever. */
export const retention = Schema.String.pipe(
  Schema.decodeTo(Schema.DurationFromString, {
    decode: SchemaGetter.transform((text: string) => text === "0" || text === "none" ? "0 seconds" : text),
    encode: SchemaGetter.transform((text: string) => text)
  })
)

export const flag = Schema.Literals(["true", "false"]).pipe(
  Schema.decodeTo(Schema.Boolean, {
    decode: SchemaGetter.transform((value: "true" | "false") => value === "true"),
    encode: SchemaGetter.transform((value: boolean): "true" | "false" => value ? "true" : "false")
  })
)

export const list = Schema.String.pipe(
  Schema.decodeTo(Schema.Array(Schema.String), {
    decode: SchemaGetter.transform((value: string) => value.split(",").map((item) => item.trim()).filter((item) => item !== "")),
    encode: SchemaGetter.transform((values: ReadonlyArray<string>) => values.join(","))
  })
)

export const ranges = list.check(
  Schema.makeFilter((values: ReadonlyArray<string>) =>
    values.every((value) => isRange(value) || value === "none") ? undefined : "addresses such as 10.0.0.0/8"
  )
)
