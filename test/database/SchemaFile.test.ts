import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { describeSchema, schemaFile } from "../../scripts/dump-schema.ts"
import { splitStatements } from "../../src/database/SqlScript.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const written = readFileSync(schemaFile, "utf8")

layer(TestDatabase.layer)("test/migrations/schema.sql", (it) => {
  it.effect("is what the migrations add up to", (context) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [server] = yield* sql`SELECT current_setting('server_version_num')::integer / 10000 AS major`
      if (server?.["major"] !== 18) {
        context.skip(`written by PostgreSQL 18; this is ${String(server?.["major"])}, which words it otherwise`)
      }
      assert.strictEqual(
        yield* describeSchema,
        written,
        "Run `npm run schema:dump`, and look at what your migration changed."
      )
    }))

  it.effect("describes migrations that index every foreign key", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const missing = yield* sql`
        SELECT conrelid::regclass::text AS name, conname FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
          SELECT 1 FROM pg_index
          WHERE indrelid = conrelid AND indpred IS NULL AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
        )`
      assert.deepStrictEqual(missing, [])
    }))
})

describe("a described schema", () => {
  const make = (script: string) =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql.withTransaction(Effect.forEach(splitStatements(script), (statement) => sql.unsafe(statement), { discard: true }))
      return yield* describeSchema
    }).pipe(Effect.provide(Layer.fresh(TestDatabase.layerUnmigrated)))

  it.effect("makes the same schema where it is run", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* make(written), written)
    }))

  it.effect("has what these migrations do not use yet", () =>
    Effect.gen(function*() {
      const described = yield* make(`
        CREATE TYPE mood AS ENUM ('good', 'it''s bad');
        CREATE TABLE "Odd name" (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          "Mixed" mood DEFAULT 'good',
          named text COLLATE "C",
          doubled bigint GENERATED ALWAYS AS (id * 2) STORED,
          span tstzrange,
          UNIQUE NULLS NOT DISTINCT (named),
          EXCLUDE USING gist (span WITH &&)
        );
        CREATE INDEX ON "Odd name" (lower(named)) WHERE doubled > 0;
        ALTER TABLE "Odd name" FORCE ROW LEVEL SECURITY;
        CREATE POLICY narrow ON "Odd name" AS RESTRICTIVE FOR UPDATE TO anon, authenticated USING (true) WITH CHECK (id > 0);
        CREATE TABLE events (at timestamptz NOT NULL, odd_id bigint, PRIMARY KEY (at)) PARTITION BY RANGE (at);
        ALTER TABLE events ADD FOREIGN KEY (odd_id) REFERENCES "Odd name" NOT VALID;
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX events_odd_id_idx ON events (odd_id);
        CREATE VIEW moods WITH (security_invoker = true) AS SELECT "Mixed" FROM "Odd name";
        GRANT SELECT (named), UPDATE (named) ON "Odd name" TO authenticated;
      `)
      for (
        const piece of [
          "'it''s bad'",
          "PARTITION OF events",
          "NOT VALID",
          "AS RESTRICTIVE",
          "WITH CHECK",
          "COLLATE",
          "security_invoker"
        ]
      ) {
        assert.include(described, piece)
      }
      assert.strictEqual(yield* make(described), described)
    }))
})
