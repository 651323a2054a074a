import { assert, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Layer } from "effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { SqlClient } from "effect/sql/SqlClient"
import { Audit, type Verified } from "../../src/audit/Audit.ts"
import type { Break } from "../../src/audit/Chain.ts"
import { CurrentUser } from "../../src/auth/CurrentUser.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { noteOf } from "../../src/http/Noted.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

const doors = Audit.layer.pipe(Layer.provideMerge(Transaction.layer), Layer.provideMerge(TestDatabase.layer))
const everything = {
  action: undefined,
  actor: undefined,
  subject: undefined,
  subject_type: undefined,
  subject_id: undefined,
  since: undefined,
  until: undefined
}

/** Each test has a database of its own: one of them breaks the chain. */
const test = layer(doors, { excludeTestServices: true })

const act = (id: string) => ({ action: "campaign.delete", subject: { type: "campaign", id } }) as const

const record = Effect.fnUntraced(function*(count: number) {
  const audit = yield* Audit
  for (let n = 0; n < count; n++) yield* audit.record({ ...act(`c${n}`), details: { n, text: "ü \u{1F600} \" : \\" } })
})

/** What an owner of the database can do and nobody else: a change behind the triggers. Nothing of it is kept. */
const verifiedAfter = Effect.fnUntraced(function*(change: string) {
  const sql = yield* SqlClient
  const audit = yield* Audit
  const transaction = yield* Transaction
  let verified: Verified | undefined
  yield* Effect.flip(transaction.run(Effect.gen(function*() {
    yield* sql`SET LOCAL session_replication_role = replica`
    yield* sql.unsafe(change)
    verified = yield* audit.verify(undefined)
    return yield* Effect.fail("taken back")
  })))
  assert(verified !== undefined)
  return verified
})

const tampered = (change: string) => Effect.map(verifiedAfter(change), ({ broken }) => broken)

test("the audit log", (it) => {
  it.effect("links what is recorded, by many at once, without a gap and without a doubt", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      const transaction = yield* Transaction
      yield* Effect.all(
        Array.from({ length: 40 }, (_, n) =>
          transaction.run(Effect.andThen(audit.record(act(`a${n}`)), audit.record(act(`b${n}`))))),
        { concurrency: 8 }
      )
      const { broken, head, unlinked } = yield* audit.verify(undefined)
      assert.deepStrictEqual({ broken, sequence: head.sequence, unlinked }, { broken: null, sequence: 80, unlinked: 0 })
      assert.isNull((yield* audit.verify(head)).broken)
      assert.strictEqual((yield* audit.verify({ ...head, hash: "0".repeat(64) })).broken?.sequence, 80)
      assert.deepStrictEqual((yield* audit.verify({ ...head, sequence: 81 })).broken, { sequence: 81, problem: "missing link" })
    }))

  it.effect("holds nothing of what was undone", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      const transaction = yield* Transaction
      const before = yield* audit.verify(undefined)
      yield* Effect.flip(transaction.run(Effect.andThen(audit.record(act("undone")), Effect.fail("no"))))
      assert.deepStrictEqual(yield* audit.verify(undefined), before)
    }))

  it.effect("is not changed, shortened or emptied by anybody who comes by its tables", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* record(1)
      for (const table of ["audit_entries", "audit_links"]) {
        for (
          const write of [
            `DELETE FROM ${table}`,
            `TRUNCATE ${table} CASCADE`,
            `UPDATE ${table} SET ${table === "audit_links" ? "hash = previous_hash" : "action = 'a.b'"}`
          ]
        ) {
          const refused = yield* Effect.flip(sql.unsafe(write))
          assert.include(String(refused.reason.cause), "append-only", write)
        }
      }
    }))

  it.effect("forgets a person without breaking, and tells nothing of them afterwards", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      const sql = yield* SqlClient
      const user = yield* insertUser
      const caller = { id: user, email: null, role: "admin", session_id: null } as const
      yield* Effect.provideService(
        audit.record({ action: "user.read", subject: { type: "user", user } }),
        CurrentUser,
        caller
      )
      const page = { after: undefined, limit: 10 }
      const [seen] = yield* audit.list({ ...everything, actor: user, subject: user }, page)
      assert.deepInclude(seen, { action: "user.read", actor_kind: "admin", actor_user_id: user, subject_user_id: user })
      yield* sql`DELETE FROM audit_people WHERE user_id = ${user}`
      assert.deepStrictEqual(yield* audit.list({ ...everything, actor: user }, page), [])
      const [left] = yield* audit.list({ ...everything, action: "user.read" }, page)
      assert.deepInclude(left, { actor_user_id: null, subject_user_id: null, actor: seen?.actor ?? "" })
      assert.isNull((yield* audit.verify(undefined)).broken)
    }))

  it.effect("lets those who act on the same people at the same time go on: none waits for another's transaction", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      const transaction = yield* Transaction
      const [one, other] = [yield* insertUser, yield* insertUser]
      const acts = (actor: UserId, user: UserId) => audit.record({ action: "user.read", subject: { type: "user", user }, actor })
      yield* acts(one, other)
      const [begun, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      yield* Effect.all([
        transaction.run(
          Effect.andThen(acts(one, other), Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(done)))
        ),
        Effect.andThen(Deferred.await(begun), Effect.andThen(acts(other, one), Deferred.succeed(done, undefined)))
      ], { concurrency: 2 })
      assert.isNull((yield* audit.verify(undefined)).broken)
    }))

  it.effect("proves addresses while it has them, and forgets those that are old", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      const sql = yield* SqlClient
      const user = yield* insertUser
      const request = HttpServerRequest.fromWeb(new Request("http://127.0.0.1/"))
      noteOf(request.source).address = "192.0.2.1"
      const acts = Effect.provideService(
        audit.record({ action: "user.read", subject: { type: "user", user }, actor: user }),
        HttpServerRequest.HttpServerRequest,
        request
      )
      yield* acts
      yield* acts
      const { sequence } = (yield* audit.verify(undefined)).head
      yield* sql`UPDATE audit_origins SET created_at = now() - interval '181 days' WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = ${sequence})`
      const moved = "UPDATE audit_origins SET address = '192.0.2.2'"
      assert.deepStrictEqual(yield* tampered(moved), { sequence: sequence - 1, problem: "address changed" })
      assert.strictEqual(yield* audit.forgetAddresses(Duration.days(180)), 1)
      const left = yield* audit.list({ ...everything, actor: user }, { after: undefined, limit: 10 })
      assert.sameMembers(left.map(({ address }) => address), [null, "192.0.2.1"])
      assert.isNull((yield* audit.verify(undefined)).broken)
    }))

  it.effect("lists latest first, in pages, what a filter leaves", () =>
    Effect.gen(function*() {
      const audit = yield* Audit
      for (const n of [1, 2, 3]) yield* audit.record({ action: "webhook.delete", subject: { type: "webhook", id: `k${n}` } })
      const filter = { ...everything, action: "webhook.delete" }
      const first = yield* audit.list(filter, { after: undefined, limit: 2 })
      const rest = yield* audit.list(filter, { after: first[1]?.position, limit: 2 })
      assert.sameMembers([...first, ...rest].map(({ subject_id }) => subject_id), ["k1", "k2", "k3"])
      const one = yield* audit.list({ ...filter, subject_type: "webhook", subject_id: "k2" }, { after: undefined, limit: 2 })
      assert.deepStrictEqual(one.map(({ subject_id }) => subject_id), ["k2"])
    }))
})

test("a chain that somebody tampered with", (it) => {
  it.effect("says the first place where it is broken, whatever was done to it", () =>
    Effect.gen(function*() {
      yield* record(8)
      const cases: ReadonlyArray<readonly [change: string, sequence: number, problem: Break["problem"]]> = [
        [
          "UPDATE audit_entries SET subject_id = 'x' WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = 5)",
          5,
          "entry changed"
        ],
        [
          "UPDATE audit_entries SET details = '{}' WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = 3)",
          3,
          "entry changed"
        ],
        [
          "UPDATE audit_entries SET happened_at = happened_at - interval '1 microsecond' WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = 3)",
          3,
          "entry changed"
        ],
        ["DELETE FROM audit_entries WHERE id = (SELECT entry_id FROM audit_links WHERE sequence = 2)", 2, "entry gone"],
        ["DELETE FROM audit_links WHERE sequence = 4", 4, "missing link"],
        ["DELETE FROM audit_links WHERE sequence = 1", 1, "missing link"],
        ["UPDATE audit_links SET hash = repeat('a', 64) WHERE sequence = 7", 7, "entry changed"],
        ["UPDATE audit_links SET previous_hash = repeat('a', 64) WHERE sequence = 7", 7, "wrong predecessor"],
        [
          "UPDATE audit_links SET entry_id = '00000000-0000-4000-8000-000000000000' WHERE sequence = 5",
          5,
          "entry gone"
        ]
      ]
      for (const [change, sequence, problem] of cases) {
        const found = yield* tampered(change)
        assert.deepStrictEqual(found, { sequence, problem }, change)
      }
      const cut = "DELETE FROM audit_links WHERE sequence = 8"
      const { broken, unlinked } = yield* verifiedAfter(cut)
      assert.deepStrictEqual([broken, unlinked], [null, 1], cut)
    }))
})
