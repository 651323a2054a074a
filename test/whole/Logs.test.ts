import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { scriptedStates } from "../../src/sandbox/vendor/ScriptedStates.ts"
import { profileContent } from "../support/payload.ts"
import { rawHttp } from "../support/rawHttp.ts"
import { TestApp, userPassword, vendorPassword } from "../support/TestApp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const settings = {
  CURSOR_SECRET: "cursor-secret-of-the-test",
  ACCESS_LOG_SHARE: "1",
  // One failing name after another: a pause would hide what comes after them.
  DECODO_BREAKER_FAILURES: "1000",
  SUPABASE_JWT_SECRET: "jwt-secret-of-the-test-which-is-long-enough"
}

layer(TestApp.layer({ settings }), { excludeTestServices: true })((it) => {
  it.effect("whatever happens, the log holds no token, password, address of the database, header or word of a payload", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const database = yield* TestDatabase
      const user = yield* app.newUser

      for (const name of ["natgeo", "some.creator", "nobody%20here"]) {
        for (const part of ["", "/posts", "/analytics", "/related?limit=1", "/mentions?cursor=secret-looking"]) {
          yield* user.get(`/profile/${name}${part}`)
        }
      }
      yield* Effect.forEach(
        scriptedStates.filter(({ name }) => name !== "hang" && name !== "slow" && name !== "pending"),
        ({ name }) => user.get(`/profile/sim.${name}_log`),
        { concurrency: 4 }
      )
      for (const authorization of [`Bearer ${user.token}x`, `Basic ${btoa(`a:${userPassword}`)}`, `Bearer ${"z".repeat(500)}`]) {
        yield* app.call({ method: "GET", path: "/profile/natgeo", headers: { authorization, cookie: `session=${user.token}` } })
      }
      yield* rawHttp(
        app.url,
        `GET /${user.token.slice(0, 60)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: ${user.token}\r\n\r\n`
      )

      // The comments of posts, read and studied.
      assert.strictEqual((yield* user.post("/profile/natgeo/sentiment?posts=3")).status, 200)
      assert.strictEqual((yield* user.get("/profile/natgeo/sentiment")).status, 200)

      // What users write, taken and refused.
      const written = { "content-type": "application/json", authorization: `Bearer ${user.token}` }
      for (const [method, path] of [["PUT", "/me/favorites/natgeo"], ["PATCH", "/me"], ["POST", "/campaigns"]] as const) {
        for (
          const body of [{ notes: "words-of-a-user" }, { bio: "words-of-a-user" }, {
            name: "words-of-a-user",
            budget: "words-of-a-user"
          }]
        ) {
          yield* app.call({ method, path, headers: written, body: JSON.stringify(body) })
        }
      }
      yield* user.get("/profiles/suggest?q=words-of-a-user")
      yield* user.get("/profiles?q=words-of-a-user&category=words-of-a-user")
      yield* user.get("/profiles?words-of-a-user=1")

      // A row that the database refuses, one that does not decode, a table that is not there, connections that are cut.
      yield* sql`ALTER TABLE posts ADD CONSTRAINT refuses CHECK (caption NOT LIKE '%forbidden%')`
      const caption = { edge_media_to_caption: { edges: [{ node: { text: "a forbidden caption of the payload" } }] } }
      front.says("refused.log", profileContent({ id: "77", username: "refused.log" }, [{ n: 77, more: caption }]))
      // The vendor, left alone after so many failures, is asked again.
      app.clock.advance("2 minutes")
      yield* user.get("/profile/refused.log")
      yield* sql`ALTER TABLE profiles DROP CONSTRAINT profiles_followers_count`
      yield* sql`UPDATE profiles SET followers_count = 9007199254740993 WHERE username = 'some.creator'`
      yield* user.get("/profile/some.creator/analytics")
      yield* sql`ALTER TABLE related_profiles RENAME TO related_profiles_away`
      yield* user.get("/profile/natgeo/related")
      yield* sql`ALTER TABLE related_profiles_away RENAME TO related_profiles`
      yield* sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'analytics-following'`
      yield* user.get("/profile/natgeo/posts")
      app.clock.advance("2 hours")
      yield* user.get("/profile/natgeo")

      const address = new URL(Redacted.value(database.url))
      const comments = yield* sql<{ text: string }>`
        SELECT node ->> 'text' AS text FROM post_answers,
          jsonb_path_query(payload, '$.**.edge_media_to_parent_comment.edges[*].node') AS node
        WHERE char_length(node ->> 'text') >= 12`
      assert.isAbove(comments.length, 20)
      const texts = yield* sql<{ text: string }>`
        SELECT caption AS text FROM posts WHERE char_length(caption) >= 12
        UNION SELECT node ->> 'text' FROM posts, jsonb_path_query(raw_data, '$.**.node ? (exists(@.text))') AS node
        WHERE char_length(node ->> 'text') >= 12
        UNION SELECT biography FROM profiles WHERE char_length(biography) >= 12
        UNION SELECT full_name FROM profiles WHERE char_length(full_name) >= 8`
      assert.isAbove(texts.length, 50)
      const secrets = [
        user.token,
        user.token.split(".")[2] ?? "",
        user.email,
        userPassword,
        vendorPassword,
        btoa(`test:${vendorPassword}`),
        btoa(`a:${userPassword}`),
        settings.CURSOR_SECRET,
        settings.SUPABASE_JWT_SECRET,
        "z".repeat(100),
        `//${address.username}`,
        ...(address.password === "" ? [] : [address.password]),
        "postgresql://",
        "postgres://",
        "Bearer ",
        "Basic ",
        "secret-looking",
        "words-of-a-user",
        "forbidden caption",
        "9007199254740993",
        ...[...texts, ...comments].map(({ text }) => text)
      ].flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
      yield* until(Effect.sync(() => app.logs.filter((line) => line.includes("\"route\""))), ({ length }) => length > 20)
      assert.isAbove(app.logs.length, 40)
      for (const line of app.logs) {
        for (const secret of secrets) assert.notInclude(line, secret)
        assert.notMatch(line, /"authorization":"(?!<redacted>)/i)
      }
      assert.isTrue(app.logs.some((line) => line.includes("statement failed")))
      assert.isTrue(app.logs.some((line) => line.includes("refuses")), "the constraint is named")
      assert.isTrue(app.logs.every((line) => JSON.parse(line).level !== undefined), "each line is JSON")
    }))
})
