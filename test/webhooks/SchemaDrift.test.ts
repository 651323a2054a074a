import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Alignment } from "../../src/alignment/Alignment.ts"
import * as SchemaDrift from "../../src/webhooks/SchemaDrift.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import { insertUser } from "../support/rows.ts"
import { rooms } from "./support.ts"

const checks = Alignment.layer({ interval: Duration.hours(1), routes: [] }).pipe(Layer.provide(SchemaDrift.layerNoDeps))

layer(checks.pipe(Layer.provideMerge(rooms)), { excludeTestServices: true })("a check of the schema", (it) => {
  it.effect("tells the administrators who asked for it of each change it finds, and nothing while there is none", () =>
    Effect.gen(function*() {
      const alignment = yield* Alignment
      const sql = yield* SqlClient
      const webhooks = yield* Webhooks
      const admin = yield* insertUser
      yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${admin}`
      yield* webhooks.create({ id: admin, role: "admin" }, { url: "http://127.0.0.1:1/", events: ["schema.drift"] })
      const told = sql<{ status: string }>`
        SELECT payload #>> '{data,status}' AS status FROM webhook_deliveries ORDER BY created_at, id`
      yield* alignment.check
      assert.deepStrictEqual(yield* told, [])

      yield* sql`ALTER TABLE campaigns RENAME COLUMN budget TO budget_before`
      yield* alignment.check
      yield* alignment.check
      assert.deepStrictEqual(yield* told, [{ status: "drifted" }])

      yield* sql`ALTER TABLE campaigns RENAME COLUMN budget_before TO budget`
      yield* alignment.check
      assert.deepStrictEqual(yield* told, [{ status: "drifted" }, { status: "aligned" }])
    }))

  it.effect("goes on where the webhooks themselves have drifted, and makes up for it afterwards", () =>
    Effect.gen(function*() {
      const alignment = yield* Alignment
      const sql = yield* SqlClient
      const count = Effect.map(sql`SELECT 1 FROM webhook_deliveries`, (found) => found.length)
      const before = yield* count
      yield* sql`ALTER TABLE webhook_endpoints RENAME COLUMN events TO events_before`
      assert.strictEqual((yield* alignment.check).status, "drifted")
      assert.strictEqual(yield* count, before)
      yield* sql`ALTER TABLE webhook_endpoints RENAME COLUMN events_before TO events`
      yield* sql`ALTER TABLE campaigns RENAME COLUMN budget TO budget_before`
      yield* alignment.check
      assert.strictEqual(yield* count, before + 1)
    }))
})
