import { assert, it } from "@effect/vitest"
import core from "@stoplight/spectral-core"
import owasp from "@stoplight/spectral-owasp-ruleset"
import rulesets from "@stoplight/spectral-rulesets"
import { Effect } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api } from "../../src/http/Api.ts"
import { exceptions } from "./spectral.ts"

const owaspRules = "default" in owasp ? owasp.default : owasp

const lint = (document: unknown, without: ReadonlyArray<string>) =>
  Effect.promise(() => {
    const spectral = new core.Spectral()
    const rules = Object.fromEntries(without.map((rule) => [rule, "off"]))
    spectral.setRuleset(
      new core.Ruleset({ extends: [[rulesets.oas, "recommended"], [owaspRules, "recommended"]], rules } as never)
    )
    return spectral.run(document as Record<string, unknown>)
  })

const document: Record<string, unknown> = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))

it.effect(
  "the document follows Spectral's OAS and OWASP rules but the exceptions with their reasons",
  () =>
    Effect.gen(function*() {
      const found = yield* lint(document, Object.keys(exceptions))
      assert.deepStrictEqual(
        [...new Set(found.map(({ code, message, path }) => `${code}: ${message} at ${path.slice(0, 6).join(".")}`))].slice(0, 40),
        []
      )
      const broken = { ...document, paths: { "/no/": { get: { responses: {} } } } }
      assert.isNotEmpty(yield* lint(broken, Object.keys(exceptions)), "and notices what does not")
    }),
  120_000
)

/** Every text of a request that may be of any length, by where it stands. */
const unboundedTexts = (given: Document): ReadonlyArray<string> => {
  const found = new Set<string>()
  const walk = (value: unknown, where: string, seen: ReadonlyArray<string>): void => {
    if (typeof value !== "object" || value === null) return
    const schema = value as Readonly<Record<string, unknown>>
    const { $ref, type } = schema
    if (typeof $ref === "string") {
      const name = $ref.slice("#/components/schemas/".length)
      if (!seen.includes(name)) walk(given.components.schemas[name], `${where} ${name}`, [...seen, name])
      return
    }
    if (type === "string" && !["maxLength", "enum", "const"].some((key) => key in schema)) found.add(where)
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${where}.${key}`, seen)
  }
  for (const [path, methods] of Object.entries(given.paths)) {
    for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      for (const { name, schema } of parameters) walk(schema, `${method} ${path} ${name}`, [])
      for (const { schema } of Object.values(requestBody?.content ?? {})) walk(schema, `${method} ${path}`, [])
    }
  }
  return [...found]
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<string, {
          readonly parameters?: ReadonlyArray<{ readonly name: string; readonly schema: unknown }>
          readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
        }>
      >
    >
  >
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

it("every text of a request has a longest length in the document", () => {
  assert.deepStrictEqual(unboundedTexts(document as never), [])
  const open = { "/x": { post: { parameters: [{ name: "q", schema: { anyOf: [{ type: "string" }] } }] } } }
  assert.deepStrictEqual(unboundedTexts({ paths: open, components: { schemas: {} } }), ["post /x q.anyOf.0"])
})
