import fc from "fast-check"
import { hostileTexts, type JsonSchema, valuesOf } from "./values.ts"

export interface Operation {
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** A part of an address: a text, or the nth of what answers have named so far. */
export type Part = { readonly text: string } | { readonly seen: number }

export interface Given {
  /** `GET /profile/{username}`: what the request was made of. */
  readonly operation: string
  readonly method: string
  readonly path: ReadonlyArray<string | Part>
  readonly query: ReadonlyArray<readonly [string, string | { readonly seen: number }]>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly caller: number
  /** Where it comes among those of all operations. */
  readonly order: number
}

/** For every operation of an OpenAPI document its requests: valid, at the edges and hostile, by so many callers. */
export const requestsOf = (document: OpenApiDocument, callers: number): ReadonlyArray<fc.Arbitrary<Given>> => {
  const resolve = (ref: string): JsonSchema => document.components.schemas[ref.replace("#/components/schemas/", "")] ?? {}
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestOf(path, method.toUpperCase(), operation, resolve, callers))
  )
}

const requestOf = (
  path: string,
  method: string,
  operation: Operation,
  resolve: (ref: string) => JsonSchema,
  callers: number
): fc.Arbitrary<Given> => {
  const parameters = operation.parameters ?? []
  const within = (place: string) => parameters.filter((one) => one.in === place)
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema
  return fc.record({
    operation: fc.constant(`${method} ${path}`),
    method: fc.oneof(
      { weight: 40, arbitrary: fc.constant(method) },
      fc.constantFrom("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    ),
    path: fc.tuple(
      ...path.split(/(?=\{)|(?<=\})/).map((piece): fc.Arbitrary<string | Part> =>
        piece.startsWith("{") ? partOf(piece.slice(1, -1)) : fc.constant(piece)
      )
    ),
    query: fc.tuple(
      ...within("query").map(({ name, required, schema }) =>
        fc.option(
          fc.oneof(
            { weight: 8, arbitrary: valuesOf(schema, resolve).map(asText) },
            { weight: name === "cursor" ? 8 : 0, arbitrary: seen },
            fc.constantFrom(...hostileTexts)
          ).map((value) => [name, value] as const),
          { nil: undefined, freq: required === true ? 20 : 1 }
        )
      ),
      fc.oneof(
        { weight: 12, arbitrary: fc.constant(undefined) },
        fc.constantFrom(["__proto__", "1"] as const, ["limit", "1e9"] as const, ["limit[]", "5"] as const)
      )
    ).map((pairs) => pairs.filter((pair) => pair !== undefined)),
    headers: headersOf(within("header"), resolve),
    body: body === undefined ? fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, brokenBodies) : fc.oneof(
      { weight: 16, arbitrary: valuesOf(body, resolve).map((value) => JSON.stringify(value)) },
      brokenBodies
    ),
    caller: fc.nat({ max: callers - 1 }),
    order: fc.nat()
  })
}

const seen = fc.nat({ max: 1000 }).map((n) => ({ seen: n }))

const partOf = (name: string): fc.Arbitrary<Part> =>
  fc.oneof(
    { weight: 8, arbitrary: name === "username" ? fc.constantFrom(...usernames).map((text) => ({ text })) : seen },
    { weight: 1, arbitrary: fc.constantFrom(...hostileTexts).map((text) => ({ text: text.toWellFormed() })) },
    { weight: 1, arbitrary: fc.oneof(fc.uuid(), fc.string({ unit: "grapheme", maxLength: 31 })).map((text) => ({ text })) }
  )

/** Ordinary ones, other ways to write them, and states of the simulated vendor. */
const usernames = [
  "natgeo",
  "natgeo",
  "some.creator",
  "third.one",
  "@NatGeo",
  "https://www.instagram.com/natgeo/?hl=en",
  "sim.private",
  "sim.gone",
  "sim.503"
]

const asText = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value) ?? ""

const headersOf = (declared: ReadonlyArray<Parameter>, resolve: (ref: string) => JsonSchema) =>
  fc.record(
    {
      ...Object.fromEntries(
        declared.map((
          { name, schema }
        ) => [name.toLowerCase(), valuesOf(schema, resolve).map((value) => sendable(asText(value)))])
      ),
      "prefer": fc.constantFrom("wait=0", "wait=1", "wait=120", "wait=-1", "wait=1e9", "respond-async"),
      "if-none-match": fc.constantFrom("*", "\"x\"", "W/\"x\", \"y\"", "\""),
      "idempotency-key": fc.oneof(fc.constantFrom("one", "two", "three"), fc.uuid(), fc.constantFrom("", "x".repeat(256), "é")),
      "accept": fc.constantFrom("*/*", "application/json", "text/html", "text/html;q=0.1", "image/png"),
      "content-type": fc.constantFrom(
        "application/json",
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/x-www-form-urlencoded"
      ),
      "x-request-id": fc.constantFrom("abc", "a b", "<script>", "x".repeat(200)),
      "origin": fc.constantFrom("https://app.example", "https://evil.example", "null"),
      "x-forwarded-for": fc.constantFrom("1.2.3.4", "::1, 10.0.0.1", "x")
    },
    { requiredKeys: [] }
  ).map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>)

/** What an HTTP client lets through in a header. */
const sendable = (text: string): string => text.replace(/[^\x20-\x7e]/g, "").slice(0, 2000).trim()

const brokenBodies = fc.constantFrom(
  "",
  "{",
  "null",
  "[]",
  "\"\"",
  "{\"__proto__\":{\"role\":\"admin\"}}",
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `${"{\"a\":".repeat(5000)}1${"}".repeat(5000)}`,
  `{"name":"${"z".repeat(200_000)}"}`,
  " ".repeat(1_000_001),
  "{\"name\":\"\\ud800\"}",
  "{\"name\":1,\"name\":2}"
)
