import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import fc from "fast-check"
import { type FollowerTier, tierOf } from "../../src/analytics/FollowerTier.ts"
import type { FoundProfile } from "../../src/discovery/FoundProfile.ts"
import { newAdmin, type Page, send, walk } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { insertProfiles, type Stored, storedProfile } from "./profiles.ts"

const newUser = Effect.flatMap(TestApp, (app) => app.newUser)

const find = Effect.fnUntraced(function*(user: TestUser, query: string) {
  const answer = yield* user.get(`/profiles?${query}`)
  assert.strictEqual(answer.status, 200, `${query}: ${answer.text}`)
  return answer.json<Page<FoundProfile>>().data
})
const names = (user: TestUser, query: string) => Effect.map(find(user, query), (found) => found.map(({ username }) => username))
const q = (text: string) => `q=${encodeURIComponent(text)}`

const app = TestApp.layer({ settings: { SUPPRESSION_KEYS: `one:${Buffer.alloc(32, 5).toString("base64")}` } })

layer(app, { excludeTestServices: true })("the search among stored profiles", (it) => {
  it.effect("shows what Instagram shows to everybody, and until when the caller has it open", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      yield* user.get("/profile/some.creator")
      const [found, ...others] = yield* find(user, "q=some.creator")
      assert.isEmpty(others)
      assert.strictEqual(
        Object.keys(found ?? {}).join(" "),
        "username full_name profile_pic_url followers_count is_verified availability category is_business_account access_expires_at"
      )
      const [access] = (yield* user.get("/me/access")).json<Page<{ access_expires_at: string }>>().data
      assert.strictEqual(found?.access_expires_at, access?.access_expires_at)
      const other = yield* newUser
      assert.deepStrictEqual(yield* find(other, "q=some.creator"), [{ ...found!, access_expires_at: null }])
      assert.strictEqual((yield* other.get("/profile/some.creator/posts")).problem.type, "/problems/access-required")
      assert.isEmpty((yield* other.get("/me/searches")).json<Page<unknown>>().data, "to search is no look-up")
      const sql = yield* SqlClient
      yield* sql`UPDATE user_profile_access SET granted_at = now() - interval '31 days', expires_at = now() - interval '1 second'`
      assert.deepStrictEqual(
        yield* find(user, "q=some.creator"),
        [{ ...found!, access_expires_at: null }],
        "a window that has ended"
      )
      const { headers, status } = yield* user.get("/profiles?q=some.creator")
      assert.deepStrictEqual(
        [status, headers.get("x-credits-charged")],
        [200, null],
        "nothing is said of credits while they are off"
      )
    }))

  it.effect("finds part of a username or a full name, whatever the case, and takes every sign as it is written", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      yield* insertProfiles([
        storedProfile("qq_zebra.one", { full_name: "Striped Ångström", followers_count: 5 }),
        storedProfile("qq.zebra", { full_name: "100% Wool", followers_count: 900 }),
        storedProfile("qqxzebra.one", { full_name: null, followers_count: 90 }),
        storedProfile("qq.other", { full_name: "The ZEBRA \\ Club_1", followers_count: 7000 }),
        storedProfile("qq.arabic", { full_name: "محمد علي 🦓", followers_count: 3 }),
        storedProfile("qq.emoji", { full_name: "🦓🦓 stripes", followers_count: 2 }),
        storedProfile("qq.gone.zebra", { followers_count: 99_999, availability: "gone" }),
        storedProfile("qq.private.zebra", { followers_count: 1, availability: "private" }),
        storedProfile("qq.unknown.zebra"),
        storedProfile("qq.nobody.zebra", { followers_count: 0 })
      ])
      const zebras = [
        "qq.other",
        "qq.zebra",
        "qqxzebra.one",
        "qq_zebra.one",
        "qq.private.zebra",
        "qq.nobody.zebra",
        "qq.unknown.zebra"
      ]
      for (const form of ["zebra", " ZeBrA ", "@zebra", "https://www.instagram.com/zebra/"]) {
        assert.deepStrictEqual(yield* names(user, q(form)), zebras, form)
      }
      const hidden = (yield* find(user, "q=private.zebra"))[0]
      assert.strictEqual(hidden?.availability, "private")
      const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
        ["qq_zebra", ["qq_zebra.one"]],
        ["q_zebra", ["qq_zebra.one"]],
        ["100% w", ["qq.zebra"]],
        ["0%", []],
        ["%", []],
        ["%zebra%", []],
        ["zebra \\ club_1", ["qq.other"]],
        ["ZEBRA _ Club", []],
        ["striped å", ["qq_zebra.one"]],
        ["محمد", ["qq.arabic"]],
        ["علي", ["qq.arabic"]],
        ["🦓", ["qq.emoji"]],
        ["🦓🦓 str", ["qq.emoji"]],
        ["qq", ["qq.other", "qq.zebra", "qqxzebra.one", "qq_zebra.one", "qq.arabic", "qq.emoji", ...zebras.slice(4)]],
        ["'; DROP TABLE profiles; --", []],
        ["zebra' OR '1'='1", []],
        ["x".repeat(100), []],
        ["\u202egpj.exe", []]
      ]
      for (const [text, expected] of cases) assert.deepStrictEqual(yield* names(user, q(text)), expected, text)

      yield* insertProfiles([
        storedProfile("zebra", { followers_count: 4 }),
        storedProfile("zebra.land", { followers_count: 1 }),
        storedProfile("qq.named", { full_name: "Zebra Land", followers_count: 2 })
      ])
      assert.deepStrictEqual(
        yield* names(user, "sort=relevance&q=Zebra"),
        ["zebra", "qq.named", "zebra.land", ...zebras],
        "the very name, what begins so, what contains it"
      )
      assert.deepStrictEqual(yield* walkNames(user, "sort=relevance&q=zebra&limit=1"), [
        "zebra",
        "qq.named",
        "zebra.land",
        ...zebras
      ])
    }))

  it.effect("refuses what it does not understand, names it, and does nothing", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const refused: ReadonlyArray<readonly [string, string]> = [
        ["q=", "q"],
        ["q=%20%09", "q"],
        [`q=${"x".repeat(101)}`, "q"],
        ["q=a%00b", "q"],
        ["q=a&q=b", "q"],
        ["tier=giant", "tier"],
        ["min_followers=-1", "min_followers"],
        ["min_followers=1.5", "min_followers"],
        ["max_followers=1e999", "max_followers"],
        ["max_followers=9007199254740993", "max_followers"],
        ["min_followers=2&max_followers=1", "min_followers"],
        ["is_verified=maybe", "is_verified"],
        ["is_business_account=1", "is_business_account"],
        ["min_engagement_rate=2.3", "min_engagement_rate"],
        ["min_engagement_rate=3&max_engagement_rate=2", "min_engagement_rate"],
        ["max_engagement_rate=NaN", "max_engagement_rate"],
        ["category=", "category"],
        ["sort=relevance", "sort"],
        ["sort=engagement_rate", "sort"],
        ["limit=0", "limit"],
        ["limit=101", "limit"],
        ["cursor=made.up", "cursor"],
        ["min_follower=10", "min_follower"],
        ["__proto__=1", "__proto__"]
      ]
      for (const [query, field] of refused) {
        const answer = yield* user.get(`/profiles?${query}`)
        assert.strictEqual(answer.status, 400, query)
        const { errors } = answer.json<{ errors: ReadonlyArray<{ path: ReadonlyArray<string> }> }>()
        assert.deepStrictEqual(new Set(errors.map(({ path }) => path.join(" "))), new Set([`query ${field}`]), query)
      }
      assert.strictEqual((yield* (yield* TestApp).call({ method: "GET", path: "/profiles" })).status, 401)
    }))

  it.effect("a cursor is good for its search and its user alone", () =>
    Effect.gen(function*() {
      const [user, other] = [yield* newUser, yield* newUser]
      yield* insertProfiles(Array.from({ length: 4 }, (_, i) => storedProfile(`cursor.${i}`, { followers_count: i })))
      const { page } = (yield* user.get("/profiles?q=cursor.&limit=2")).json<Page<FoundProfile>>()
      const refused = (of: TestUser, query: string) =>
        Effect.map(of.get(`/profiles?${query}&cursor=${page.next_cursor}`), (answer) => {
          assert.deepStrictEqual([answer.status, answer.problem.type], [400, "/problems/invalid-request"], query)
          assert.include(answer.text, "Not a cursor of this list", query)
        })
      yield* refused(user, "q=cursor")
      yield* refused(user, "q=cursor.&tier=nano")
      yield* refused(user, "q=cursor.&sort=relevance")
      yield* refused(user, "q=cursor.&dry_run=true&min_followers=0")
      yield* refused(other, "q=cursor.")
      assert.deepStrictEqual(yield* names(user, `q=cursor.&limit=5&cursor=${page.next_cursor}`), ["cursor.1", "cursor.0"])
    }))

  const walkNames = (user: TestUser, query: string) =>
    Effect.map(walk<FoundProfile>(user, `/profiles?${query}`), (found) => found.map(({ username }) => username))

  it.effect("pages give every profile exactly once, those of unknown size too, while rows come in", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const followers = (i: number) => i % 5 === 0 ? null : i % 7
      const stored = Array.from({ length: 40 }, (_, i) => storedProfile(`paged.${i}`, { followers_count: followers(i) }))
      yield* insertProfiles(stored)
      for (const sort of ["followers", "relevance"]) {
        const seen: Array<string> = []
        let path: string | undefined = `/profiles?q=paged&limit=3&sort=${sort}`
        while (path !== undefined) {
          const answer: { headers: Headers; json: <A>() => A } = yield* user.get(path)
          seen.push(...answer.json<Page<FoundProfile>>().data.map(({ username }) => username))
          path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1]
          yield* insertProfiles([
            storedProfile(`paged.${sort}.new${seen.length}`, { followers_count: 1000 }),
            storedProfile(`paged.${sort}.low${seen.length}`, { followers_count: seen.length % 7 })
          ])
        }
        assert.lengthOf(new Set(seen), seen.length, "none twice")
        for (const { username } of stored) assert.include(seen, username)
        const old = seen.filter((username) => !username.includes("new") && !username.includes("low"))
        const order = old.map((username) => stored.find((one) => one.username === username)?.followers_count ?? -1)
        assert.deepStrictEqual(order, order.toSorted((a, b) => b - a))
      }
    }))

  it.effect("finds by every filter, alone and together, what a model of it finds", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const user = yield* newUser
      yield* sql`DELETE FROM profiles`
      const stored = fc.sample(profileOf, { numRuns: 400, seed: 11 }).map((one, i) => storedProfile(`${one.beginning}${i}`, one))
      yield* insertProfiles(stored)
      const check = Effect.fnUntraced(function*(search: Search) {
        const query = Object.entries(search).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")
        assert.deepStrictEqual(yield* walkNames(user, `${query}&limit=100`), modelOf(stored, search), query)
        return query
      })
      const searches = fc.sample(searchOf, { numRuns: 120, seed: 12 })
      const alone: ReadonlyArray<Search> = searches.flatMap((search) =>
        Object.entries(search).map(([name, value]) => ({ [name]: value }))
      )
        .filter((search) => !("sort" in search))
      const unlike = new Map(alone.map((search) => [JSON.stringify(search), search]))
      for (const search of [{}, ...unlike.values(), ...searches]) yield* check(search)
      const found = searches.filter((search) => modelOf(stored, search).length > 0)
      assert.isAbove(found.length, searches.length / 4, "the searches are no empty ones")
    }))

  it.effect("does not find who is erased", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      yield* user.get("/profile/erased.soon")
      assert.deepStrictEqual(yield* names(user, "q=erased.soon"), ["erased.soon"])
      const admin = yield* newAdmin
      const erased = yield* send(admin, "POST", "/admin/erasures", { username: "erased.soon", reason: "data_subject_request" })
      assert.isBelow(erased.status, 300, erased.text)
      assert.deepStrictEqual(yield* names(user, "q=erased.soon"), [])
      assert.deepStrictEqual(yield* names(user, "q=erased.soon&sort=relevance"), [])
    }))

  it.effect("is for keys that read profiles, and for no other", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { call } = yield* TestApp
      for (const [scope, status] of [["profiles:read", 200], ["me:read", 403]] as const) {
        const { key } = (yield* send(user, "POST", "/me/api-keys", { name: scope, scopes: [scope] })).json<{ key: string }>()
        const answer = yield* call({ method: "GET", path: "/profiles", headers: { authorization: `Bearer ${key}` } })
        assert.strictEqual(answer.status, status, scope)
      }
    }))
})

interface Search {
  readonly q?: string
  readonly tier?: FollowerTier
  readonly min_followers?: number
  readonly max_followers?: number
  readonly category?: string
  readonly is_verified?: boolean
  readonly is_business_account?: boolean
  readonly min_engagement_rate?: number
  readonly max_engagement_rate?: number
  readonly sort?: "relevance"
}

const unknownOr = <A>(known: fc.Arbitrary<A>) => fc.option(known, { freq: 4 })
const size = fc.oneof(fc.constantFrom(0, 9_999, 10_000, 49_999, 50_000, 500_000, 1_000_000), fc.nat({ max: 2_000_000 }))
const categories = ["Photographer", "Digital creator", "Kitchen/cooking", "ÖKO", "موسيقى"]
const part = fc.constantFrom("ab", "ab_", "abc", "c.d", "cde", "e_f")
const words = fc.constantFrom("Ab Cde", "abcabc", "Café ABC", "موسيقى", "🎨 art", "cd%e", "", "c\\d")

const profileOf = fc.record({
  beginning: fc.tuple(part, part).map((parts) => parts.join("")),
  full_name: unknownOr(words),
  followers_count: unknownOr(size),
  category: unknownOr(fc.constantFrom(...categories)),
  is_verified: unknownOr(fc.boolean()),
  is_business_account: unknownOr(fc.boolean()),
  engagement_rate: unknownOr(fc.oneof(fc.constantFrom(0, 0.5, 2, 2.5), fc.double({ min: 0, max: 12, noNaN: true }))),
  availability: fc.oneof({ weight: 8, arbitrary: fc.constant("available" as const) }, {
    weight: 1,
    arbitrary: fc.constantFrom("private" as const, "gone" as const)
  })
})

const rate = fc.nat({ max: 20 }).map((halves) => halves / 2)
const searchOf: fc.Arbitrary<Search> = fc.record({
  q: fc.oneof(part, words.filter((text) => text !== ""), fc.constantFrom("@ABC", "cab", "a", "é", "%", "_", "BC")),
  tier: fc.constantFrom("nano", "micro", "mid", "macro", "mega"),
  min_followers: size,
  max_followers: size,
  category: fc.constantFrom(...categories, "photographer", "DIGITAL CREATOR", "öko", "photo"),
  is_verified: fc.boolean(),
  is_business_account: fc.boolean(),
  min_engagement_rate: rate,
  max_engagement_rate: rate,
  sort: fc.constant("relevance" as const)
}, { requiredKeys: [] }).map((search) => {
  // Four filters at a time: with all ten nothing would be found.
  const few = Object.fromEntries(Object.entries(search).slice(0, 4)) as Search
  const { max_engagement_rate, max_followers, min_engagement_rate, min_followers, sort, ...rest } = few
  return {
    ...rest,
    ...ordered("followers", min_followers, max_followers),
    ...ordered("engagement_rate", min_engagement_rate, max_engagement_rate),
    ...(sort === undefined || rest.q === undefined ? {} : { sort })
  }
})

const ordered = (name: string, one: number | undefined, other: number | undefined) => ({
  ...(one === undefined ? {} : { [`min_${name}`]: Math.min(one, other ?? one) }),
  ...(other === undefined ? {} : { [`max_${name}`]: Math.max(other, one ?? other) })
})

/** What a search finds, said once more in TypeScript and without any SQL. */
const modelOf = (stored: ReadonlyArray<Stored>, search: Search): ReadonlyArray<string> => {
  const text = search.q?.replace(/^@/, "").toLowerCase()
  const inside = text !== undefined && /[\p{L}\p{N}]{3}/u.test(text)
  const namesOf = ({ full_name, username }: Stored) => [username, ...(full_name === null ? [] : [full_name.toLowerCase()])]
  const begins = (one: Stored) => text !== undefined && namesOf(one).some((name) => name.startsWith(text))
  const contains = (one: Stored) => text !== undefined && namesOf(one).some((name) => name.includes(text))
  const rank = (one: Stored) => one.username === text ? 0 : begins(one) ? 1 : 2
  const within = (value: number | null, least: number | undefined, most: number | undefined) =>
    (least === undefined && most === undefined) || (value !== null && value >= (least ?? 0) && value <= (most ?? Infinity))
  const fits = (one: Stored) =>
    one.availability !== "gone"
    && (text === undefined || (inside ? contains(one) : begins(one)))
    && within(one.followers_count, search.min_followers, search.max_followers)
    && within(one.engagement_rate, search.min_engagement_rate, search.max_engagement_rate)
    && (search.tier === undefined || (one.followers_count !== null && tierOf(one.followers_count) === search.tier))
    && (search.category === undefined || one.category?.toLowerCase() === search.category.toLowerCase())
    && (search.is_verified === undefined || one.is_verified === search.is_verified)
    && (search.is_business_account === undefined || one.is_business_account === search.is_business_account)
  const order = (a: Stored, b: Stored) =>
    (search.sort === "relevance" ? rank(a) - rank(b) : 0)
    || (b.followers_count ?? -1) - (a.followers_count ?? -1)
    || (a.id < b.id ? 1 : -1)
  return stored.filter(fits).toSorted(order).map(({ username }) => username)
}
