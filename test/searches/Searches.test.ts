import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { type Page, send, walk } from "../support/requests.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

interface Search {
  readonly id: string
  readonly instagram_username: string
  readonly search_timestamp: string
  readonly success: boolean
  readonly error_code: string | null
  readonly data_source: string | null
  readonly search_duration_ms: number | null
}

interface Suggestion {
  readonly username: string
  readonly because: string
}

layer(TestApp.layer(), { excludeTestServices: true })("look-ups", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const list = Effect.fnUntraced(function*(user: TestUser, query = "") {
    return (yield* user.get(`/me/searches${query}`)).json<Page<Search>>().data
  })
  const names = (searches: ReadonlyArray<Search>) => searches.map((search) => search.instagram_username)

  /** A look-up so many minutes ago, in both tables. */
  const searched = Effect.fnUntraced(function*(user: TestUser, username: string, minutesAgo = 0, success = true) {
    const sql = yield* SqlClient
    const id = randomUUID()
    const at = new Date(Date.now() - minutesAgo * 60_000).toISOString()
    yield* sql`INSERT INTO user_searches ${
      sql.insert({
        id,
        user_id: user.id,
        instagram_username: username,
        search_timestamp: at,
        analysis_type: "lookup",
        success,
        error_code: success ? null : "profile-not-found"
      })
    }`
    yield* sql`INSERT INTO search_history ${sql.insert({ id, user_id: user.id, username, searched_at: at })}`
    return id
  })

  it.effect("are listed as they went, the latest first", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      yield* user.get("/profile/some.creator")
      yield* user.get("/profile/sim.gone")
      const [gone, found] = yield* list(user)
      assert.deepInclude(gone, { instagram_username: "sim.gone", success: false, error_code: "profile-not-found" })
      assert.deepInclude(found, { instagram_username: "some.creator", success: true, error_code: null, data_source: "vendor" })
      assert.isAtLeast(found?.search_duration_ms ?? -1, 0)
      assert.strictEqual(
        Object.keys(found ?? {}).toSorted().join(" "),
        "analysis_type data_source error_code id instagram_username profile_snapshot search_duration_ms search_timestamp success"
      )
      assert.isEmpty(yield* list(yield* newUser))
    }))

  it.effect("are found by outcome, by the beginning of the name, and by time", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      yield* searched(user, "anna", 30)
      yield* searched(user, "ann.arbor", 20, false)
      yield* searched(user, "bob_1", 10)
      yield* searched(user, "bobx1", 5)
      const found = (query: string) => Effect.map(list(user, query), names)
      assert.deepStrictEqual(yield* found("?success=true"), ["bobx1", "bob_1", "anna"])
      assert.deepStrictEqual(yield* found("?success=false"), ["ann.arbor"])
      assert.deepStrictEqual(yield* found("?q=@ANN"), ["ann.arbor", "anna"])
      assert.deepStrictEqual(yield* found("?q=bob_"), ["bob_1"], "an underscore is an underscore")
      const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()
      assert.deepStrictEqual(yield* found(`?since=${at(25)}&until=${at(7)}`), ["bob_1", "ann.arbor"])
      assert.deepStrictEqual(yield* found(`?since=${at(25)}&success=true&q=b`), ["bobx1", "bob_1"])
      const [{ search_timestamp }] = (yield* list(user, "?q=anna")) as [Search]
      assert.deepStrictEqual(yield* found(`?until=${search_timestamp}`), [], "until is exclusive")
      for (const query of ["?success=maybe", "?since=yesterday", "?since=2026-02-30T00:00:00Z", "?q=", `?q=${"x".repeat(101)}`]) {
        assert.strictEqual((yield* user.get(`/me/searches${query}`)).status, 400, query)
      }
    }))

  it.effect("are paged once each, and a cursor is good for its list, its filter and its user", () =>
    Effect.gen(function*() {
      const [user, other] = [yield* newUser, yield* newUser]
      for (let i = 0; i < 11; i++) yield* searched(user, `n${i}`, i, i % 2 === 0)
      const all = yield* walk<Search>(user, "/me/searches?limit=3")
      assert.deepStrictEqual(names(all), Array.from({ length: 11 }, (_, i) => `n${i}`))
      const even = yield* walk<Search>(user, "/me/searches?limit=2&success=true")
      assert.deepStrictEqual(names(even), ["n0", "n2", "n4", "n6", "n8", "n10"])
      const { page } = (yield* user.get("/me/searches?limit=3")).json<Page<Search>>()
      for (
        const refused of [
          user.get(`/me/searches?success=true&cursor=${page.next_cursor}`),
          other.get(`/me/searches?cursor=${page.next_cursor}`)
        ]
      ) {
        assert.strictEqual((yield* refused).problem.type, "/problems/invalid-request")
      }
    }))

  it.effect("are forgotten one by one and all at once, from both tables, and access stays", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const [user, other] = [yield* newUser, yield* newUser]
      yield* user.get("/profile/some.creator")
      const id = yield* searched(user, "anna")
      yield* searched(user, "bob")
      const theirs = yield* searched(other, "carol")
      const rows = Effect.fnUntraced(function*(of: TestUser) {
        const searches = yield* sql<{ id: string }>`SELECT id FROM user_searches WHERE user_id = ${of.id} ORDER BY id`
        const history = yield* sql<{ id: string }>`SELECT id FROM search_history WHERE user_id = ${of.id} ORDER BY id`
        assert.deepStrictEqual(searches, history, "the two tables agree")
        return searches.length
      })

      assert.strictEqual((yield* send(user, "DELETE", `/me/searches/${id}`)).status, 204)
      assert.strictEqual(yield* rows(user), 2)
      for (const unknown of [id, theirs, randomUUID()]) {
        const answer = yield* send(user, "DELETE", `/me/searches/${unknown}`)
        assert.deepStrictEqual([answer.status, answer.problem.type], [404, "/problems/search-not-found"])
      }
      assert.strictEqual((yield* send(user, "DELETE", "/me/searches/anna")).status, 400)
      assert.deepStrictEqual((yield* send(user, "DELETE", "/me/searches")).json(), { deleted: 2 })
      assert.deepStrictEqual((yield* send(user, "DELETE", "/me/searches")).json(), { deleted: 0 })
      assert.isEmpty(yield* list(user))
      assert.strictEqual(yield* rows(user), 0)
      assert.strictEqual(yield* rows(other), 1)
      assert.strictEqual((yield* user.get("/profile/some.creator/posts")).status, 200)
    }))

  it.effect("suggest what was looked up before, then what begins so, contains it, or is spelled much like it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      const stored = Effect.fnUntraced(function*(username: string, followers: number | null, availability = "available") {
        const { id } = yield* insertProfile(username)
        yield* sql`UPDATE profiles SET followers_count = ${followers}, availability = ${availability} WHERE id = ${id}`
      })
      yield* stored("zebra.stripes", 10)
      yield* stored("zebra.world", 5000)
      yield* stored("zebra_unknown", null)
      yield* stored("zebra.zero", 0)
      yield* stored("the.zebra.club", 90_000)
      yield* stored("zebra.gone", 99_999, "gone")
      yield* stored("zebrxworld", 1)
      yield* searched(user, "zebra.stripes", 50)
      yield* searched(user, "zebra.never.stored", 1)

      const suggest = Effect.fnUntraced(function*(q: string, of: TestUser = user, limit = 10) {
        const answer = yield* of.get(`/profiles/suggest?q=${encodeURIComponent(q)}&limit=${limit}`)
        return answer.json<{ data: ReadonlyArray<Suggestion> }>().data.map(({ because, username }) => `${username} ${because}`)
      })
      const other = yield* newUser
      const beginning = [
        "zebra.world prefix",
        "zebra.stripes prefix",
        "zebra.zero prefix",
        "zebra_unknown prefix",
        "the.zebra.club inside"
      ]
      assert.deepStrictEqual(yield* suggest("zebra", other), beginning)
      assert.deepStrictEqual(yield* suggest("zebra"), [
        "zebra.stripes history",
        ...beginning.filter((one) => !one.includes("stripes"))
      ])
      for (const form of ["@Zebra", " ZEBRA ", "https://www.instagram.com/zebra/"]) {
        assert.deepStrictEqual(yield* suggest(form, other), beginning, form)
      }
      assert.deepStrictEqual(yield* suggest("zebra_", other), ["zebra_unknown prefix"], "an underscore is an underscore")
      assert.deepStrictEqual(yield* suggest("zebr.world", other), ["zebra.world similar", "zebrxworld similar"])
      assert.deepStrictEqual(yield* suggest("zebra", other, 2), beginning.slice(0, 2))
      assert.deepStrictEqual(yield* suggest("%", other), [])
      assert.deepStrictEqual(yield* suggest("no one at all here", other), [])
      assert.deepStrictEqual(yield* suggest("💥", other), [])
      const [full] = (yield* other.get("/profiles/suggest?q=zebra.z")).json<{ data: ReadonlyArray<object> }>().data
      assert.deepStrictEqual(full, {
        username: "zebra.zero",
        full_name: null,
        profile_pic_url: null,
        followers_count: 0,
        is_verified: null,
        availability: "available",
        because: "prefix"
      })
      assert.isEmpty(yield* list(other), "suggesting is no look-up")
      assert.strictEqual((yield* other.get("/profile/zebra.world/posts")).problem.type, "/problems/access-required")
      for (const query of ["", "?q=", "?q=a&limit=0", "?q=a&limit=21"]) {
        assert.strictEqual((yield* other.get(`/profiles/suggest${query}`)).status, 400, query)
      }
    }))
})
