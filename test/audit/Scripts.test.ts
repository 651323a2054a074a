import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { insertUser } from "../support/rows.ts"
import { runScript as run } from "../support/runScript.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

layer(TestDatabase.layer, { excludeTestServices: true })("the first administrator, and the proof of it", (it) => {
  it.effect(
    "grant-admin makes one of a user who has signed in, and takes it back; verify-audit proves both",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const user = yield* insertUser
        yield* sql`UPDATE auth_users SET email = 'first@example.com' WHERE id = ${user}`
        yield* sql`UPDATE user_profiles SET status = 'suspended' WHERE user_id = ${user}`
        const standing = sql`SELECT role, status FROM user_profiles WHERE user_id = ${user}`

        const nobody = yield* run("grant-admin", "nobody@example.com")
        assert.deepStrictEqual([nobody.code, nobody.out.trim()], [1, "Nobody with this address has signed in yet."])
        const empty = yield* run("verify-audit")
        assert.deepStrictEqual([empty.code, empty.out.includes(`Head 0:${"0".repeat(64)}`)], [0, true], empty.out)

        const granted = yield* run("grant-admin", "First@example.com")
        assert.deepStrictEqual([granted.code, granted.out.includes(user)], [0, true], granted.out)
        assert.deepStrictEqual(yield* standing, [{ role: "admin", status: "suspended" }])
        const [head = ""] = /(?<=Head )1:[0-9a-f]{64}/.exec((yield* run("verify-audit")).out) ?? []
        assert.strictEqual((yield* run("grant-admin", "first@example.com", "--revoke")).code, 0)
        assert.deepStrictEqual(yield* standing, [{ role: "user", status: "suspended" }])
        assert.deepStrictEqual(
          yield* sql`
          SELECT action, actor_kind, details FROM audit_entries AS e JOIN audit_links AS l ON l.entry_id = e.id ORDER BY l.sequence`,
          [["admin", "user"], ["user", "admin"]].map(([role, before]) => ({
            action: "user.role",
            actor_kind: "system",
            details: { role, before, reason: "scripts/grant-admin.ts" }
          }))
        )
        const whole = yield* run("verify-audit", "--expect", head)
        assert.deepStrictEqual([whole.code, whole.out.includes("Whole")], [0, true], whole.out)
        const other = yield* run("verify-audit", "--expect", `1:${"a".repeat(64)}`)
        assert.deepStrictEqual([other.code, other.out.includes("Broken at 1: another hash than expected.")], [1, true], other.out)
        const wrong = yield* run("verify-audit", "--expect", "1")
        assert.notStrictEqual(wrong.code, 0)
      }),
    60_000
  )
})
