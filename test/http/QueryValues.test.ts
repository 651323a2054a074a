import { assert, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api } from "../../src/http/Api.ts"
import { TestApp } from "../support/TestApp.ts"

const document = OpenApi.fromApi(Api)
const parameterOf = (path: string, name: string) => document.paths[path]?.get?.parameters.find((one) => one.name === name)

it("the document says of a query's numbers and flags what they are, between which bounds, and what goes unless given", () => {
  assert.deepStrictEqual(parameterOf("/me/access", "limit"), {
    name: "limit",
    in: "query",
    required: false,
    description: "Entries of a page at the most",
    schema: { type: "integer", format: "int32", minimum: 1, maximum: 100, default: 25 } as never
  })
  assert.deepStrictEqual(parameterOf("/profiles", "min_engagement_rate")?.schema, {
    type: "number",
    format: "double",
    minimum: 0,
    maximum: 1000,
    multipleOf: 0.5
  } as never)
  assert.deepStrictEqual(parameterOf("/profiles", "is_verified")?.schema, { type: "boolean" } as never)
  assert.notInclude(JSON.stringify(document), "x-value-in-text")
})

layer(TestApp.layer(), { excludeTestServices: true })("numbers of a query", (it) => {
  it.effect("are taken between the bounds that the document says, and nothing else is", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const statusOf = (limit: string) => Effect.map(user.get(`/me/access?limit=${limit}`), ({ status }) => status)
      for (const taken of ["1", "100", "007"]) assert.strictEqual(yield* statusOf(taken), 200, taken)
      for (
        const refused of ["0", "101", "-1", "1.5", "1e1", "0x10", "%201", "", "NaN", "Infinity", "9".repeat(400), "1&limit=2"]
      ) {
        assert.strictEqual(yield* statusOf(refused), 400, refused)
      }
      const { errors } = (yield* user.get("/me/access?limit=ten")).json<
        { errors: ReadonlyArray<{ path: unknown; message: string }> }
      >()
      assert.deepStrictEqual(errors.map(({ path }) => path), [["query", "limit"]])
      assert.include(errors[0]?.message, "a whole number")
    }))
})
