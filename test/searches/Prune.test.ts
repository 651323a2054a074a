import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const script = fileURLToPath(new URL("../../scripts/prune-searches.ts", import.meta.url))

const prune = Effect.fnUntraced(function*(args: ReadonlyArray<string>, environment: Record<string, string> = {}) {
  const { url } = yield* TestDatabase
  return yield* Effect.callback<string>((resume) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: { ...process.env, DATABASE_URL: Redacted.value(url), ...environment } },
      (error, stdout, stderr) =>
        resume(error === null ? Effect.succeed(stdout) : Effect.die(`${error.message}${stdout}${stderr}`))
    )
  })
})

layer(TestDatabase.layer, { excludeTestServices: true })("npm run prune-searches", (it) => {
  it.effect("counts on a dry run, deletes what is older than the retention, and the second time nothing", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      for (let i = 0; i < 3; i++) {
        const user = yield* insertUser
        yield* sql`
          WITH recorded AS (
            INSERT INTO user_searches (user_id, instagram_username, analysis_type, success, search_timestamp)
            SELECT ${user}, 'n' || d, 'lookup', true, now() - d * interval '1 day' FROM generate_series(1, 400, 100) AS d
            RETURNING id, user_id, instagram_username, search_timestamp
          ) INSERT INTO search_history (id, user_id, username, searched_at) SELECT * FROM recorded`
      }
      assert.include(yield* prune(["--dry-run", "--older-than", "250 days"]), "Would delete 3 look-ups and 3 rows of history")
      assert.include(
        yield* prune([], { SEARCH_RETENTION: "150 days" }),
        "Deleted 6 look-ups and 6 rows of history, older than 150d."
      )
      assert.include(yield* prune(["--users", "1"]), "Deleted 0 look-ups and 0 rows of history, older than 365d.")
      const left = yield* sql<{ name: string }>`SELECT DISTINCT instagram_username AS name FROM user_searches ORDER BY 1`
      assert.deepStrictEqual(left.map(({ name }) => name), ["n1", "n101"])
      assert.lengthOf(yield* sql`SELECT FROM search_history`, 6)
    }))
})
