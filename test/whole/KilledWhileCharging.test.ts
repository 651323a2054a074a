import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { Prng } from "../../src/sandbox/vendor/Prng.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { UserId } from "../../src/users/UserId.ts"
import { accessAddsUp } from "../credits/support.ts"
import { startServer } from "../support/processes.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const seed = process.env["KILL_SEED"] ?? "1"
const kills = Number(process.env["KILLS"] ?? 4)
const names = Array.from({ length: 4 }, (_, index) => `charged.${index}`)

const parts = Layer.mergeAll(VendorFront.layer, AuthEmulator.layer(), LedgerCheckRepo.layer).pipe(
  Layer.provideMerge(VendorSimulator.layer({
    username: "test",
    password: Redacted.make("secret"),
    latency: { min: 5, max: 60 }
  })),
  Layer.provideMerge(TestDatabase.layer)
)

/** A reservation outlasts its fetch, and what a killed process held is free again within seconds. */
const settings = { CREDITS_ENABLED: "true", CREDITS_LEASE: "10 seconds", DECODO_BUDGET: "5 seconds" }

layer(parts, { excludeTestServices: true })("servers that charge, killed again and again", (it) => {
  it.effect(
    `with SIGKILL, ${kills} times, while they unlock, renew, cancel and work on jobs, charge each access once (seed ${seed})`,
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const auth = yield* AuthEmulator
        const random = new Prng("charged", seed)
        const users = yield* Effect.forEach([0, 1, 2], (index) =>
          auth.ensureUser(`user${index}@test.invalid`, "password-of-the-test"))
        const asked = new Map(users.map(({ user_id }) => [user_id, 0]))

        for (let kill = 0; kill <= kills; kill++) {
          const servers = yield* Effect.all([startServer(settings), startServer(settings)], { concurrency: 2 })
          const call = (user: typeof users[number], method: string, path: string, more: RequestInit = {}) =>
            fetch(`${servers[random.int(0, 1)]?.url}${path}`, {
              ...more,
              method,
              headers: { authorization: `Bearer ${user.access_token}`, ...more.headers }
            }).then(async (answer) => ({ status: answer.status, body: await answer.text() }), () =>
              undefined)
          const before = front.asked.length
          const calls = users.flatMap((user) => [
            ...names.map((name) => call(user, "GET", `/profile/${name}`)),
            // Renewals of whatever is open by now, the same request twice.
            ...names.slice(0, 2).flatMap((name) => {
              asked.set(user.user_id, (asked.get(user.user_id) ?? 0) + 1)
              const repeat = { headers: { "idempotency-key": `${kill} ${name}` } }
              return [0, 1].map(() => call(user, "POST", `/profile/${name}/unlock`, repeat))
            }),
            call(user, "POST", "/jobs", {
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ usernames: [`bulk.${kill}.a`, `bulk.${kill}.b`], max_credits: 25 })
            }).then((made) =>
              made?.status === 202 && random.int(0, 1) === 0
                ? call(user, "DELETE", (JSON.parse(made.body) as { readonly href: string }).href)
                : undefined
            )
          ])
          const last = kill === kills
          if (!last) {
            const callsUntilKill = random.int(0, 3)
            const turns = random.int(0, 3000)
            yield* until(
              Effect.sync(() => front.asked.length - before),
              (count) => count >= callsUntilKill || kill > 0
            )
            for (let turn = 0; turn < turns; turn++) yield* Effect.promise(() => new Promise<void>((go) => setImmediate(go)))
            for (const server of servers) yield* server.kill
          }
          const answers = yield* Effect.promise(() => Promise.all(calls))
          for (const answer of answers) {
            if (answer !== undefined) assert.include([200, 202, 204, 402, 409], answer.status, answer.body)
          }
          if (!last) continue

          yield* until(
            sql`SELECT 1 FROM profile_fetches WHERE finished_at IS NULL UNION ALL SELECT 1 FROM jobs WHERE finished_at IS NULL`,
            (found) => found.length === 0
          )
          // Whoever reads their account has ended what was left open under a lease.
          const held = sql`SELECT 1 FROM credit_accounts WHERE reserved > 0`
          yield* until(
            Effect.andThen(Effect.promise(() => Promise.all(users.map((user) => call(user, "GET", "/me/credits")))), held),
            (found) => found.length === 0
          )
        }

        const unlocked = yield* sql<{ username: string }>`SELECT username FROM profiles`
        for (const { user_id } of users) {
          const paid = yield* accessAddsUp(UserId.make(user_id), unlocked.map(({ username }) => username))
          for (const { openings } of paid.values()) {
            assert.isAtMost(openings.length, 1, "a window that is open is not charged again")
          }
          const renewals = [...paid.values()].reduce((sum, one) => sum + one.renewals.length, 0)
          assert.isAtMost(renewals, asked.get(user_id) ?? 0, "each request renews once")
        }
        const twice = yield* sql`SELECT username FROM vendor_answers GROUP BY username HAVING count(*) > 1`
        assert.deepStrictEqual(twice, [], "no name is paid again whose answer had arrived")
        const charges = yield* sql`SELECT 1 FROM credit_entries WHERE kind = 'charge'`
        assert.isAtLeast(charges.length, users.length * 2)
      }),
    300_000
  )
})
