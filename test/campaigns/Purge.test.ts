import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { insertProfile, insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const script = fileURLToPath(new URL("../../scripts/purge-campaigns.ts", import.meta.url))

const purge = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
  const { url } = yield* TestDatabase
  const env = { ...process.env, DATABASE_URL: Redacted.value(url) }
  return yield* Effect.callback<string>((resume) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env },
      (error, stdout, stderr) =>
        resume(error === null ? Effect.succeed(stdout) : Effect.die(`${error.message}${stdout}${stderr}`))
    )
  })
})

layer(TestDatabase.layer, { excludeTestServices: true })("npm run purge-campaigns", (it) => {
  it.effect("deletes for good what is in the bin for too long, with what is attached, and nothing else", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* insertUser
      yield* insertProfile("attached")
      yield* sql`
        INSERT INTO campaigns (user_id, name, status, deleted_at)
        SELECT ${user}, 'deleted ' || d, 'draft', now() - d * interval '1 day' FROM generate_series(1, 121, 20) AS d`
      yield* sql`INSERT INTO campaigns (user_id, name, status, created_at) VALUES (${user}, 'live', 'active', now() - interval '9 years')`
      yield* sql`
        INSERT INTO campaign_profiles (campaign_id, profile_id) SELECT campaigns.id, profiles.id FROM campaigns, profiles`
      assert.include(yield* purge("--dry-run"), "Before: 2 campaigns")
      assert.lengthOf(yield* sql`SELECT FROM campaigns`, 8)
      assert.include(yield* purge("--batch", "1"), "Deleted 2 campaigns. After: 0.")
      assert.include(yield* purge("--older-than", "30 days"), "Deleted 3 campaigns")
      assert.include(yield* purge("--older-than", "30 days"), "Deleted 0 campaigns")
      const left = yield* sql<{ name: string }>`SELECT name FROM campaigns ORDER BY name`
      assert.deepStrictEqual(left.map(({ name }) => name), ["deleted 1", "deleted 21", "live"])
      assert.lengthOf(yield* sql`SELECT FROM campaign_profiles`, 3)
    }))
})
