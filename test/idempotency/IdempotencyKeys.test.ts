import { assert, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { Transaction } from "../../src/database/Transaction.ts"
import { keyOf } from "../../src/idempotency/IdempotencyKey.ts"
import { IdempotencyKeys, type KeyedCall } from "../../src/idempotency/IdempotencyKeys.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"

const services = IdempotencyKeys.layer({ keepFor: Duration.hours(24), lease: Duration.seconds(150) }).pipe(
  Layer.provideMerge(Transaction.layer),
  Layer.provideMerge(TestDatabase.layer)
)
const answer = { status: 200, headers: {}, content_type: null, body: null }

layer(services, { excludeTestServices: true })("a keyed call", (it) => {
  const newCall = Effect.map(insertUser, (user): KeyedCall => ({
    user,
    key: keyOf(user, randomUUID()),
    route: "POST /x",
    fingerprint: "f".repeat(43)
  }))
  const left = ({ user }: KeyedCall) =>
    Effect.flatMap(SqlClient, (sql) => sql`SELECT FROM idempotency_keys WHERE user_id = ${user}`)

  for (const how of ["inTransaction", "leased"] as const) {
    it.effect(`${how}: that fails, dies, is interrupted or is not final leaves nothing, and the next runs`, () =>
      Effect.gen(function*() {
        const keys = yield* IdempotencyKeys
        const call = yield* newCall
        let runs = 0
        const ran = Effect.sync(() => ({ answer: { ...answer, status: 200 + runs++ }, final: true }))
        for (const failing of [Effect.fail("no"), Effect.die("no"), Effect.interrupt]) {
          assert.isTrue(Exit.isFailure(yield* Effect.exit(keys[how](call, Effect.andThen(ran, failing)))))
          assert.lengthOf(yield* left(call), 0)
        }
        yield* keys[how](call, Effect.map(ran, (given) => ({ ...given, final: false })))
        assert.lengthOf(yield* left(call), 0)
        assert.deepStrictEqual(yield* keys[how](call, ran), { answer: { ...answer, status: 204 }, replayed: false })
        assert.deepStrictEqual(yield* keys[how](call, ran), { answer: { ...answer, status: 204 }, replayed: true })
        assert.strictEqual(runs, 5)
      }))

    it.effect(`${how}: is in use while it runs, without anybody waiting`, () =>
      Effect.gen(function*() {
        const keys = yield* IdempotencyKeys
        const call = yield* newCall
        const begun = yield* Deferred.make<void>()
        const end = yield* Deferred.make<void>()
        const first = yield* Effect.forkChild(keys[how](
          call,
          Deferred.succeed(begun, undefined).pipe(Effect.andThen(Deferred.await(end)), Effect.as({ answer, final: true }))
        ))
        yield* Deferred.await(begun)
        const refused = yield* Effect.flip(keys[how](call, Effect.die("runs once")))
        assert.strictEqual(refused._tag, "IdempotencyKeyInUse")
        yield* Deferred.succeed(end, undefined)
        assert.isFalse((yield* Fiber.join(first)).replayed)
        assert.isTrue((yield* keys[how](call, Effect.die("runs once"))).replayed)
      }))
  }

  it.effect("leased: that is cut off while its key is being taken gives the key back", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const keys = yield* IdempotencyKeys
      const call = yield* newCall
      // The commit waits for a lock that this test has.
      yield* sql`
        CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`
      yield* sql`
        CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON idempotency_keys
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit()`
      const held = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      yield* Effect.forkChild(sql.withTransaction(Effect.andThen(
        sql`SELECT pg_advisory_xact_lock(42)`,
        Effect.andThen(Deferred.succeed(held, undefined), Deferred.await(release))
      )))
      yield* Deferred.await(held)
      const taking = yield* Effect.forkChild(keys.leased(call, Effect.die("cut off before")))
      yield* until(
        sql`SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE 'COMMIT%'`,
        (waiting) => waiting.length === 1
      )
      const ending = yield* Effect.forkChild(Fiber.interrupt(taking), { startImmediately: true })
      yield* Deferred.succeed(release, undefined)
      yield* Fiber.join(ending)
      yield* sql`DROP FUNCTION hold_commit CASCADE`
      assert.lengthOf(yield* left(call), 0)
    }))

  it.effect("whose lease lapsed while it ran does not overwrite the answer of who took the key since", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const keys = yield* IdempotencyKeys
      const call = yield* newCall
      const late = { answer: { ...answer, status: 299 }, final: true }
      yield* keys.leased(
        call,
        Effect.gen(function*() {
          yield* sql`UPDATE idempotency_keys SET leased_until = now() - interval '1 second' WHERE user_id = ${call.user}`
          yield* keys.leased(call, Effect.succeed({ answer, final: true }))
          return late
        })
      )
      assert.deepStrictEqual(yield* keys.leased(call, Effect.die("runs once")), { answer, replayed: true })
    }))

  it.effect("is forgotten when it has expired, and purged", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const keys = yield* IdempotencyKeys
      const call = yield* newCall
      yield* keys.inTransaction(call, Effect.succeed({ answer, final: true }))
      const expire = sql`
        UPDATE idempotency_keys SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second'
        WHERE user_id = ${call.user}`
      yield* expire
      assert.isFalse((yield* keys.inTransaction(call, Effect.succeed({ answer, final: true }))).replayed)
      assert.strictEqual(yield* keys.purge, 0)
      yield* expire
      assert.strictEqual(yield* keys.purge, 1)
    }))
})
