import { Effect, References } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CurrentTransformer } from "effect/sql/Statement"
import { ReadSql } from "../database/Database.ts"
import { models } from "./Models.ts"
import { sampleRow } from "./SampleRow.ts"
import { qualified } from "./Sql.ts"
import { type ColumnsOf, mergeUses, type StatementUse, useOfStatement } from "./StatementUse.ts"

/** One call of a repo method with made-up arguments: shows that its statements run on a database, whatever they answer. */
export interface Probe {
  /** As in `uses.json`: `ProfileRepo.upsert`. */
  readonly method: string
  readonly run: Effect.Effect<unknown, unknown, SqlClient | ReadSql>
}

/** Runs a probe in a transaction of its own, and keeps what the repo would log of a refused row to itself. */
export const runProbe = ({ run }: Probe) =>
  Effect.flatMap(SqlClient, (sql) => withoutForeignKeys(Effect.provideService(run, ReadSql, sql))).pipe(
    Effect.provideService(References.MinimumLogLevel, "Fatal")
  )

/** Something for the probes' joins to find. A row that a check refuses is left out. */
export const insertSamples = Effect.forEach(Object.entries(models), ([relation, model]) =>
  Effect.flatMap(SqlClient, (sql) => {
    const table = sql.literal(qualified(relation))
    return Effect.option(withoutForeignKeys(sql`
      INSERT INTO ${table} SELECT * FROM jsonb_populate_record(NULL::${table}, ${JSON.stringify(sampleRow(model))}::jsonb)`))
  }), { discard: true })

/** What each probed method did, from the statements that it sent. */
export const recordUses = Effect.fnUntraced(function*(probes: ReadonlyArray<Probe>, columnsOf: ColumnsOf) {
  const found = new Map<string, StatementUse>()
  for (const probe of probes) {
    const uses: Array<StatementUse> = []
    yield* recording((statement) => uses.push(useOfStatement(statement, columnsOf)))(Effect.exit(runProbe(probe)))
    found.set(
      probe.method,
      mergeUses([...(found.has(probe.method) ? [found.get(probe.method)] : []), ...uses].filter((use) => use !== undefined))
    )
  }
  return found
})

/** Shows every statement that the effect sends, before it is sent. */
export const recording = (record: (statement: string) => void) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.provideService(effect, CurrentTransformer, (statement) =>
    Effect.sync(() => {
      record(statement.compile(true)[0])
      return statement
    }))

const withoutForeignKeys = <A, E, R>(run: Effect.Effect<A, E, R>) =>
  Effect.flatMap(SqlClient, (sql) => sql.withTransaction(Effect.andThen(sql`SET LOCAL session_replication_role = replica`, run)))
