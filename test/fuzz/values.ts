import fc from "fast-check"

/** What is used here of JSON Schema. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly const?: unknown
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}

/** Texts written to do harm, in an address, a query, a header or a body. */
export const hostileTexts = [
  "",
  " ",
  ".",
  "null",
  "__proto__",
  "constructor",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\r\nset-cookie: x=1",
  "'; DROP TABLE profiles; --",
  "%",
  "%00",
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "=HYPERLINK(\"http://x\")",
  "\u202egpj.exe",
  "ａdmin",
  "ﬁ",
  "K",
  "İ",
  "é",
  "👩‍👩‍👧‍👦",
  "x".repeat(101),
  "x".repeat(5000),
  "9".repeat(40),
  "-1",
  "1e999",
  "NaN",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "00000000-0000-0000-0000-000000000000"
] as const

/** Bodies and members of the wrong kind. */
const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e308,
    [],
    {},
    [[]],
    [null],
    { length: 3 },
    { toString: null },
    JSON.parse("{\"__proto__\":{\"role\":\"admin\"},\"constructor\":{\"prototype\":{}}}"),
    Array.from({ length: 1001 }, (_, n) => `a${n}`),
    Array.from({ length: 1000 }, () => null)
  ),
  fc.constantFrom<unknown>(...hostileTexts),
  fc.jsonValue({ maxDepth: 3 })
)

/** Values of a schema: mostly valid ones, some at the edges, some that are nothing of the kind. */
export const valuesOf = (schema: JsonSchema, resolve: (ref: string) => JsonSchema): fc.Arbitrary<unknown> => {
  const valid = (given: JsonSchema, depth: number): fc.Arbitrary<unknown> => {
    const inner = (one: JsonSchema) => mixed(one, depth + 1)
    if (given.$ref !== undefined) return valid(resolve(given.$ref), depth)
    if (given.const !== undefined) return fc.constant(given.const)
    if (given.enum !== undefined) return fc.constantFrom(...given.enum)
    const choices = given.anyOf ?? given.oneOf
    if (choices !== undefined) return fc.oneof(...choices.map(inner))
    if (given.allOf !== undefined) {
      return valid(
        Object.assign({}, ...given.allOf.map((one) => one.$ref === undefined ? one : resolve(one.$ref)), {
          ...given,
          allOf: undefined
        }),
        depth
      )
    }
    const type = typeof given.type === "string" ? given.type : given.type?.[0]
    switch (type) {
      case "null":
        return fc.constant(null)
      case "boolean":
        return fc.boolean()
      case "integer":
      case "number": {
        const [least, most] = [given.minimum ?? -10, given.maximum ?? 1000]
        return fc.oneof(
          fc.integer({ min: Math.ceil(least), max: Math.floor(Math.max(most, least)) }),
          fc.constantFrom(least, most, least - 1, most + 1)
        )
      }
      case "array":
        return fc.array(given.items === undefined ? fc.constant(null) : inner(given.items), {
          minLength: given.minItems ?? 0,
          maxLength: Math.max(given.minItems ?? 0, Math.min(given.maxItems ?? 3, 3))
        })
      case "object": {
        const properties = Object.entries(given.properties ?? {})
        const model = Object.fromEntries(properties.map(([name, one]) => [name, inner(one)]))
        return fc.record(model, { requiredKeys: [...(given.required ?? [])].filter((name) => name in model) })
      }
      case "string":
        return textOf(given)
      default:
        return fc.jsonValue({ maxDepth: 2 })
    }
  }
  const mixed = (given: JsonSchema, depth: number): fc.Arbitrary<unknown> =>
    depth > 6
      ? fc.constant(null)
      : fc.oneof({ weight: 14, arbitrary: valid(given, depth) }, { weight: 1, arbitrary: hostileValues })
  return mixed(schema, 0)
}

const textOf = ({ format, maxLength = 40, minLength = 0 }: JsonSchema): fc.Arbitrary<string> => {
  switch (format) {
    case "uuid":
      return fc.uuid()
    case "date-time":
      return fc.constantFrom("2026-01-01T00:00:00Z", "2030-02-28T23:59:59.999Z", "2000-01-01T00:00:00Z", "2026-02-30T00:00:00Z")
    case "date":
      return fc.constantFrom("2026-01-01", "2030-02-28", "2026-02-30")
    case "uri":
      return fc.constantFrom(
        "https://hooks.invalid/a",
        "https://www.instagram.com/natgeo/",
        "http://127.0.0.1:1/x",
        "javascript:alert(1)",
        "https://[::1]/"
      )
    case "email":
      return fc.constantFrom("ada@example.com", "grace@example.com", "a@b", "x")
    default:
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...plausible).map((text) => text.padEnd(minLength, "x")) },
        { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, 60) }) },
        fc.constantFrom("x".repeat(minLength), "x".repeat(Math.min(maxLength, 5000)), "x".repeat(Math.min(maxLength + 1, 5001)))
      )
  }
}

const plausible = [
  "natgeo",
  "some.creator",
  "Spring",
  "food",
  "ask in spring",
  "Europe/Berlin",
  "de",
  "DE",
  "EUR",
  "correct horse battery staple",
  "ada@example.com",
  "2026-01-01T00:00:00Z",
  "2026-01-01"
]
