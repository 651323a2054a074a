import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Credits } from "../../src/credits/Credits.ts"
import { insertUser } from "../support/rows.ts"
import { runScript } from "../support/runScript.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { creditsLayer } from "./support.ts"

layer(creditsLayer().pipe(Layer.provideMerge(TestDatabase.layer)), { excludeTestServices: true })("verify-ledger", (it) => {
  it.effect(
    "ends with 0 where the credits add up, with 1 and the rule where they do not, with 2 where that cannot be found out",
    () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const credits = yield* Credits
        const user = yield* insertUser
        const charged = yield* credits.reserve(user, { action: "profile_unlock", subject: "one" })
        yield* credits.commit(charged)
        yield* credits.reserve(user, { action: "profile_unlock", subject: "two" })

        const whole = yield* runScript("verify-ledger")
        assert.deepStrictEqual([whole.code, whole.out.includes("1 accounts add up.")], [0, true], whole.out)
        assert.match(whole.out, /^sum +0$/m)

        yield* sql`UPDATE credit_accounts SET balance = balance + 1 WHERE user_id = ${user}`
        const broken = yield* runScript("verify-ledger")
        assert.deepStrictEqual([broken.code, broken.out.includes(`balance: account of user ${user}`)], [1, true], broken.out)

        yield* sql`DROP TABLE credit_entries CASCADE`
        const unknown = yield* runScript("verify-ledger")
        assert.deepStrictEqual([unknown.code, unknown.out.includes("Could not verify:")], [2, true], unknown.out)
      }),
    120_000
  )
})
