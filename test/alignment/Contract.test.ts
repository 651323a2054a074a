import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Model } from "effect/schema"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { probes } from "../../scripts/schema/probes.ts"
import committedCatalog from "../../src/alignment/catalog.json" with { type: "json" }
import type { Catalog } from "../../src/alignment/Catalog.ts"
import { allowedBy } from "../../src/alignment/Contract.ts"
import { contractFiles } from "../../src/alignment/ContractFiles.ts"
import { currentContract } from "../../src/alignment/CurrentContract.ts"
import { disagreements } from "../../src/alignment/Disagreements.ts"
import { introspect } from "../../src/alignment/Introspection.ts"
import { columnsOf, tableOf } from "../../src/alignment/ModelColumns.ts"
import { models } from "../../src/alignment/Models.ts"
import committedUses from "../../src/alignment/uses.json" with { type: "json" }
import * as Column from "../../src/database/Column.ts"
import { sentLayer } from "../support/plans.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { execute, findings } from "./support.ts"

const writeThem = "Run npm run schema:check -- --write and commit what it changes."
const source = fileURLToPath(new URL("../../src", import.meta.url))

it("has every row model of the source tree, each under its table", () => {
  for (const [table, model] of Object.entries(models)) assert.strictEqual(tableOf(model), table)
  const declared = globSync(`${source}/**/*.ts`)
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\}, \{ table: "(\w+)" \}\)/g)].map(([, table]) => table))
  assert.sameMembers(declared, Object.keys(models))
})

it("reads type, nullability, relied-on defaults and closed sets from a model", () => {
  class Thing extends Model.Class<Thing>("Thing")({
    id: Column.withDefault(Column.uuid),
    name: Column.text.check(Schema.isMaxLength(3)),
    kind: Schema.NullOr(Column.oneOf(["a", "b"])),
    made: Model.Field({ select: Column.bigint })
  }, { table: "things" }) {}
  assert.strictEqual(tableOf(Thing), "things")
  assert.deepStrictEqual(columnsOf(Thing), [
    { name: "id", type: "uuid", nullable: false, default_relied_on: true, values: undefined },
    { name: "name", type: "text", nullable: false, default_relied_on: false, values: undefined },
    { name: "kind", type: "text", nullable: true, default_relied_on: false, values: ["a", "b"] },
    { name: "made", type: "bigint", nullable: false, default_relied_on: true, values: undefined }
  ])
})

it("opens no table to browsers but for reading through a policy", () => {
  for (const { grants, name, policies, row_security } of currentContract.relations) {
    const open = grants.filter(({ grantee }) => grantee !== "service_role")
    assert.isTrue(open.every(({ grantee, privileges }) => grantee === "authenticated" && privileges.join() === "SELECT"), name)
    if (open.length > 0) assert.isTrue(row_security && policies.length > 0, name)
  }
})

it("reads the values that a check lets through", () => {
  const check = "CHECK ((status = ANY (ARRAY['draft'::text, 'it''s'::text])))"
  assert.deepStrictEqual(allowedBy(check, "status"), ["draft", "it's"])
  assert.deepStrictEqual(allowedBy("CHECK ((status = 'draft'::text))", "status"), ["draft"])
  assert.isUndefined(allowedBy("CHECK ((char_length(status) < 9))", "status"))
  assert.isUndefined(allowedBy(check, "role"))
})

layer(TestDatabase.layer)("on a migrated database", (it) => {
  it.effect("models and migrations say the same of every column", () =>
    Effect.map(introspect, (live) => assert.deepStrictEqual(disagreements(models, live), [])))

  it.effect("a disagreement is named", () =>
    Effect.gen(function*() {
      class Campaign extends Model.Class<Campaign>("Campaign")({
        id: Column.uuid,
        name: Schema.NullOr(Column.text),
        status: Column.withDefault(Column.oneOf(["draft"])),
        user_id: Column.withDefault(Column.uuid),
        colour: Column.text
      }, { table: "campaigns" }) {}
      const found = disagreements({ campaigns: Campaign, nowhere: Campaign }, yield* introspect)
      for (
        const said of [
          "nowhere: no migration creates it",
          "campaigns.budget: the row model lacks it",
          "campaigns.colour: no migration creates it",
          "campaigns.name: nullable in the row model alone",
          "campaigns.user_id: an insert may leave it out, but it has no default",
          "campaigns.status: no check closes the set draft"
        ]
      ) assert.include(found, said)
    }))

  it.effect("the contract finds nothing to say", () => Effect.map(findings, (found) => assert.deepStrictEqual(found, [])))

  it.effect("the committed files are what migrations and repos say, and every repo method has a probe", () =>
    Effect.gen(function*() {
      const { catalog, unprobed, uses } = yield* contractFiles(probes)
      assert.deepStrictEqual(unprobed, [], "Add a call of the method to scripts/schema/probes.ts.")
      assert.deepStrictEqual(catalog, committedCatalog as Catalog, writeThem)
      assert.deepStrictEqual(uses, committedUses, writeThem)
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("what the service relies on in auth comes from the trigger, the policies and the repos", () =>
    Effect.sync(() => {
      const { relations, routines } = currentContract.auth
      const columns = Object.fromEntries(relations.map((relation) => [relation.name, relation.columns.map(({ name }) => name)]))
      assert.includeMembers(columns["auth.users"] ?? [], ["id", "email", "raw_app_meta_data", "banned_until"])
      assert.notInclude(columns["auth.users"] ?? [], "encrypted_password")
      assert.sameMembers(columns["auth.sessions"] ?? [], ["id", "not_after"])
      assert.deepStrictEqual(routines.map(({ name }) => name), ["auth.uid()"])
    }))
})

layer(TestDatabase.layer)("a whole check", (it) => {
  it.effect("sends the same few statements whatever the number of tables", () =>
    Effect.gen(function*() {
      const sent: Parameters<typeof sentLayer>[0] = []
      const sending = Effect.map(Effect.provide(findings, sentLayer(sent)), (found) => {
        assert.deepStrictEqual(found, [])
        return sent.splice(0).length
      })
      const before = yield* sending
      assert.isAtMost(before, 6)
      for (let more = 0; more < 30; more++) {
        yield* execute(`CREATE TABLE public.more_${more} (LIKE public.posts INCLUDING ALL)`)
      }
      assert.strictEqual(yield* sending, before)
    }))
})
