import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ProfileAnswer } from "../../src/profiles/ProfileAnswer.ts"
import { scriptedStates } from "../../src/sandbox/vendor/ScriptedStates.ts"
import { profileContent } from "../support/payload.ts"
import { searchesOf } from "../support/search.ts"
import { TestApp } from "../support/TestApp.ts"
import { VendorFront } from "../support/VendorFront.ts"

const askedFor = (username: string) => Effect.map(VendorFront, (front) => front.asked.filter((name) => name === username).length)

layer(TestApp.layer({ settings: { DECODO_BREAKER_FAILURES: "1000" } }), { excludeTestServices: true })(
  "when the vendor does not deliver",
  (it) => {
    it.effect("a name that Instagram does not know is 404, believed for ten minutes, then asked for again", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const [one, other] = [yield* app.newUser, yield* app.newUser]
        for (const user of [one, one, other]) {
          const answer = yield* user.get("/profile/sim.gone_a")
          assert.strictEqual(answer.status, 404)
          assert.strictEqual(answer.problem.type, "/problems/profile-not-found")
        }
        assert.strictEqual(yield* askedFor("sim.gone_a"), 1)
        app.clock.advance("11 minutes")
        assert.strictEqual((yield* one.get("/profile/sim.gone_a")).status, 404)
        assert.strictEqual(yield* askedFor("sim.gone_a"), 2)
        const searches = yield* searchesOf("sim.gone_a")
        assert.deepStrictEqual(
          searches.map((row) => [row.success, row.error_code, row.data_source]),
          Array.from({ length: 4 }, () => [false, "profile-not-found", null])
        )
        assert.deepStrictEqual(new Set(searches.map((row) => row.user_id)), new Set([one.id, other.id]))
      }))

    it.effect("a failure is answered for half a minute without another call, and can then be over", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const user = yield* app.newUser
        for (let i = 0; i < 3; i++) {
          const answer = yield* user.get("/profile/sim.503_a")
          assert.strictEqual(answer.status, 503)
          assert.strictEqual(answer.problem.type, "/problems/profile-temporarily-unavailable")
          assert.strictEqual(answer.headers.get("retry-after"), String(answer.problem.retry_after))
        }
        assert.strictEqual(yield* askedFor("sim.503_a"), 1)
        app.clock.advance("31 seconds")
        assert.strictEqual((yield* user.get("/profile/sim.503_a")).status, 200)
        assert.strictEqual(yield* askedFor("sim.503_a"), 2)
        const searches = yield* searchesOf("sim.503_a")
        assert.strictEqual(searches.at(-1)?.success, true)
        assert.isTrue(searches.slice(0, -1).every((row) => row.error_code === "profile-temporarily-unavailable"))
      }))

    it.effect("the vendor's Retry-After is passed on", () =>
      Effect.gen(function*() {
        const user = yield* (yield* TestApp).newUser
        const answer = yield* user.get("/profile/sim.429.77_a")
        assert.strictEqual(answer.headers.get("retry-after"), "77")
      }))

    it.effect("stored data that has grown old is served, and says that it is stale and why", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const before = yield* app.newUser
        const fresh = yield* before.get("/profile/old.friend")
        app.clock.advance("25 hours")
        front.says("old.friend", 502)
        const user = yield* app.signInAgain(before)
        const stale = yield* user.get("/profile/old.friend")

        assert.strictEqual(stale.status, 200)
        const { freshness }: typeof ProfileAnswer.Type = stale.json()
        assert.strictEqual(freshness.status, "stale")
        assert.strictEqual(freshness.reason, "VendorUnavailable")
        assert.match(stale.headers.get("warning") ?? "", /^110 - "stale: VendorUnavailable"$/)
        assert.isAtLeast(Number(stale.headers.get("age")), 25 * 3600)
        assert.notStrictEqual(stale.headers.get("etag"), fresh.headers.get("etag"))
        assert.deepStrictEqual({ ...stale.json<object>(), freshness: 0 }, { ...fresh.json<object>(), freshness: 0 })

        const [window] = yield* sql<{ expires_at: string }>`SELECT expires_at FROM user_profile_access WHERE user_id = ${user.id}`
        assert.isAbove(Date.parse(window?.expires_at ?? ""), Date.now() + 31 * 86_400_000 - 60_000, "extended from now")
        assert.deepStrictEqual((yield* searchesOf("old.friend")).map((row) => [row.success, row.data_source]), [
          [true, "vendor"],
          [true, "database"]
        ])

        const again = yield* user.get("/profile/old.friend")
        assert.strictEqual(again.status, 200)
        assert.strictEqual(yield* askedFor("old.friend"), 2, "the failure is remembered for stored names too")
        front.unsay("old.friend")
        app.clock.advance("31 seconds")
        const mended = yield* user.get("/profile/old.friend")
        assert.strictEqual(mended.json<typeof ProfileAnswer.Type>().freshness.status, "fresh")
      }))

    it.effect("a refresh that fails leaves everything as it was, and answers what is stored", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const user = yield* app.newUser
        yield* user.get("/profile/keep.me")
        const counts = sql`SELECT p.*, (SELECT count(*) FROM post_profiles WHERE profile_id = p.id) AS posts FROM profiles AS p
        WHERE username = 'keep.me'`
        const before = yield* counts
        app.clock.advance("2 minutes")
        front.says("keep.me", 500)
        const answer = yield* user.post("/profile/keep.me/refresh")
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.json<typeof ProfileAnswer.Type>().freshness.reason, "VendorUnavailable")
        assert.deepStrictEqual(yield* counts, before)
        assert.deepStrictEqual((yield* searchesOf("keep.me")).map((row) => row.analysis_type), ["lookup", "refresh"])
      }))

    it.effect("a stored profile that Instagram no longer has is 404 for everybody at once, and keeps its rows", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const [one, other] = [yield* app.newUser, yield* app.newUser]
        yield* one.get("/profile/leaving")
        yield* other.get("/profile/leaving")
        app.clock.advance("2 minutes")
        front.says("leaving", { data: { user: null }, status: "ok" })
        assert.strictEqual((yield* one.post("/profile/leaving/refresh")).status, 404)
        for (const user of [one, other]) assert.strictEqual((yield* user.get("/profile/leaving")).status, 404)
        assert.strictEqual(yield* askedFor("leaving"), 2)
        const [row] = yield* sql`
        SELECT availability, followers_count IS NOT NULL AS known,
          (SELECT count(*)::int FROM user_profile_access WHERE profile_id = p.id) AS windows,
          (SELECT count(*)::int > 0 FROM post_profiles WHERE profile_id = p.id) AS posts
        FROM profiles AS p WHERE username = 'leaving'`
        assert.deepStrictEqual(row, { availability: "gone", known: true, windows: 2, posts: true })

        front.unsay("leaving")
        app.clock.advance("11 minutes")
        const back = yield* one.get("/profile/leaving")
        assert.strictEqual(back.json<typeof ProfileAnswer.Type>().profile.availability, "available")
      }))

    it.effect("of a gone profile a failing vendor grants nothing", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const [one, other] = [yield* app.newUser, yield* app.newUser]
        yield* one.get("/profile/left.already")
        yield* sql`UPDATE profiles SET availability = 'gone', last_refreshed = now() - interval '2 days' WHERE username = 'left.already'`
        yield* sql`UPDATE user_profile_access SET created_at = created_at WHERE user_id = ${one.id}`
        app.clock.advance("25 hours")
        front.says("left.already", 500)
        const answer = yield* (yield* app.signInAgain(other)).get("/profile/left.already")
        assert.strictEqual(answer.status, 503)
        assert.strictEqual(answer.problem.type, "/problems/profile-temporarily-unavailable")
        assert.lengthOf(yield* sql`SELECT 1 FROM user_profile_access WHERE user_id = ${other.id}`, 0)
        assert.isFalse((yield* searchesOf("left.already")).at(-1)?.success)
      }))

    it.effect("every state that the simulator can show is answered by the contract", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const sql = yield* SqlClient
        const user = yield* app.newUser
        const seen: Record<string, string> = {}
        yield* Effect.forEach(
          scriptedStates,
          Effect.fnUntraced(function*({ name }) {
            const asked = name === "pending" ? "sim.pending.1_t" : `sim.${name}_t`
            const answer = yield* user.get(`/profile/${asked}`, {
              prefer: name === "hang" || name === "slow" ? "wait=0" : "wait=30"
            })
            seen[name] = answer.status === 200
              ? `200 ${answer.json<typeof ProfileAnswer.Type>().profile.availability}`
              : answer.status === 202
              ? "202"
              : `${answer.status} ${answer.json<{ reason?: string }>().reason ?? answer.problem.type}`
          }),
          { concurrency: 4 }
        )
        const unavailable = (reason: string) => `503 ${reason}`
        assert.deepStrictEqual(seen, {
          private: "200 private",
          noposts: "200 available",
          onepost: "200 available",
          nolikes: "200 available",
          zero: "200 available",
          gone: "404 /problems/profile-not-found",
          string: "200 available",
          12000: "200 available",
          wrongkinds: "200 available",
          huge: unavailable("ContractBroken"),
          deep: unavailable("ContractBroken"),
          malformed: unavailable("ContractBroken"),
          html: unavailable("ContractBroken"),
          wait: unavailable("InstagramLimited"),
          613: unavailable("NotScraped"),
          result613: unavailable("EmptyContent"),
          12002: unavailable("NotScraped"),
          empty: unavailable("EmptyContent"),
          emptyobject: unavailable("EmptyContent"),
          nodata: unavailable("EmptyContent"),
          error: unavailable("NotScraped"),
          faulted: unavailable("NotScraped"),
          pending: "200 available",
          pollfail: "200 available",
          400: unavailable("RequestRejected"),
          422: unavailable("RequestRejected"),
          401: unavailable("Unauthorized"),
          403: unavailable("TargetForbidden"),
          429: unavailable("RateLimited"),
          "429date": unavailable("RateLimited"),
          "429bare": unavailable("RateLimited"),
          500: unavailable("VendorUnavailable"),
          502: unavailable("VendorUnavailable"),
          503: unavailable("VendorUnavailable"),
          504: unavailable("VendorUnavailable"),
          524: unavailable("VendorUnavailable"),
          slow: "202",
          hang: "202",
          reset: unavailable("ConnectionFailed")
        })
        assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE stored_at IS NULL`, 0)
      }))

    it.effect("an account that answers for another name is not stored", () =>
      Effect.gen(function*() {
        const front = yield* VendorFront
        const sql = yield* SqlClient
        const user = yield* (yield* TestApp).newUser
        front.says("asked.for", profileContent({ id: "81", username: "somebody.else" }))
        assert.strictEqual((yield* user.get("/profile/asked.for")).status, 503)
        assert.lengthOf(yield* sql`SELECT 1 FROM profiles WHERE username IN ('asked.for', 'somebody.else')`, 0)
      }))
  }
)
