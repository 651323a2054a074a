import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { currentContract } from "../../src/alignment/CurrentContract.ts"
import { insertExamples } from "../database/exampleRows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { type Attempt, attempt, shown } from "./attempt.ts"
import { additionsOf, mutationsOf } from "./mutations.ts"

/** Some 400 mutations and 150 additions by default, however many tables there are; `MUTATIONS=all` makes them all. */
const some = <A>(all: ReadonlyArray<A>, most: number): ReadonlyArray<A> => {
  const stride = process.env["MUTATIONS"] === "all" ? 1 : Math.ceil(all.length / most)
  return all.filter((_, index) => index % stride === 0)
}

layer(TestDatabase.layer)((it) => {
  it.effect(
    "every change that matters is found in its place and mended by its own SQL; additions are not found",
    () =>
      Effect.gen(function*() {
        yield* insertExamples
        const results = (yield* Effect.forEach(some(mutationsOf(currentContract), 400), attempt)).filter(({ made }) => made)
        const additions = (yield* Effect.forEach(some(additionsOf(currentContract), 150), attempt)).filter(({ made }) => made)
        const table = tableOf(results, additions)
        yield* Effect.sync(() => {
          console.log(table)
          // Writes the table of results.
          const file = process.env["MUTATIONS_TABLE"]
          if (file !== undefined) writeFileSync(file, table)
        })

        assert.isAtLeast(results.length, 300)
        assert.deepStrictEqual(results.filter(({ caught }) => !caught).map(shown), [], "not found, or found elsewhere")
        assert.deepStrictEqual(additions.filter((result) => result.findings.length > 0).map(shown), [], "false alarms")
        const unmended = results.filter(({ mended }) => !mended)
        assert.deepStrictEqual(unmended.filter(({ decided }) => !decided).map(shown), [], "neither mended nor left to a person")
        assert.isAtLeast(results.length - unmended.length, results.length * 0.94)
        assert.deepStrictEqual(results.filter(({ undone }) => !undone).map(shown), [], "not undone by the way back")
        assert.deepStrictEqual(
          results.filter(({ preflights }) => preflights !== undefined).map(shown),
          [],
          "a pre-flight that does not run"
        )
      }),
    300_000
  )
})

const tableOf = (results: ReadonlyArray<Attempt>, additions: ReadonlyArray<Attempt>): string => {
  const row = (kind: string, of: ReadonlyArray<Attempt>) => {
    const count = (is: (result: Attempt) => boolean) => of.filter(is).length
    const mended = count((result) => result.mended)
    return `| ${kind} | ${of.length} | ${count(({ caught }) => caught)} | ${mended} | ${
      count((result) => !result.mended && result.decided)
    } |`
  }
  const kinds = [...new Set(results.map(({ mutation }) => mutation.kind))].sort()
  return [
    "| change | made | found | mended | a person decides |",
    "|---|---|---|---|---|",
    ...kinds.map((kind) => row(kind, results.filter(({ mutation }) => mutation.kind === kind))),
    row("**all**", results),
    "",
    `False alarms: ${additions.filter((result) => result.findings.length > 0).length} of ${additions.length} additive changes.`
  ].join("\n")
}
