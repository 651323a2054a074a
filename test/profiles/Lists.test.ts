import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { TestApp } from "../support/TestApp.ts"

interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly page: { readonly next_cursor: string | null; readonly has_more: boolean }
}

layer(TestApp.layer(), { excludeTestServices: true })("lists under an unlocked profile", (it) => {
  const walk = Effect.fnUntraced(function*(list: string, limit: number) {
    const user = yield* (yield* TestApp).newUser
    yield* user.get("/profile/some.creator")
    const pages: Array<Page<{ readonly id: string; readonly posted_at: string | null; readonly position: number | null }>> = []
    let cursor: string | null = null
    do {
      const answer = yield* user.get(
        `/profile/some.creator/${list}?limit=${limit}${cursor === null ? "" : `&cursor=${cursor}`}`
      )
      assert.strictEqual(answer.status, 200, answer.text)
      pages.push(answer.json())
      cursor = pages.at(-1)?.page.next_cursor ?? null
    } while (cursor !== null)
    return pages
  })

  for (const [list, table] of [["posts", "post_profiles"], ["related", "related_profiles"], ["mentions", "mentions"]] as const) {
    it.effect(`/${list} holds everything once over pages of any size, in one order`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const small = (yield* walk(list, 3)).flatMap((page) => page.data.map((row) => row.id))
        const large = (yield* walk(list, 100)).flatMap((page) => page.data.map((row) => row.id))
        assert.deepStrictEqual(small, large)
        const [stored] = yield* sql<{ count: number }>`
          SELECT count(*)::int AS count FROM ${sql(table)}
          WHERE profile_id = (SELECT id FROM profiles WHERE username = 'some.creator')`
        assert.lengthOf(small, stored?.count ?? -1)
        assert.isAbove(small.length, 3)
      }))
  }

  it.effect("/posts is newest first, whatever is pinned", () =>
    Effect.gen(function*() {
      const posted = (yield* walk("posts", 4)).flatMap((page) => page.data.map((post) => post.posted_at))
      assert.deepStrictEqual(posted, [...posted].sort().toReversed())
    }))

  it.effect("/related is in Instagram's order", () =>
    Effect.gen(function*() {
      const positions = (yield* walk("related", 7)).flatMap((page) => page.data.map((row) => row.position))
      assert.deepStrictEqual(positions, positions.map((_, i) => i + 1))
    }))

  it.effect("a post that has no date comes last, and pages go on through it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* walk("posts", 100)
      yield* sql`
        UPDATE post_profiles SET posted_at = NULL WHERE post_id IN (
          SELECT post_id FROM post_profiles JOIN profiles ON profiles.id = profile_id WHERE username = 'some.creator' LIMIT 5)`
      const pages = yield* walk("posts", 2)
      const posts = pages.flatMap((page) => page.data)
      assert.lengthOf(new Set(posts.map((post) => post.id)), posts.length)
      assert.isTrue(posts.slice(-5).every((post) => post.posted_at === null))
      assert.isTrue(posts.slice(0, -5).every((post) => post.posted_at !== null))
    }))

  it.effect("a cursor is good for its own list and profile alone", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* user.get("/profile/some.creator")
      yield* user.get("/profile/another.creator")
      const first: Page<unknown> = (yield* user.get("/profile/some.creator/posts?limit=2")).json()
      const cursor = first.page.next_cursor
      assert.strictEqual((yield* user.get(`/profile/some.creator/posts?cursor=${cursor}`)).status, 200)
      for (const path of ["/profile/some.creator/mentions", "/profile/another.creator/posts", "/me/access"]) {
        const answer = yield* user.get(`${path}?cursor=${cursor}`)
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(answer.problem.type, "/problems/invalid-request")
      }
    }))

  it.effect("a page is not sent again while the data is the same", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* user.get("/profile/some.creator")
      const first = yield* user.get("/profile/some.creator/posts?limit=2")
      const cursor = first.json<Page<unknown>>().page.next_cursor
      const second = yield* user.get(`/profile/some.creator/posts?limit=2&cursor=${cursor}`)
      const tags = [first, second].map((answer) => answer.headers.get("etag") ?? "")
      assert.lengthOf(new Set(tags), 2)
      for (const [i, path] of ["/posts?limit=2", `/posts?limit=2&cursor=${cursor}`].entries()) {
        const again = yield* user.get(`/profile/some.creator${path}`, { "if-none-match": tags[i] ?? "" })
        assert.strictEqual(again.status, 304)
        const other = yield* user.get(`/profile/some.creator${path}`, { "if-none-match": tags[1 - i] ?? "" })
        assert.strictEqual(other.status, 200)
      }
    }))

  it.effect("without an open window there is 403 that says how to unlock; of an unknown name 404", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const [owner, other] = [yield* app.newUser, yield* app.newUser]
      yield* owner.get("/profile/some.creator")
      for (const part of ["analytics", "posts", "related", "mentions"]) {
        const locked = yield* other.get(`/profile/some.creator/${part}`)
        assert.strictEqual(locked.status, 403)
        assert.strictEqual(locked.problem.type, "/problems/access-required")
        assert.strictEqual(locked.json<{ unlock: string }>().unlock, "/profile/some.creator")
        const unknown = yield* other.get(`/profile/never.seen/${part}`)
        assert.strictEqual(unknown.status, 404)
        assert.strictEqual(unknown.problem.type, "/problems/profile-not-found")
      }
    }))
})
