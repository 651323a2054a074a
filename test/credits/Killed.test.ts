import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { AuthEmulator } from "../../src/sandbox/auth/AuthEmulator.ts"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { startServer } from "../support/processes.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

const parts = Layer.mergeAll(VendorFront.layer, AuthEmulator.layer()).pipe(
  Layer.provideMerge(VendorSimulator.layer({
    username: "test",
    password: Redacted.make("secret"),
    latency: { min: 0, max: 0 }
  })),
  Layer.provideMerge(TestDatabase.layer)
)

const month = 30 * 86_400_000

layer(parts, { excludeTestServices: true })("a process that is killed between the charge and its answer", (it) => {
  it.effect(
    "has the repeat with the same Idempotency-Key charged no second time, for an unlock and for a renewal",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const auth = yield* AuthEmulator
        const { access_token, user_id } = yield* auth.ensureUser("user@test.invalid", "password-of-the-test")
        const settings = { CREDITS_ENABLED: "true" }
        const charges = sql<{ credits: number }>`
        SELECT amount::integer AS credits FROM credit_entries WHERE user_id = ${user_id} AND kind = 'charge'`
        const ends = Effect.map(
          sql<{ ends: string }>`SELECT expires_at AS ends FROM user_profile_access WHERE user_id = ${user_id}`,
          ([window]) => Date.parse(window?.ends ?? "")
        )
        const unlock = (url: string, key: string) =>
          fetch(`${url}/profile/is.killed/unlock`, {
            method: "POST",
            headers: { authorization: `Bearer ${access_token}`, "idempotency-key": key }
          })

        /** The request with this key, of a server that dies when it is charged and before its answer is kept. */
        const cutOff = Effect.fnUntraced(function*(key: string, charged: number) {
          const server = yield* startServer(settings)
          // Within a transaction PostgreSQL shows what it showed at the first look.
          const backend = Effect.andThen(
            sql`SELECT pg_stat_clear_snapshot()`,
            sql<{ pid: number }>`
            SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND pid <> pg_backend_pid()`
          )
          yield* sql.withTransaction(Effect.gen(function*() {
            yield* sql`SELECT pg_advisory_xact_lock(4711)`
            const lost = unlock(server.url, key).then(() => "answered", () => "lost")
            const [waiting] = yield* until(backend, (found) => found.length > 0)
            assert.lengthOf(yield* charges, charged)
            yield* server.kill
            // What the killed process had sent would become so all the same.
            yield* sql`SELECT pg_terminate_backend(${waiting?.pid ?? 0})`
            yield* until(backend, (found) => found.length === 0)
            assert.strictEqual(yield* Effect.promise(() => lost), "lost")
          }))
          // As if the lease of the key had ended.
          yield* sql`UPDATE idempotency_keys SET leased_until = created_at`
        })

        yield* sql`
        CREATE FUNCTION pause_before_answer() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.answer IS NOT NULL THEN PERFORM pg_advisory_xact_lock(4711); END IF; RETURN NEW; END $$`
        yield* sql`
        CREATE TRIGGER pause_before_answer BEFORE UPDATE ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION pause_before_answer()`
        yield* cutOff("unlock", 1)
        const first = yield* ends
        yield* cutOff("renewal", 2)
        const renewed = yield* ends
        assert.strictEqual(renewed, first + month)

        const server = yield* startServer(settings)
        for (const key of ["unlock", "renewal"]) {
          for (const replayed of ["false", "true"]) {
            const answer = yield* Effect.promise(() => unlock(server.url, key))
            const said = ["x-credits-charged", "x-access-expires-at", "idempotency-replayed"].map((name) =>
              answer.headers.get(name)
            )
            assert.deepStrictEqual([answer.status, ...said], [200, "25", new Date(renewed).toISOString(), replayed])
          }
        }
        assert.lengthOf(yield* charges, 2)
        assert.strictEqual(yield* ends, renewed)
        // A new key is a new request.
        assert.strictEqual((yield* Effect.promise(() => unlock(server.url, "another"))).status, 200)
        assert.lengthOf(yield* charges, 3)
        assert.strictEqual(yield* ends, renewed + month)
      }),
    120_000
  )
})
