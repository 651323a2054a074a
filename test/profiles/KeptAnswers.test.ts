import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { sampleInsert } from "../../src/alignment/SampleRow.ts"
import { Draining } from "../../src/jobs/Draining.ts"
import { JobQueue } from "../../src/jobs/JobQueue.ts"
import { PostAnswer } from "../../src/posts/PostAnswer.ts"
import { PostAnswerRepo } from "../../src/posts/PostAnswerRepo.ts"
import { VendorAnswer } from "../../src/profiles/VendorAnswer.ts"
import { VendorAnswerRepo } from "../../src/profiles/VendorAnswerRepo.ts"
import { profileContent } from "../support/payload.ts"
import { searchesOf } from "../support/search.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const keep = Effect.fnUntraced(function*(username: string, payload: object, age = "1 minute") {
  const sql = yield* SqlClient
  yield* sql`
    INSERT INTO vendor_answers (username, target, fetched_at, duration_ms, attempts, response_bytes, payload)
    VALUES (${username}, 'instagram_graphql_profile', now() - ${age}::text::interval, 1, 1, 1, ${JSON.stringify(payload)})`
})
const asked = (username: string) => Effect.map(VendorFront, (front) => front.asked.filter((name) => name === username).length)
const answersOf = Effect.fnUntraced(function*(username: string) {
  const sql = yield* SqlClient
  return yield* sql<{ state: string }>`
    SELECT CASE WHEN rejected_at IS NOT NULL THEN rejection WHEN stored_at IS NOT NULL THEN 'stored' ELSE 'pending' END AS state
    FROM vendor_answers WHERE username = ${username} ORDER BY fetched_at`.pipe(
    Effect.map((rows) => rows.map((row) => row.state))
  )
})
const userOf = (username: string, id: string) => profileContent({ id, username }, [{ n: Number(id) }]).data.user

layer(TestApp.layer(), { excludeTestServices: true })("an answer that was paid for", (it) => {
  it.effect("and was kept by a process that died is stored, and not paid again", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* keep("kept.one", userOf("kept.one", "9101"))
      const answer = yield* user.get("/profile/kept.one")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.json<{ profile: { instagram_user_id: string } }>().profile.instagram_user_id, "9101")
      assert.strictEqual(yield* asked("kept.one"), 0)
      assert.deepStrictEqual(yield* answersOf("kept.one"), ["stored"])
    }))

  it.effect("twice is stored once, by its newest, and the older one is done with", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* keep("kept.two", userOf("kept.two", "9102"), "5 minutes")
      yield* keep("kept.two", { ...userOf("kept.two", "9102"), edge_followed_by: { count: 5 } }, "1 minute")
      const answer = yield* user.get("/profile/kept.two")
      assert.strictEqual(answer.json<{ profile: { followers_count: number } }>().profile.followers_count, 5)
      assert.deepStrictEqual(yield* answersOf("kept.two"), ["stored", "stored"])
    }))

  it.effect("but has grown old is left alone, and the vendor asked", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* keep("kept.old", userOf("kept.old", "9103"), "25 hours")
      assert.strictEqual((yield* user.get("/profile/kept.old")).status, 200)
      assert.strictEqual(yield* asked("kept.old"), 1)
    }))

  it.effect("and cannot be read is rejected, and the vendor asked", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* keep("kept.broken", { id: null })
      assert.strictEqual((yield* user.get("/profile/kept.broken")).status, 200)
      assert.deepStrictEqual(yield* answersOf("kept.broken"), ["ContractBroken", "stored"])
    }))

  it.effect("and that the database refuses is rejected, not tried for ever; whoever asked has it in their record", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      yield* sql`ALTER TABLE profiles ADD CONSTRAINT refuses_nine CHECK (followers_count <> 999999)`
      const front = yield* VendorFront
      front.says(
        "refused.one",
        profileContent({ id: "9104", username: "refused.one" }, [], { edge_followed_by: { count: 999_999 } })
      )
      for (let i = 0; i < 2; i++) {
        const answer = yield* user.get("/profile/refused.one")
        assert.strictEqual(answer.status, 503)
        assert.strictEqual(answer.json<{ reason: string }>().reason, "answer_refused")
      }
      assert.deepStrictEqual(yield* answersOf("refused.one"), ["refused:refuses_nine"])
      assert.lengthOf(yield* sql`SELECT 1 FROM profiles WHERE username = 'refused.one'`, 0)
      assert.deepStrictEqual((yield* searchesOf("refused.one")).map((row) => row.error_code), [
        "profile-temporarily-unavailable",
        "profile-temporarily-unavailable"
      ])
      yield* sql`ALTER TABLE profiles DROP CONSTRAINT refuses_nine`
      app.clock.advance("31 seconds")
      assert.strictEqual((yield* user.get("/profile/refused.one")).status, 200)
      assert.deepStrictEqual(yield* answersOf("refused.one"), ["refused:refuses_nine", "stored"])
    }))

  it.effect("is not lost to the others when a caller's account vanishes meanwhile", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const [stays, vanishes] = [yield* app.newUser, yield* app.newUser]
      front.hold("crowd")
      const asking = yield* Effect.forkChild(
        Effect.all([stays, vanishes].map((user) => user.get("/profile/crowd")), { concurrency: "unbounded" })
      )
      yield* until(app.inFlight, (count) => count === 2)
      yield* until(asked("crowd"), (count) => count === 1)
      yield* sql`DELETE FROM auth_users WHERE id = ${vanishes.id}`
      front.release("crowd")
      const [answer, other] = yield* Fiber.join(asking)
      assert.strictEqual(answer?.status, 200)
      assert.strictEqual(other?.headers.get("content-type"), "application/problem+json")
      assert.deepStrictEqual((yield* searchesOf("crowd")).map((row) => row.user_id), [stays.id])
      assert.deepStrictEqual(yield* answersOf("crowd"), ["stored"])
    }))

  it.effect("is not needed for the others to learn of a failure when a caller's account vanishes meanwhile", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const [stays, vanishes] = [yield* app.newUser, yield* app.newUser]
      front.says("crowd.fails", 502)
      front.hold("crowd.fails")
      const asking = yield* Effect.forkChild(
        Effect.all([stays, vanishes].map((user) => user.get("/profile/crowd.fails")), { concurrency: "unbounded" })
      )
      yield* until(app.inFlight, (count) => count === 2)
      yield* until(asked("crowd.fails"), (count) => count === 1)
      yield* sql`DELETE FROM auth_users WHERE id = ${vanishes.id}`
      front.release("crowd.fails")
      const [answer] = yield* Fiber.join(asking)
      assert.strictEqual(answer?.problem.type, "/problems/profile-temporarily-unavailable")
      assert.deepStrictEqual((yield* searchesOf("crowd.fails")).map((row) => row.user_id), [stays.id])
    }))

  it.effect("survives the loss of every database connection while it was fetched", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const user = yield* app.newUser
      front.hold("cut.off")
      const asking = yield* Effect.forkChild(user.get("/profile/cut.off"))
      yield* until(asked("cut.off"), (count) => count === 1)
      yield* sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'analytics-following'`
      front.release("cut.off")
      const answer = yield* Fiber.join(asking)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(yield* asked("cut.off"), 1)
      assert.deepStrictEqual(yield* answersOf("cut.off"), ["stored"])
    }))

  it.effect("by a process that lost its lease and lives is waited for, and not paid again", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [fetch] = yield* sql<{ id: string }>`
        INSERT INTO profile_fetches (username, purpose, analysis_type, state, attempts, started_at)
        VALUES ('kept.late', 'lookup', 'lookup', 'running', 1, now()) RETURNING id`
      yield* JobQueue.use(({ offer }) => offer("profile_fetch", fetch?.id ?? ""))
      const stateOf = Effect.map(
        sql<{ attempts: number; state: string }>`SELECT attempts, state FROM profile_fetches WHERE id = ${fetch?.id ?? ""}`,
        (rows) => rows[0]
      )
      yield* until(stateOf, (row) => row?.attempts === 2)
      // Long enough to have asked by now.
      for (let look = 0; look < 50; look++) yield* stateOf
      yield* keep("kept.late", userOf("kept.late", "9110"))
      yield* until(stateOf, (row) => row?.state === "succeeded")
      assert.strictEqual(yield* asked("kept.late"), 0)
    }).pipe(Effect.provide(queue)))

  it.effect("is kept once, though its writing was not confirmed and is done again", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const answer = { ...sampleInsert(VendorAnswer), id: randomUUID() }
      const post = { ...sampleInsert(PostAnswer), id: randomUUID() }
      const [answers, posts] = [yield* VendorAnswerRepo, yield* PostAnswerRepo]
      for (let time = 0; time < 2; time++) yield* Effect.andThen(answers.insert(answer), posts.insert(post))
      assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE id = ${answer.id}`, 1)
      assert.lengthOf(yield* sql`SELECT 1 FROM post_answers WHERE id = ${post.id}`, 1)
    }).pipe(Effect.provide([VendorAnswerRepo.layer, PostAnswerRepo.layer])))
})

layer(TestApp.layer({ settings: { DECODO_CONCURRENCY: "1" } }), { excludeTestServices: true })(
  "a fetch that waits for its place",
  (it) => {
    /** A look-up that waits, for the only place is taken, with the name that takes it. */
    const waiting = Effect.fnUntraced(function*(username: string) {
      const sql = yield* SqlClient
      const front = yield* VendorFront
      const user = yield* (yield* TestApp).newUser
      const before = `before.${username}`
      front.hold(before)
      const first = yield* Effect.forkChild(user.get(`/profile/${before}`))
      yield* until(asked(before), (count) => count === 1)
      const lookup = yield* Effect.forkChild(user.get(`/profile/${username}`))
      yield* until(
        sql`SELECT 1 FROM profile_fetches WHERE username = ${username} AND state = 'running'`,
        (rows) => rows.length === 1
      )
      return { user, lookup, release: Effect.andThen(Effect.sync(() => front.release(before)), Fiber.join(first)) }
    })

    it.effect("stores the answer that another process has kept meanwhile, and asks nobody", () =>
      Effect.gen(function*() {
        const { lookup, release } = yield* waiting("late.twin")
        yield* keep("late.twin", userOf("late.twin", "9110"), "1 second")
        yield* release
        const answer = yield* Fiber.join(lookup)
        assert.strictEqual(answer.json<{ profile: { instagram_user_id: string } }>().profile.instagram_user_id, "9110")
        assert.strictEqual(yield* asked("late.twin"), 0)
      }))

    it.effect("asks nobody where another process has taken it up, and ends with it", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const { lookup, release, user } = yield* waiting("taken.over")
        yield* sql`UPDATE profile_fetches SET attempts = attempts + 1 WHERE username = 'taken.over'`
        yield* release
        assert.strictEqual((yield* user.get("/profile/behind.it")).status, 200)
        assert.strictEqual(yield* asked("taken.over"), 0)
        yield* sql`
        WITH ended AS (
          UPDATE profile_fetches SET state = 'failed', finished_at = now(), problem = '{"kind":"not_found"}'
          WHERE username = 'taken.over' RETURNING id
        ) SELECT pg_notify('profile_fetches', id::text) FROM ended`
        assert.strictEqual((yield* Fiber.join(lookup)).status, 404)
        assert.strictEqual(yield* asked("taken.over"), 0)
      }))
  }
)

const queue = JobQueue.layerNoDeps({ lease: Duration.minutes(1), pollInterval: Duration.millis(20) }).pipe(
  Layer.provide(Draining.layer({ timeout: 0 }))
)
