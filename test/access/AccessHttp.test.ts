import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { UnlockedProfile } from "../../src/access/UnlockedProfile.ts"
import type { Answer } from "../support/Contract.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp } from "../support/TestApp.ts"

interface Page {
  readonly data: ReadonlyArray<typeof UnlockedProfile.Type>
  readonly page: { readonly next_cursor: string | null; readonly has_more: boolean }
}

layer(TestApp.layer(), { excludeTestServices: true })("GET /me/access", (it) => {
  const withWindows = Effect.fnUntraced(function*(count: number) {
    const app = yield* TestApp
    const sql = yield* SqlClient
    const user = yield* app.newUser
    for (let i = 0; i < count; i++) {
      const { id } = yield* insertProfile()
      yield* sql`
        INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
        VALUES (${user.id}, ${id}, now() - interval '28 days', now() + ${i - 1} * interval '1 day' + interval '1 minute')`
    }
    return user
  })

  it.effect("pages hold everything once, each linking to the next", () =>
    Effect.gen(function*() {
      const user = yield* withWindows(8)
      const seen: Array<string> = []
      let path: string | undefined = "/me/access?state=all&limit=3"
      while (path !== undefined) {
        const answer: Answer = yield* user.get(path)
        const { data, page }: Page = answer.json()
        seen.push(...data.map((row) => row.username))
        const link: string | null = answer.headers.get("link")
        assert.strictEqual(page.has_more, page.next_cursor !== null)
        assert.strictEqual(link !== null, page.has_more)
        path = /^<(\/me\/access\?[^>]+)>; rel="next"$/.exec(link ?? "")?.[1]
        if (link !== null) assert.isDefined(path, link)
        if (path !== undefined) assert.include(path, "state=all")
      }
      assert.lengthOf(seen, 8)
      assert.lengthOf(new Set(seen), 8)
    }))

  it.effect("remaining days are rounded up, and ended windows are listed only when asked for", () =>
    Effect.gen(function*() {
      const user = yield* withWindows(3)
      const active: Page = (yield* user.get("/me/access")).json()
      assert.deepStrictEqual(active.data.map((row) => row.days_remaining), [2, 1])
      const expired: Page = (yield* user.get("/me/access?state=expired")).json()
      assert.deepStrictEqual(expired.data.map((row) => row.days_remaining), [0])
    }))

  it.effect("a cursor of another user, of another list, or changed by a letter is refused", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* withWindows(4), yield* withWindows(4)]
      const first: Page = (yield* one.get("/me/access?state=all&limit=1")).json()
      const cursor = first.page.next_cursor ?? ""
      assert.strictEqual((yield* one.get(`/me/access?state=all&limit=2&cursor=${cursor}`)).status, 200)
      const attempts = [
        other.get(`/me/access?state=all&cursor=${cursor}`),
        one.get(`/me/access?state=active&cursor=${cursor}`),
        one.get(`/me/access?state=all&cursor=${cursor.slice(0, -2)}AA`),
        one.get(`/me/access?state=all&cursor=${cursor.split(".")[0]}`),
        one.get(`/me/access?state=all&cursor=${cursor}.x`),
        one.get(`/me/access?state=all&cursor=${cursor}%0d%0ax`),
        one.get("/me/access?cursor=."),
        one.get("/me/access?cursor=")
      ]
      for (const attempt of attempts) {
        const answer = yield* attempt
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(answer.problem.type, "/problems/invalid-request")
        assert.deepStrictEqual(answer.problem.errors?.map((error) => error.path), [["query", "cursor"]])
      }
    }))

  it.effect("an unknown state and a limit out of bounds are refused by name", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      for (
        const [query, field] of [["state=mine", "state"], ["limit=0", "limit"], ["limit=101", "limit"], ["limit=1.5", "limit"], [
          "limit=x",
          "limit"
        ]]
      ) {
        const answer = yield* user.get(`/me/access?${query}`)
        assert.strictEqual(answer.status, 400)
        const fields = new Set(answer.problem.errors?.map((error) => error.path.join(".")))
        assert.deepStrictEqual([...fields], [`query.${field}`], query)
      }
    }))

  it.effect("windows that end within so many days are listed alone, with those that have ended where they are asked for", () =>
    Effect.gen(function*() {
      const user = yield* withWindows(8)
      const days = Effect.fnUntraced(function*(query: string) {
        return (yield* user.get(`/me/access?${query}`)).json<Page>().data.map((row) => row.days_remaining)
      })
      assert.deepStrictEqual(yield* days("expiring_within_days=2"), [2, 1])
      assert.deepStrictEqual(yield* days("expiring_within_days=2&state=all"), [2, 1, 0])
      assert.lengthOf(yield* days("expiring_within_days=365"), 7)
      const { page } = (yield* user.get("/me/access?expiring_within_days=5&limit=1")).json<Page>()
      const other = yield* user.get(`/me/access?expiring_within_days=6&cursor=${page.next_cursor}`)
      assert.strictEqual(other.status, 400, "a cursor of another list")
    }))

  it.effect("nobody without a token gets a list", () =>
    Effect.gen(function*() {
      const answer = yield* (yield* TestApp).call({ method: "GET", path: "/me/access" })
      assert.strictEqual(answer.status, 401)
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/)
    }))
})
