import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { probes } from "../../scripts/schema/probes.ts"
import { currentContract } from "../../src/alignment/CurrentContract.ts"
import { introspect } from "../../src/alignment/Introspection.ts"
import type { Probe } from "../../src/alignment/Probes.ts"
import { prove } from "../../src/alignment/Prove.ts"
import { plain, proofText } from "../../src/alignment/ReportText.ts"
import * as Database from "../../src/database/Database.ts"
import { cloneDatabase, ensureTemplate } from "../support/cluster.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { execute, touches } from "./support.ts"

/** A proof of the connected database on a new, empty one. */
const proof = Effect.fnUntraced(function*(given: ReadonlyArray<Probe>) {
  const live = yield* introspect
  return yield* Effect.provide(prove({ live, contract: currentContract, touches, probes: given }), emptyDatabase)
})

const emptyDatabase = Layer.unwrap(
  Effect.gen(function*() {
    const { url } = yield* cloneDatabase({ template: yield* ensureTemplate("empty", () => Effect.void) })
    return Database.writeLayer(Database.localOptions(Redacted.value(url)))
  })
)

layer(TestDatabase.layer)("the proof", (it) => {
  it.effect("copies an aligned database exactly, and runs every row schema and repo method there", () =>
    Effect.gen(function*() {
      const { copy_differs, left, proved, rounds, schemas, statements } = yield* proof(probes)
      assert.deepStrictEqual(copy_differs, [])
      assert.deepStrictEqual({ left, rounds }, { left: [], rounds: [] })
      assert.deepStrictEqual([...schemas, ...statements].filter(({ failure }) => failure !== null), [])
      assert.isTrue(proved)
    }))

  it.effect("mends the copy of a drifted database, whatever else stands in it", () =>
    Effect.gen(function*() {
      yield* execute(
        "CREATE TYPE public.mood AS ENUM ('good')",
        "CREATE TABLE public.strangers (id bigint GENERATED ALWAYS AS IDENTITY, mood public.mood, twice int GENERATED ALWAYS AS (2 * 2) STORED)",
        "ALTER TABLE public.campaigns ADD COLUMN mood public.mood, DROP COLUMN user_id CASCADE",
        "ALTER TABLE public.posts ALTER COLUMN is_video TYPE text",
        "ALTER TABLE public.mentions ADD CONSTRAINT late CHECK (mention_type <> '') NOT VALID",
        "UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'public.posts_hashtags_idx'::regclass",
        "DROP FUNCTION public.has_profile_access(uuid) CASCADE",
        "REVOKE SELECT ON public.profiles FROM authenticated"
      )
      const result = yield* proof([])
      assert.deepStrictEqual(result.copy_differs, [])
      assert.deepStrictEqual({ failed: result.failed_step, left: result.left }, { failed: null, left: [] })
      assert.isTrue(result.proved)
      assert.match(
        proofText(result, plain),
        /^Proved on a copy without rows\.\n {2}findings before each round of repair: \d+; left: 0\n/
      )
    }))

  it.effect("fails on a statement that the mended database does not understand", () =>
    Effect.gen(function*() {
      const wrong: Probe = { method: "WrongRepo.read", run: execute("SELECT no_such_column FROM public.campaigns") }
      const result = yield* proof([wrong])
      assert.isFalse(result.proved)
      assert.deepStrictEqual(result.statements, [{
        name: "WrongRepo.read",
        failure: "column \"no_such_column\" does not exist"
      }])
    }))
})
