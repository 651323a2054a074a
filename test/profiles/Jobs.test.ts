import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { untilFinished } from "../../src/client.ts"
import type { Job } from "../../src/jobs/Job.ts"
import { searchesOf } from "../support/search.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

layer(TestApp.layer(), { excludeTestServices: true })("a look-up that takes longer than the caller waits", (it) => {
  const begun = Effect.fnUntraced(function*(username: string, prefer = "wait=0") {
    const user = yield* (yield* TestApp).newUser
    const front = yield* VendorFront
    front.hold(username)
    const answer = yield* user.get(`/profile/${username}`, { prefer })
    return { user, front, answer, job: answer.json<Job>() }
  })
  const jobOf = (user: TestUser, path: string) => Effect.map(user.get(path), (answer) => answer.json<Job>())
  const ended = (user: TestUser, path: string) => until(jobOf(user, path), (job) => job.status !== "running")

  it.effect("becomes a job with an address after `Prefer: wait`, and the profile is stored when it ends", () =>
    Effect.gen(function*() {
      const { answer, front, job, user } = yield* begun("late.one", "wait=1")
      assert.strictEqual(answer.status, 202)
      assert.strictEqual(answer.headers.get("location"), job.href)
      assert.strictEqual(answer.headers.get("preference-applied"), "wait=1")
      assert.isAbove(Number(answer.headers.get("retry-after")), 0)
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.deepStrictEqual([job.status, job.username, job.finished_at, job.result_href], ["running", "late.one", null, null])
      assert.strictEqual((yield* jobOf(user, job.href)).status, "running")

      front.release("late.one")
      const done = yield* ended(user, job.href)
      assert.deepStrictEqual([done.status, done.result_href, done.problem], ["succeeded", "/profile/late.one", null])
      assert.isNotNull(done.finished_at)
      const result = yield* user.get(done.result_href ?? "")
      assert.strictEqual(result.status, 200)
      assert.notStrictEqual(result.headers.get("x-data-source"), "vendor")
      assert.lengthOf(front.asked.filter((name) => name === "late.one"), 1)
      const [search] = yield* searchesOf("late.one")
      assert.isAtLeast(search?.search_duration_ms ?? 0, 900, "from the request to the store")
    }))

  it.effect("and that a system which stood still comes back to after a month, is recorded: how long it took is then unknown", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const { front, job, user } = yield* begun("late.month")
      clock.advance("30 days")
      front.release("late.month")
      const done = yield* ended(yield* signInAgain(user), job.href)
      assert.strictEqual(done.status, "succeeded")
      const searches = yield* searchesOf("late.month")
      assert.deepStrictEqual(searches.map((one) => [one.success, one.search_duration_ms]), [[true, null]])
    }))

  it.effect("is joined by whoever asks meanwhile, under one job", () =>
    Effect.gen(function*() {
      const { front, job, user } = yield* begun("late.two")
      const other = yield* (yield* TestApp).newUser
      const joined = (yield* other.get("/profile/late.two", { prefer: "wait=0" })).json<Job>()
      assert.strictEqual(joined.id, job.id)
      front.release("late.two")
      yield* ended(user, job.href)
      for (const someone of [user, other]) {
        assert.strictEqual((yield* jobOf(someone, job.href)).status, "succeeded")
        assert.strictEqual((yield* someone.get("/profile/late.two/posts")).status, 200)
      }
      assert.lengthOf(yield* searchesOf("late.two"), 2)
    }))

  it.effect("is nobody else's job: another user's is 404, as is one that does not exist or was long ago", () =>
    Effect.gen(function*() {
      const { front, job, user } = yield* begun("late.three")
      const app = yield* TestApp
      const other = yield* app.newUser
      for (const path of [job.href, "/jobs/00000000-0000-4000-8000-000000000000", "/jobs/x", "/jobs/%F0%9F%92%A9"]) {
        const answer = yield* other.get(path)
        assert.strictEqual(answer.status, 404)
        assert.strictEqual(answer.problem.type, "/problems/job-not-found")
      }
      front.release("late.three")
      yield* ended(user, job.href)
      app.clock.advance("61 minutes")
      assert.strictEqual((yield* (yield* app.signInAgain(user)).get(job.href)).status, 404)
    }))

  it.effect("ends as a failed job with its problem when the vendor fails", () =>
    Effect.gen(function*() {
      const { front, job, user } = yield* begun("late.four")
      front.says("late.four", 502)
      front.release("late.four")
      const failed = yield* ended(user, job.href)
      assert.deepStrictEqual([failed.status, failed.result_href], ["failed", null])
      assert.strictEqual(failed.problem?.type, "/problems/profile-temporarily-unavailable")
      assert.isFalse((yield* searchesOf("late.four"))[0]?.success)
    }))

  it.effect("goes on when the caller has hung up", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      front.hold("hung.up")
      const abort = new AbortController()
      const request = fetch(`${app.url}/profile/hung.up`, {
        headers: { authorization: `Bearer ${user.token}` },
        signal: abort.signal
      }).catch(() => "hung up")
      yield* until(Effect.sync(() => front.asked.includes("hung.up")), (asked) => asked)
      abort.abort()
      assert.strictEqual(yield* Effect.promise(() => request), "hung up")
      yield* until(app.inFlight, (count) => count === 0)
      front.release("hung.up")
      yield* until(searchesOf("hung.up"), (searches) => searches.length === 1)
      assert.strictEqual((yield* user.get("/profile/hung.up")).headers.get("x-data-source"), "database")
      assert.lengthOf(front.asked.filter((name) => name === "hung.up"), 1)
    }))

  it.effect("is waited for by the typed client", () =>
    Effect.gen(function*() {
      const { front, job, user } = yield* begun("late.five")
      front.release("late.five")
      yield* ended(user, job.href)
      const finished = yield* untilFinished(job.id).pipe(Effect.provide(user.client))
      assert.strictEqual(finished.status, "succeeded")
    }))
})
