import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Entry } from "../../src/credits/Statement.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { books, correctTo, said, userWith } from "../credits/accounts.ts"
import type { Page } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { insertProfiles, storedProfile } from "./profiles.ts"

/** A caller with so many credits, whose free pages of the month are used up. */
const payer = Effect.fnUntraced(function*(credits: number) {
  const user = yield* userWith(credits)
  const sql = yield* SqlClient
  const at = instantOf(yield* (yield* TestApp).clock.currentTimeMillis)
  yield* sql`
    INSERT INTO credit_reservations
      (user_id, action, subject, quantity, free_quantity, amount, free_reason, status, created_at, expires_at, settled_at)
    SELECT ${user.id}, 'discovery_page', 'used ' || n, 1, 1, 0, 'allowance', 'committed', at, at, at
    FROM generate_series(1, 20) AS n, (SELECT ${at}::timestamptz AS at) AS now`
  return user
})

const pagesOf = (user: TestUser) =>
  Effect.flatMap(SqlClient, (sql) =>
    sql<{ amount: number; free_reason: string | null }>`
    SELECT amount::integer, free_reason FROM credit_reservations
    WHERE user_id = ${user.id} AND action = 'discovery_page' AND subject NOT LIKE 'used %' ORDER BY created_at`)

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true" } }), { excludeTestServices: true })("a page of a search", (it) => {
  it.effect("is charged once in 24 hours, and each page and each search is one", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      yield* insertProfiles(Array.from({ length: 5 }, (_, i) => storedProfile(`paid.${i}`, { followers_count: i })))
      const user = yield* payer(10)
      const first = yield* user.get("/profiles?q=paid&limit=2")
      assert.deepStrictEqual(said(first), [200, "1", "9"])
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=paid&limit=2")), [200, "0", "9"], "the same again")
      assert.deepStrictEqual(said(yield* user.get("/profiles?limit=2&q=@PAID&sort=followers")), [200, "0", "9"], "in other words")
      const second = `/profiles?q=paid&limit=2&cursor=${first.json<Page<unknown>>().page.next_cursor}`
      assert.deepStrictEqual(said(yield* user.get(second)), [200, "1", "8"], "the next page")
      assert.deepStrictEqual(said(yield* user.get(second)), [200, "0", "8"])
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=paid&limit=3")), [200, "1", "7"], "a longer page")
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=paid&limit=2&tier=nano")), [200, "1", "6"], "another search")
      yield* insertProfiles([storedProfile("paid.new", { followers_count: 100 })])
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=paid&limit=2")), [200, "0", "6"], "whatever changed in it")
      assert.deepInclude(yield* books(user), { balance: 6, charges: 4 })
      clock.advance("25 hours")
      assert.strictEqual(
        (yield* (yield* signInAgain(user)).get("/profiles?q=paid&limit=2")).headers.get("x-credits-charged"),
        "1"
      )
    }))

  it.effect("is the same in capitals, which the search does not tell apart", () =>
    Effect.gen(function*() {
      yield* insertProfiles([storedProfile("of.capitals", { full_name: "Ännä Of Bakery", category: "Photographer" })])
      const user = yield* payer(1)
      const find = (q: string, category: string) =>
        Effect.map(user.get(`/profiles?${new URLSearchParams({ q, category })}`), (answer) => [
          ...said(answer),
          answer.json<Page<{ username: string }>>().data.map(({ username }) => username)
        ])
      assert.deepStrictEqual(yield* find("ännä of", "Photographer"), [200, "1", "0", ["of.capitals"]])
      assert.deepStrictEqual(yield* find("ÄNNÄ Of", "photographer"), [200, "0", "0", ["of.capitals"]])
    }))

  for (const callers of [2, 20]) {
    it.effect(`that ${callers} calls ask for at once is charged once`, () =>
      Effect.gen(function*() {
        yield* insertProfiles([storedProfile(`at.once.${callers}`)])
        const user = yield* payer(1)
        const all = yield* Effect.all(
          Array.from({ length: callers }, () => user.get(`/profiles?q=at.once.${callers}`)),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(new Set(all.map(({ status }) => status)), new Set([200]))
        assert.strictEqual(all.reduce((sum, { headers }) => sum + Number(headers.get("x-credits-charged")), 0), 1)
        assert.deepInclude(yield* books(user), { balance: 0, charges: 1 })
      }))
  }

  it.effect("is refused where credits are missing, which changes nothing, and quoted beforehand", () =>
    Effect.gen(function*() {
      yield* insertProfiles([storedProfile("too.dear")])
      const user = yield* payer(0)
      const quote = Effect.map(user.get("/profiles?q=too.dear&dry_run=true"), (answer) => answer.json<Record<string, unknown>>())
      assert.deepInclude(yield* quote, {
        action: "discovery_page",
        required: 1,
        balance: 0,
        sufficient: false,
        free_reason: null
      })
      const refused = yield* user.get("/profiles?q=too.dear")
      assert.deepInclude(refused.json<Record<string, unknown>>(), {
        type: "/problems/credits-required",
        status: 402,
        action: "discovery_page",
        required: 1
      })
      assert.notInclude(refused.text, "too.dear\"")
      assert.deepInclude(yield* books(user), { balance: 0, charges: 0 })
      assert.isEmpty(yield* pagesOf(user))
      yield* correctTo(user, 1)
      assert.deepInclude(yield* quote, { required: 1, balance: 1, sufficient: true })
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=too.dear")), [200, "1", "0"])
      assert.deepInclude(yield* quote, { required: 0, sufficient: true, free_reason: "already_paid" })
      const entries = (yield* user.get("/me/credits/entries")).json<Page<Entry>>().data
      const charge = entries.find(({ kind }) => kind === "charge")
      assert.deepInclude(charge, { action: "discovery_page", credits: -1, balance_after: 0 })
      assert.match(charge?.note ?? "", /^A page of a search among stored profiles/)
      assert.notInclude(JSON.stringify(charge), "too.dear", "a name that was searched for is not in the books")
    }))

  it.effect("is free where nothing changed, nothing is on it, nothing is answered, or only its head is asked for", () =>
    Effect.gen(function*() {
      const { call, clock, signInAgain } = yield* TestApp
      yield* insertProfiles([storedProfile("un.changed", { followers_count: 1 })])
      const user = yield* payer(1)
      const headers = { authorization: `Bearer ${user.token}` }
      const head = yield* call({ method: "HEAD", path: "/profiles?q=un.changed", headers })
      assert.deepStrictEqual(said(head), [200, "0", null])
      assert.deepStrictEqual(said(yield* user.get("/profiles?q=nobody.is.called.so")), [200, "0", null])
      assert.strictEqual((yield* user.get("/profiles?q=un.changed&cursor=other")).status, 400)
      assert.deepInclude(yield* books(user), { balance: 1, charges: 0 })
      const etag = (yield* user.get("/profiles?q=un.changed")).headers.get("etag") ?? ""
      assert.strictEqual(etag, head.headers.get("etag"))
      clock.advance("25 hours")
      const later = yield* signInAgain(user)
      const again = yield* later.get("/profiles?q=un.changed", { "if-none-match": etag })
      assert.deepStrictEqual([...said(again), again.text], [304, "0", null, ""])
      const sql = yield* SqlClient
      yield* sql`UPDATE profiles SET followers_count = 2 WHERE username = 'un.changed'`
      assert.strictEqual((yield* later.get("/profiles?q=un.changed", { "if-none-match": etag })).status, 402)
      assert.deepInclude(yield* books(later), { balance: 0, charges: 1 })
    }))

  it.effect("is covered by the month's allowance as long as that lasts, and recorded with its reason", () =>
    Effect.gen(function*() {
      yield* insertProfiles(Array.from({ length: 22 }, (_, i) => storedProfile(`allowed.${i}`, { followers_count: i })))
      const user = yield* userWith(1)
      const said20 = yield* Effect.forEach(
        Array.from({ length: 21 }, (_, i) => i),
        (i) => Effect.map(user.get(`/profiles?q=allowed&min_followers=${i}`), said)
      )
      assert.deepStrictEqual(said20.slice(0, 20), Array.from({ length: 20 }, () => [200, "0", "1"]))
      assert.deepStrictEqual(said20[20], [200, "1", "0"])
      assert.strictEqual((yield* user.get("/profiles?q=allowed&min_followers=21")).status, 402)
      const given = yield* pagesOf(user)
      assert.deepStrictEqual(
        given,
        Array.from({ length: 21 }, (_, i) => ({ amount: i < 20 ? 0 : 1, free_reason: i < 20 ? "allowance" : null }))
      )
    }))
})
