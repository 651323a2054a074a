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
