import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { SqlClient } from "effect/sql/SqlClient"
import { scanRepo } from "../../src/alignment/RepoScan.ts"
import { routesOf } from "../../src/alignment/RoutesHttp.ts"
import { mergeUses, useOfStatement } from "../../src/alignment/StatementUse.ts"
import { Touches } from "../../src/alignment/Touches.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { recordingLayer, undeclared } from "./touched.ts"

const columns = new Map([["things", ["id", "name", "size"]], ["others", ["id", "thing_id"]], ["auth.sessions", [
  "id",
  "not_after"
]]])
const use = (statement: string) => useOfStatement(statement, columns)

describe("a statement", () => {
  it("reads what it selects from, joins and uses, and writes what it changes", () => {
    assert.deepStrictEqual(use("SELECT t.name FROM things AS t JOIN others ON others.thing_id = t.id"), {
      reads: ["others", "things"],
      writes: [],
      columns: ["others.id", "others.thing_id", "things.id", "things.name"],
      conflicts: []
    })
    assert.deepInclude(use("DELETE FROM others USING things WHERE others.thing_id = things.id"), {
      reads: ["things"],
      writes: ["others"]
    })
    assert.deepInclude(use("UPDATE \"things\" SET name = $1"), { writes: ["things"], columns: ["things.name"] })
    assert.deepInclude(use("SELECT EXISTS (SELECT 1 FROM auth.sessions WHERE id = $1)"), { reads: ["auth.sessions"] })
    assert.deepInclude(use("INSERT INTO things (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = 'x'"), {
      reads: [],
      writes: ["things"],
      conflicts: ["things(id)"]
    })
    assert.deepInclude(use("INSERT INTO things SELECT 1 ON CONFLICT ON CONSTRAINT things_key DO NOTHING"), {
      conflicts: ["things_key"]
    })
  })

  it("names every column by a star or a whole row, and knows no other relation", () => {
    const all = ["things.id", "things.name", "things.size"]
    assert.deepStrictEqual(use("SELECT * FROM things").columns, all)
    assert.deepStrictEqual(use("SELECT t.* FROM things AS t").columns, all)
    assert.deepStrictEqual(use("INSERT INTO things SELECT x FROM jsonb_populate_record(NULL::things, $1)").columns, all)
    assert.deepStrictEqual(use("SELECT 2 * size FROM things").columns, ["things.size"])
    assert.deepStrictEqual(use("SELECT id FROM unknown").columns, [])
  })

  it("adds up with others", () => {
    assert.deepStrictEqual(mergeUses([use("SELECT id FROM things"), use("UPDATE things SET name = ''")]), {
      reads: ["things"],
      writes: ["things"],
      columns: ["things.id", "things.name"],
      conflicts: []
    })
  })
})

it("a repo's methods are read from its source, helpers and untaken branches included", () => {
  const source = `
export class ThingRepo extends Context.Service<ThingRepo, {}>()("x") {
  static readonly layer = Layer.effect(
    Effect.gen(function*() {
      const others = (id: string) => sql\`SELECT 1 FROM others\`
      const find = (things: string) => rare ? sql\`SELECT \${things} FROM things\` : others("x")
      const remove = Effect.fn("ThingRepo.delete")(() => sql\`DELETE FROM things\`)
      return { find, delete: remove }
    })
  )
}`
  assert.deepStrictEqual([...scanRepo(source, columns)], [
    ["ThingRepo.find", { reads: ["others", "things"], writes: [] }],
    ["ThingRepo.delete", { reads: [], writes: ["things"] }]
  ])
  assert.strictEqual(scanRepo("export const nothing = 1", columns).size, 0)
})

it("routes are read from the API with what their endpoints and middleware declare", () => {
  class Signed extends HttpApiMiddleware.Service<Signed>()("test/Signed") {}
  const group = HttpApiGroup.make("things").add(
    HttpApiEndpoint.get("list", "/things/:id").annotate(Touches, { reads: ["campaigns"], writes: [] }).middleware(Signed),
    HttpApiEndpoint.post("add", "/things").annotate(Touches, { reads: ["campaigns"], writes: ["campaigns"] }),
    HttpApiEndpoint.get("silent", "/silent")
  )
  const signed = { middleware: Signed, touches: { reads: ["auth_users", "campaigns"], writes: [] } } as const
  assert.deepStrictEqual(routesOf(HttpApi.make("test").add(group), [signed]), [
    { route: "GET /things/:id", declared: true, reads: ["campaigns", "auth_users"], writes: [] },
    { route: "POST /things", declared: true, reads: ["campaigns"], writes: ["campaigns"] },
    { route: "GET /silent", declared: false, reads: [], writes: [] }
  ])
})

const statements: Array<string> = []

layer(recordingLayer(statements).pipe(Layer.provideMerge(TestDatabase.layer)))("what a request touched", (it) => {
  it.effect("is held against what its route declares", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`SELECT id FROM profiles WHERE username = ${"a"}`
      yield* sql`DELETE FROM campaigns WHERE id = ${"00000000-0000-4000-8000-000000000000"}`
      assert.deepStrictEqual(undeclared({ reads: ["profiles"], writes: ["campaigns"] }, statements), [])
      assert.deepStrictEqual(undeclared({ reads: ["campaigns"], writes: [] }, statements), ["reads profiles", "writes campaigns"])
    }))
})
