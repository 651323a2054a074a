import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { Prng } from "../../src/sandbox/vendor/Prng.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { partialProfiles } from "../support/partialProfiles.ts"
import { startServer } from "../support/processes.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const seed = process.env["KILL_SEED"] ?? "1"
const names = Array.from({ length: 50 }, (_, i) => `ingested.${i}`)

const parts = Layer.mergeAll(VendorFront.layer, AuthEmulator.layer()).pipe(
  Layer.provideMerge(VendorSimulator.layer({
    username: "test",
    password: Redacted.make("secret"),
    latency: { min: 10, max: 120 }
  })),
  Layer.provideMerge(TestDatabase.layer)
)

layer(parts, { excludeTestServices: true })("the server's process killed again and again", (it) => {
  it.effect(
    `while it ingests ${names.length} profiles leaves each whole or absent, and pays for none again that was kept (seed ${seed})`,
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const simulator = yield* VendorSimulator
        const auth = yield* AuthEmulator
        const random = new Prng("kills", seed)
        const { access_token, user_id } = yield* auth.ensureUser("user@test.invalid", "password-of-the-test")

        const namesIn = (table: string, condition = "true") =>
          Effect.map(
            sql<{ username: string }>`SELECT username FROM ${sql(table)} WHERE ${sql.literal(condition)} ORDER BY 1`,
            (rows) => new Set(rows.map((row) => row.username))
          )

        /** Every stored profile has all that its answer says, and no answer counts as stored without its profile. */
        const assertWhole = Effect.gen(function*() {
          const stored = yield* namesIn("profiles")
          assert.deepStrictEqual(yield* namesIn("vendor_answers", "stored_at IS NOT NULL"), stored)
          assert.deepStrictEqual(yield* partialProfiles, [])
          const unrecorded = yield* sql`
          SELECT p.username FROM profiles AS p
          WHERE 1 <> (SELECT count(*) FROM profile_snapshots WHERE profile_id = p.id)
            OR 1 <> (SELECT count(*) FROM user_profile_access WHERE profile_id = p.id AND user_id = ${user_id})
            OR 1 > (SELECT count(*) FROM user_searches WHERE instagram_username = p.username AND success)`
          assert.deepStrictEqual(unrecorded, [])
          const orphans = yield* sql`SELECT 1 FROM posts WHERE NOT EXISTS (SELECT 1 FROM post_profiles WHERE post_id = posts.id)`
          assert.deepStrictEqual(orphans, [])
        })

        const kills: Array<
          { readonly asked: number; readonly lost: number; readonly lostOnArrival: number; readonly stored: number }
        > = []
        for (;;) {
          const keptBefore = yield* namesIn("vendor_answers")
          const storedBefore = yield* namesIn("profiles")
          const askedBefore = front.asked.length
          const answeredBefore = front.answered.length
          const server = yield* startServer()
          const requests = names.filter((name) => !storedBefore.has(name)).map((name) =>
            fetch(`${server.url}/profile/${name}`, { headers: { authorization: `Bearer ${access_token}` } })
              .then((answer) => answer.text().then(() => answer.status))
              .catch(() => "killed")
          )
          const callsUntilKill = random.int(4, 20)
          const turns = random.int(0, 4000)
          const last = names.length - keptBefore.size <= callsUntilKill
          if (last) {
            const statuses = yield* Effect.promise(() => Promise.all(requests))
            assert.deepStrictEqual(new Set(statuses), new Set([200]))
          } else {
            yield* until(Effect.sync(() => front.asked.length - askedBefore), (calls) => calls >= callsUntilKill)
            for (let turn = 0; turn < turns; turn++) {
              yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
            }
          }
          yield* server.kill
          yield* Effect.promise(() => Promise.all(requests))
          yield* until(simulator.stats, ({ in_flight }) => in_flight === 0)
          yield* until(
            sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'analytics-following'
            AND pid <> pg_backend_pid() AND state <> 'idle'`,
            (busy) => busy.length === 0
          )

          yield* assertWhole
          const asked = front.asked.slice(askedBefore)
          assert.lengthOf(new Set(asked), asked.length, "no name is asked for twice by one process")
          assert.deepStrictEqual(asked.filter((name) => keptBefore.has(name)), [], "what was kept is not paid again")
          const kept = yield* namesIn("vendor_answers")
          kills.push({
            asked: asked.length,
            lost: asked.filter((name) => !kept.has(name)).length,
            lostOnArrival: front.answered.slice(answeredBefore).filter((name) => !kept.has(name)).length,
            stored: (yield* namesIn("profiles")).size
          })
          if (last) break
        }

        const lost = kills.reduce((sum, kill) => sum + kill.lost, 0)
        const lostOnArrival = kills.reduce((sum, kill) => sum + kill.lostOnArrival, 0)
        yield* Effect.logWarning("killed", {
          times: kills.length - 1,
          lost,
          lostOnArrival,
          stored: kills.map((kill) => kill.stored)
        })
        assert.strictEqual((yield* simulator.stats).billed, names.length + lost)
        assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers`, names.length)
        assert.lengthOf(yield* sql`SELECT 1 FROM vendor_answers WHERE stored_at IS NOT NULL`, names.length)
        assert.isAbove(kills.length, 3)
      }),
    180_000
  )
})
