import { assert, layer } from "@effect/vitest"
import { type Duration, Effect, Layer, Option, Redacted } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { SqlClient } from "effect/sql/SqlClient"
import { Transaction } from "../../src/database/Transaction.ts"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import * as DecodoHttp from "../../src/decodo/DecodoHttp.ts"
import { Prng } from "../../src/sandbox/vendor/Prng.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { breakerDefaults } from "../../src/thrift/Breakers.ts"
import { VendorGuard } from "../../src/thrift/VendorGuard.ts"
import { VendorTasks } from "../../src/thrift/VendorTasks.ts"
import { type Use, VendorUse } from "../../src/thrift/VendorUse.ts"
import { UserId } from "../../src/users/UserId.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

const price = 1_000
const ada = UserId.make("a0000000-0000-4000-8000-000000000001")

const simulator = VendorSimulator.layer({
  username: "user",
  password: Redacted.make("secret"),
  latency: { min: 0, max: 0 },
  costPerSuccess: price / 1_000_000
})

/** A process of the product, as far as it talks to the vendor; when it ends, its meter is written. */
const process = <A, E>(
  ceilings: { readonly perDay: number | null; readonly perUserAndDay: number | null },
  run: Effect.Effect<A, E, DecodoClient | VendorGuard>,
  timeout: Duration.Input = "1 minute"
) =>
  Effect.gen(function*() {
    const { url } = yield* VendorSimulator
    const guard = VendorGuard.layer({
      breaker: { ...breakerDefaults, failures: 1_000 },
      fleet: { concurrency: 20, perSecond: 10_000 },
      redis: Option.none(),
      spending: { pricePerSuccess: price, ...ceilings }
    }).pipe(Layer.provide(Transaction.layer))
    const client = DecodoHttp.layer({
      baseUrl: url,
      username: "user",
      password: Redacted.make("secret"),
      timeout,
      concurrency: 10,
      retry: { attempts: 3, baseDelay: "1 millis", maxDelay: "2 millis" }
    }).pipe(Layer.provide(FetchHttpClient.layer), Layer.provide(VendorTasks.layer), Layer.provideMerge(guard))
    return yield* Effect.provide(run, client)
  })

const metered = Effect.gen(function*() {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ calls: number; sure: number; unsure: number }>`
    SELECT count(*)::int AS calls, coalesce(sum(cost_micros) FILTER (WHERE billed = 'yes'), 0)::int AS sure,
      coalesce(sum(cost_micros) FILTER (WHERE billed = 'unknown'), 0)::int AS unsure
    FROM vendor_calls`
  return row!
})

const fresh = Effect.gen(function*() {
  const sql = yield* SqlClient
  const vendor = yield* VendorSimulator
  // What a test before gave up is still worked on, and would be on this one's bill.
  yield* until(vendor.stats, ({ in_flight }) => in_flight === 0)
  yield* vendor.reset
  yield* sql`TRUNCATE vendor_calls, vendor_spend, vendor_places`
  yield* sql`INSERT INTO auth_users (id) VALUES (${ada}) ON CONFLICT DO NOTHING`
  return vendor
})

const open = { perDay: null, perUserAndDay: null }

layer(Layer.merge(simulator, TestDatabase.layer), { excludeTestServices: true })("the cost meter", (it) => {
  it.effect("equals the vendor's bill to the cent over a random mixed run, and says what for and for whom", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      const prng = new Prng("mixed", "run", 1)
      const states = [
        "gone",
        "string",
        "private",
        "613x1",
        "613.always",
        "result613",
        "empty",
        "emptyobject",
        "nodata",
        "wait",
        "html",
        "malformed",
        "429bare",
        "400",
        "422",
        "403",
        "401",
        "500x1",
        "503.always",
        "faulted",
        "error",
        "12000",
        "12002",
        "wrongkinds",
        "pending.1"
      ]
      const uses: ReadonlyArray<Use> = [
        { purpose: "lookup", user: ada },
        { purpose: "refresh", user: null },
        { purpose: "bulk", user: ada }
      ]
      const asked = Array.from({ length: 150 }, (_, i) => ({
        name: prng.int(0, 2) === 0 ? `ordinary.${i}` : `sim.${states[prng.int(0, states.length - 1)]}_${i}`,
        use: uses[prng.int(0, 2)]!,
        post: prng.int(0, 9) === 0
      }))
      const ends = yield* process(
        open,
        Effect.gen(function*() {
          const client = yield* DecodoClient
          return yield* Effect.forEach(
            asked,
            ({ name, post, use }) =>
              (post
                ? Effect.asVoid(client.fetchPost(`C${name.replaceAll(/\W/g, "")}`))
                : Effect.asVoid(client.fetchProfile(name)))
                .pipe(
                  Effect.result,
                  Effect.provideService(VendorUse, use)
                ),
            { concurrency: 10 }
          )
        })
      )
      assert.isAbove(ends.filter(({ _tag }) => _tag === "Success").length, 30)
      assert.isAbove(ends.filter(({ _tag }) => _tag === "Failure").length, 30)
      const { billed, calls } = yield* vendor.stats
      assert.isAbove(billed, 50)
      assert.deepStrictEqual(yield* metered, { calls, sure: billed * price, unsure: 0 })
      const uses_ = yield* sql<{ purpose: string; user_id: string | null }>`SELECT DISTINCT purpose, user_id FROM vendor_calls`
      assert.sameDeepMembers([...uses_], uses.map(({ purpose, user }) => ({ purpose, user_id: user })))
    }))

  it.effect("shows apart what nobody saw end, and the bill lies between", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      yield* process(
        open,
        Effect.gen(function*() {
          const client = yield* DecodoClient
          const names = ["sim.reset", "sim.504", "sim.524", "sim.slow.3", "sim.hang", "ordinary", "another"]
          yield* Effect.forEach(names, (name) => Effect.result(client.fetchProfile(name)), { concurrency: 10 })
        }),
        "1 second"
      )
      const { cost_usd } = yield* vendor.stats
      const { sure, unsure } = yield* metered
      const bill = Math.round(cost_usd * 1_000_000)
      assert.isAbove(unsure, 0)
      assert.isAtMost(sure, bill)
      assert.isAtLeast(sure + unsure, bill)
    }))

  it.effect("holds the day's ceiling over two processes at once: not a call more, and those refused cost nothing", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      const ceilings = { perDay: 10 * price, perUserAndDay: null }
      const run = (process_: number, concurrency: number) =>
        process(
          ceilings,
          Effect.gen(function*() {
            const client = yield* DecodoClient
            return yield* Effect.forEach(
              Array.from({ length: 20 }, (_, i) => `sim.${i % 4 === 0 ? "422" : "string"}_${process_}_${i}`),
              (name) => Effect.result(client.fetchProfile(name)),
              { concurrency }
            )
          })
        )
      const together = (yield* Effect.all([run(1, 10), run(2, 10)], { concurrency: 2 })).flat()
      assert.isAtMost((yield* vendor.stats).billed, 10)
      // A call that then failed may have held the last place while others asked for it: one after the other they fill the day.
      const ends = [...together, ...(yield* run(3, 1))]
      const { billed, cost_usd } = yield* vendor.stats
      assert.strictEqual(billed, 10)
      assert.strictEqual(cost_usd, 0.01)
      const refused = ends.flatMap((end) => end._tag === "Failure" ? [end.failure] : []).filter(({ reason }) =>
        reason._tag === "SpendCeilingReached"
      )
      assert.isAbove(refused.length, 0)
      assert.isTrue(refused.every(({ attempts }) => attempts === 0))
      assert.strictEqual((yield* metered).sure, 10 * price)
      const [left] = yield* sql<{ spent: number }>`SELECT spent_micros::int AS spent FROM vendor_spend WHERE user_id IS NULL`
      assert.strictEqual(left?.spent, 10 * price)
    }))

  it.effect("holds each user's ceiling, which leaves the others and the day's sum alone", () =>
    Effect.gen(function*() {
      const vendor = yield* fresh
      const sql = yield* SqlClient
      const ends = yield* process(
        { perDay: 100 * price, perUserAndDay: 3 * price },
        Effect.gen(function*() {
          const client = yield* DecodoClient
          const fetch = (name: string, user: UserId | null) =>
            Effect.result(Effect.provideService(client.fetchProfile(name), VendorUse, { purpose: "lookup", user }))
          const own = yield* Effect.forEach(["a.1", "a.2", "a.3", "a.4", "a.5"], (name) => fetch(name, ada), { concurrency: 5 })
          return [...own, yield* fetch("a.6", null)]
        })
      )
      const refused = ends.flatMap((end) => end._tag === "Failure" ? [end.failure.reason] : [])
      assert.deepStrictEqual(refused.map((reason) => reason._tag === "SpendCeilingReached" && reason.scope), ["user", "user"])
      assert.strictEqual((yield* vendor.stats).billed, 4)
      const sums = yield* sql`SELECT user_id, spent_micros::int AS spent FROM vendor_spend`
      assert.sameDeepMembers([...sums], [{ user_id: ada, spent: 3 * price }, { user_id: null, spent: 4 * price }])
    }))

  it.effect("says what was spent today, and what it will come to", () =>
    Effect.gen(function*() {
      yield* fresh
      const state = yield* process(
        { perDay: 100 * price, perUserAndDay: null },
        Effect.gen(function*() {
          const client = yield* DecodoClient
          yield* client.fetchProfile("one")
          yield* client.fetchProfile("two")
          const guard = yield* VendorGuard
          return yield* until(guard.spend, (state) => (state?.spent_micros ?? 0) >= 2 * price)
        })
      )
      assert.strictEqual(state?.spent_micros, 2 * price)
      assert.strictEqual(state?.ceiling_micros, 100 * price)
      assert.isNull(state?.degraded)
      assert.isAbove(state?.forecast_micros ?? 0, 2 * price)
    }))
})
