import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { books, correctTo, said, userWith } from "./accounts.ts"

const day = 86_400_000

const windowOf = (user: TestUser) =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.map(
      sql<{ ends: string }>`SELECT expires_at AS ends FROM user_profile_access WHERE user_id = ${user.id}`,
      (found) => found.map(({ ends }) => Date.parse(ends))
    ))

const app = TestApp.layer({
  settings: {
    CREDITS_ENABLED: "true",
    CREDITS_LEASE: "1 minute",
    DECODO_BUDGET: "3 minutes",
    JOBS_LEASE: "1 hour",
    JOBS_POLL_INTERVAL: "1 hour"
  }
})

layer(app, { excludeTestServices: true })("with credits on", (it) => {
  for (const callers of [10, 100]) {
    it.effect(`one unlock's worth and ${callers} calls at once for one cold profile are one charge, one vendor call, one window`, () =>
      Effect.gen(function*() {
        const { inFlight } = yield* TestApp
        const front = yield* VendorFront
        const simulator = yield* VendorSimulator
        const user = yield* userWith(25)
        yield* simulator.reset
        front.hold(`cold.${callers}`)
        const asking = yield* Effect.forkChild(
          Effect.all(Array.from({ length: callers }, () => user.get(`/profile/cold.${callers}`)), { concurrency: "unbounded" })
        )
        yield* until(inFlight, (count) => count === callers)
        front.release(`cold.${callers}`)
        const answers = yield* Fiber.join(asking)
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
        assert.strictEqual((yield* simulator.stats).calls, 1)
        const { balance, charges, windows } = yield* books(user)
        assert.deepStrictEqual({ balance, charges, windows }, { balance: 0, charges: 1, windows: 1 })
      }))

    it.effect(`one unlock's worth and ${callers} calls at once for different profiles: exactly one is served, the rest are 402`, () =>
      Effect.gen(function*() {
        const user = yield* userWith(25)
        const answers = yield* Effect.all(
          Array.from({ length: callers }, (_, index) => user.get(`/profile/other.${callers}.${index}`)),
          { concurrency: "unbounded" }
        )
        const served = answers.filter(({ status }) => status === 200)
        assert.lengthOf(served, 1)
        const refused = answers.filter(({ status }) => status === 402)
        assert.lengthOf(refused, callers - 1)
        for (const answer of refused) {
          const { balance, pricing, required, type } = answer.json<Record<string, unknown>>()
          assert.deepStrictEqual([type, required, balance, pricing], ["/problems/credits-required", 25, 0, "/credits/pricing"])
        }
        const { balance, charges, windows } = yield* books(user)
        assert.deepStrictEqual({ balance, charges, windows }, { balance: 0, charges: 1, windows: 1 })
      }))
  }

  it.effect("a refusal for want of credits is not kept under its Idempotency-Key: when there are some, the same request is served", () =>
    Effect.gen(function*() {
      const { call } = yield* TestApp
      const user = yield* userWith(0)
      const unlock = call({
        method: "POST",
        path: "/profile/wanted.later/unlock",
        headers: { authorization: `Bearer ${user.token}`, "idempotency-key": "one" }
      })
      assert.strictEqual((yield* unlock).status, 402)
      yield* correctTo(user, 25)
      const served = yield* unlock
      assert.deepStrictEqual([...said(served), served.headers.get("idempotency-replayed")], [200, "25", "0", "false"])
      assert.strictEqual((yield* unlock).headers.get("idempotency-replayed"), "true")
      assert.strictEqual((yield* books(user)).charges, 1)
    }))

  it.effect("each of several users who wait for one fetch pays for themselves", () =>
    Effect.gen(function*() {
      const { inFlight } = yield* TestApp
      const front = yield* VendorFront
      const users = yield* Effect.all(Array.from({ length: 5 }, () => userWith(30)))
      front.hold("of.several")
      const asking = yield* Effect.forkChild(
        Effect.all(users.map((user) => user.get("/profile/of.several")), { concurrency: "unbounded" })
      )
      yield* until(inFlight, (count) => count === users.length)
      front.release("of.several")
      assert.deepStrictEqual((yield* Fiber.join(asking)).map(said), users.map(() => [200, "25", "5"]))
      for (const user of users) assert.strictEqual((yield* books(user)).charges, 1)
      assert.lengthOf(front.asked.filter((name) => name === "of.several"), 1)
    }))

  it.effect("a known profile that is locked is charged without a vendor call; inside the window nothing is, nor does it grow", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      yield* (yield* userWith(25)).get("/profile/is.known")
      const user = yield* userWith(50)
      const etag = (yield* user.get("/profile/is.known?dry_run=true")).json<{ required: number }>()
      assert.strictEqual(etag.required, 25)
      assert.deepStrictEqual(yield* windowOf(user), [], "a quote does nothing")
      const first = yield* user.get("/profile/is.known")
      assert.deepStrictEqual(said(first), [200, "25", "25"])
      const [ends] = yield* windowOf(user)
      assert.deepStrictEqual(said(yield* user.get("/profile/is.known")).slice(0, 2), [200, "0"])
      clock.advance("2 minutes")
      const later = yield* signInAgain(user)
      assert.deepStrictEqual(said(yield* later.get("/profile/is.known")), [200, "0", "25"])
      const same = yield* later.get("/profile/is.known", { "if-none-match": first.headers.get("etag") ?? "" })
      assert.deepStrictEqual(said(same).slice(0, 2), [304, "0"])
      assert.strictEqual(
        (yield* later.get("/profile/is.known?dry_run=true")).json<{ free_reason: string }>().free_reason,
        "window_open"
      )
      assert.deepStrictEqual(yield* windowOf(user), [ends])
      assert.lengthOf(front.asked.filter((name) => name === "is.known"), 1)
      assert.strictEqual((yield* books(user)).charges, 1)
    }))

  it.effect("whoever knows the tag already is answered in full what they pay for", () =>
    Effect.gen(function*() {
      const etag = (yield* (yield* userWith(25)).get("/profile/same.tag")).headers.get("etag") ?? ""
      const answer = yield* (yield* userWith(25)).get("/profile/same.tag", { "if-none-match": etag })
      assert.deepStrictEqual(said(answer), [200, "25", "0"])
    }))

  it.effect("renewing adds 30 days to the end for the price of an unlock, once for calls at once and for the same key", () =>
    Effect.gen(function*() {
      const user = yield* userWith(200)
      yield* user.get("/profile/is.renewed")
      const [ends = 0] = yield* windowOf(user)
      assert.strictEqual(
        (yield* user.post("/profile/is.renewed/unlock?dry_run=true")).json<{ required: number }>().required,
        25
      )
      const keyed = { "idempotency-key": "renewal-one" }
      const renewed = yield* user.post("/profile/is.renewed/unlock", keyed)
      assert.deepStrictEqual(said(renewed), [200, "25", "150"])
      assert.strictEqual((yield* user.post("/profile/is.renewed/unlock", keyed)).status, 200)
      assert.deepStrictEqual(yield* windowOf(user), [ends + 30 * day])
      assert.strictEqual((yield* books(user)).charges, 2)
      const both = yield* Effect.all([user.post("/profile/is.renewed/unlock"), user.post("/profile/is.renewed/unlock")], {
        concurrency: 2
      })
      assert.deepStrictEqual(both.map(({ status }) => status), [200, 200])
      const { charges } = yield* books(user)
      const [now = 0] = yield* windowOf(user)
      assert.strictEqual(now, ends + (charges - 1) * 30 * day, "as many renewals as charges")
    }))

  it.effect("what fails is free; what is stored and locked costs what it does while Instagram cannot be read", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      const user = yield* userWith(25)
      front.says("fails.cold", 503)
      assert.strictEqual((yield* user.get("/profile/fails.cold")).status, 503)
      const { balance, windows } = yield* books(user)
      assert.deepStrictEqual({ balance, windows }, { balance: 25, windows: 0 })

      yield* (yield* userWith(25)).get("/profile/fails.known")
      clock.advance("40 days")
      const [later, poor] = [yield* signInAgain(user), yield* userWith(24)]
      yield* correctTo(later, 30)
      front.says("fails.known", 503)
      const stale = yield* later.get("/profile/fails.known")
      assert.deepStrictEqual(said(stale), [200, "25", "5"])
      assert.match(stale.headers.get("warning") ?? "", /^110 - "stale: /)
      assert.deepInclude(yield* books(later), { balance: 5, windows: 1, charges: 1 })
      // Within the time that the failure is believed, and anew.
      for (let i = 0; i < 2; i++) {
        assert.strictEqual((yield* poor.get("/profile/fails.known")).status, 402)
        clock.advance("2 minutes")
      }
      assert.deepInclude(yield* books(poor), { balance: 24, windows: 0, charges: 0 })
      front.unsay("fails.known")
      assert.deepStrictEqual(said(yield* later.get("/profile/fails.known")).slice(0, 2), [200, "0"])
    }))

  it.effect("of several who wait for one failing fetch each gets what is stored for what they have", () =>
    Effect.gen(function*() {
      const { clock, inFlight, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      yield* (yield* userWith(25)).get("/profile/fails.for.all")
      const users = yield* Effect.all(Array.from({ length: 3 }, () => userWith(25)))
      clock.advance("40 days")
      const all = yield* Effect.forEach(users, signInAgain)
      for (const user of all) yield* correctTo(user, 25)
      front.says("fails.for.all", 503)
      front.hold("fails.for.all")
      const asking = yield* Effect.forkChild(
        Effect.all(all.map((user) => user.get("/profile/fails.for.all")), { concurrency: "unbounded" })
      )
      yield* until(inFlight, (count) => count === all.length)
      front.release("fails.for.all")
      assert.deepStrictEqual((yield* Fiber.join(asking)).map(said), all.map(() => [200, "25", "0"]))
      for (const user of all) assert.deepInclude(yield* books(user), { balance: 0, windows: 1, charges: 1 })
    }))

  it.effect("a renewal whose look-up fails renews nothing and is free", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      const user = yield* userWith(100)
      yield* user.get("/profile/goes.away")
      const before = yield* windowOf(user)
      clock.advance("20 days")
      front.says("goes.away", { data: { user: null }, status: "ok" })
      const later = yield* signInAgain(user)
      yield* later.get("/profile/goes.away")
      const gone = yield* later.post("/profile/goes.away/unlock")
      assert.strictEqual(gone.status, 404)
      assert.deepStrictEqual(yield* windowOf(user), before)
      assert.deepInclude(yield* books(user), { charges: 1 })
    }))

  it.effect("what is reserved for a fetch outlasts it, however short the lease was set", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      const user = yield* userWith(25)
      front.hold("takes.long")
      const job = (yield* user.get("/profile/takes.long", { prefer: "wait=0" })).json<{ href: string }>()
      clock.advance("5 minutes")
      const later = yield* signInAgain(user)
      assert.strictEqual((yield* later.get("/profile/something.else")).status, 402)
      front.release("takes.long")
      yield* until(later.get(job.href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)
      const { balance, windows } = yield* books(user)
      assert.deepStrictEqual({ balance, windows }, { balance: 0, windows: 1 })
    }))

  it.effect("a look-up that is cancelled is not charged", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* userWith(25)
      front.hold("is.cancelled")
      const job = (yield* user.get("/profile/is.cancelled", { prefer: "wait=0" })).json<{ href: string }>()
      assert.strictEqual((yield* user.get("/me/credits")).json<{ reserved: number }>().reserved, 25)
      const { call } = yield* TestApp
      yield* call({ method: "DELETE", path: job.href, headers: { authorization: `Bearer ${user.token}` } })
      front.release("is.cancelled")
      const { balance, windows } = yield* books(user)
      assert.deepStrictEqual({ balance, windows }, { balance: 25, windows: 0 })
    }))

  it.effect("a bulk job takes no more than it may, and what the account has", () =>
    Effect.gen(function*() {
      const user = yield* userWith(60)
      const { call } = yield* TestApp
      const made = yield* call({
        method: "POST",
        path: "/jobs",
        headers: { authorization: `Bearer ${user.token}`, "content-type": "application/json" },
        body: JSON.stringify({ usernames: ["bulk.a", "bulk.b", "bulk.c"], max_credits: 25 })
      })
      const { href } = made.json<{ href: string }>()
      yield* until(user.get(href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)
      const { balance, charges, windows } = yield* books(user)
      assert.deepStrictEqual({ balance, charges, windows }, { balance: 35, charges: 1, windows: 1 })
    }))

  it.effect("the entries alone explain the balance", () =>
    Effect.gen(function*() {
      const user = yield* userWith(75)
      yield* user.get("/profile/explained.one")
      yield* user.post("/profile/explained.one/unlock")
      const { data } = (yield* user.get("/me/credits/entries?limit=100")).json<{
        data: ReadonlyArray<Record<string, string | number | null>>
      }>()
      const oldestFirst = data.toReversed()
      let balance = 0
      for (const entry of oldestFirst) {
        balance += Number(entry["credits"])
        assert.strictEqual(balance, entry["balance_after"])
        assert.isTrue(entry["subject"] !== null || entry["note"] !== null, "says what it is about")
      }
      assert.strictEqual(balance, (yield* user.get("/me/credits")).json<{ balance: number }>().balance)
      assert.lengthOf(data.filter((entry) => String(entry["subject"]).startsWith("explained.one")), 2)
    }))
})

layer(TestApp.layer(), { excludeTestServices: true })("with credits off", (it) => {
  it.effect("every window is free and recorded as that, once, and a look-up extends it", () =>
    Effect.gen(function*() {
      const { clock, newUser, signInAgain } = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* newUser
      const answer = yield* user.get("/profile/for.nothing")
      assert.deepStrictEqual(said(answer), [200, null, null])
      const [ends = 0] = yield* windowOf(user)
      clock.advance("1 day")
      assert.strictEqual((yield* (yield* signInAgain(user)).get("/profile/for.nothing")).status, 200)
      const [then = 0] = yield* windowOf(user)
      assert.isAtLeast(then - ends, day)
      const recorded = yield* sql`SELECT free_reason FROM credit_reservations WHERE user_id = ${user.id}`
      assert.deepStrictEqual(recorded, [{ free_reason: "credits_off" }])
    }))
})
