import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, References } from "effect"
import { existsSync } from "node:fs"
import { probes } from "../../scripts/schema/probes.ts"
import { currentContract } from "../../src/alignment/CurrentContract.ts"
import { insertSamples, runProbe } from "../../src/alignment/Probes.ts"
import { RowRefused } from "../../src/database/DatabaseErrors.ts"
import { Migrator } from "../../src/database/Migrator.ts"
import { installSupabase } from "../../src/sandbox/postgres/Supabase.ts"
import { insertExamples } from "../database/exampleRows.ts"
import { installedPostgres, programs } from "../support/InstalledPostgres.ts"
import { migrationsDirectory } from "../support/TestDatabase.ts"
import { attempt, shown } from "./attempt.ts"
import { additionsOf, mutationsOf } from "./mutations.ts"
import { findings } from "./support.ts"

describe.each([15, 16, 17])("PostgreSQL %i", (version) => {
  const missing = !existsSync(`${programs(version)}/postgres`)
  if (missing) console.log(`PostgreSQL ${version} is not installed in ${programs(version)}: the contract is not tried there.`)

  it.live.skipIf(missing)(
    "has nothing to say of the migrated schema that PostgreSQL 18 has not, finds changes and mends them",
    () =>
      Effect.gen(function*() {
        yield* installSupabase
        yield* Effect.flatMap(Migrator, ({ migrate }) => migrate).pipe(Effect.provide(Migrator.layer(migrationsDirectory)))
        assert.deepStrictEqual(yield* findings, [])
        yield* insertExamples

        const everySo = <A>(all: ReadonlyArray<A>, stride: number) => all.filter((_, index) => index % stride === 0)
        const results = (yield* Effect.forEach(everySo(mutationsOf(currentContract), 31), attempt)).filter(({ made }) => made)
        assert.isAtLeast(results.length, 50)
        for (const result of results) {
          assert.isTrue(result.caught && (result.mended || result.decided) && result.undone, shown(result))
        }
        const additions = yield* Effect.forEach(everySo(additionsOf(currentContract), 17), attempt)
        for (const result of additions) {
          assert.isEmpty(result.findings, shown(result))
        }

        yield* insertSamples
        for (const probe of probes) {
          yield* runProbe(probe).pipe(Effect.catchIf((error) => error instanceof RowRefused, () => Effect.void))
        }
      }).pipe(
        Effect.provideService(References.MinimumLogLevel, "Error"),
        Effect.provide(installedPostgres(version).pipe(Layer.provideMerge(NodeServices.layer)))
      ),
    120_000
  )
})
