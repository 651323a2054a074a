import { Effect, Schema } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { monotonicMillis } from "../../observability/MonotonicTime.ts"
import { copyStatements } from "./CopySql.ts"
import { failingAt } from "./FailingAt.ts"
import { decode } from "./LegacyDatabase.ts"
import type { Places, TableRules } from "./TableRules.ts"

/** Carries out the plan of a table from where its cursor stands. */
export const copyTable = Effect.fn("Adoption.copyTable")(function*(
  sql: SqlClient,
  rules: TableRules,
  at: Places,
  options: { readonly batchSize: number; readonly onProgress: (line: string) => Effect.Effect<void> }
) {
  const statements = copyStatements(rules, at)

  /** The lock on the cursor makes two runs at once take turns. */
  const batch = failingAt("Copying", rules.table)(sql.withTransaction(Effect.gen(function*() {
    yield* sql`SET LOCAL statement_timeout = 0`
    const [progress] = yield* Effect.flatMap(
      sql`SELECT cursor, planned FROM legacy.adoption_progress WHERE table_name = ${rules.table} FOR UPDATE`,
      decode(Progress)
    )
    if (progress === undefined) return yield* Effect.die(`no progress row of ${rules.table}`)
    if (progress.cursor >= progress.planned) return undefined
    const next = Math.min(progress.cursor + options.batchSize, progress.planned)
    for (const statement of statements) yield* sql.unsafe(statement, [progress.cursor, next])
    yield* sql`UPDATE legacy.adoption_progress SET cursor = ${next}, updated_at = now() WHERE table_name = ${rules.table}`
    return { from: progress.cursor, cursor: next, planned: progress.planned }
  })))

  const startedAt = yield* monotonicMillis
  let startedFrom: number | undefined
  for (;;) {
    const copied = yield* batch
    if (copied === undefined) return
    startedFrom ??= copied.from
    const seconds = Math.max(1, (yield* monotonicMillis) - startedAt) / 1000
    yield* options.onProgress(progressLine(rules.table, copied.cursor, copied.planned, (copied.cursor - startedFrom) / seconds))
  }
})

const Progress = Schema.Struct({ cursor: Schema.Int, planned: Schema.Int })

const progressLine = (table: string, done: number, planned: number, rate: number) =>
  `${table.padEnd(24)}${number(done).padStart(12)} of ${number(planned).padEnd(12)}${
    String(Math.floor((done / planned) * 100)).padStart(4)
  } %${number(Math.round(rate)).padStart(10)} rows/s`

const number = (value: number) => value.toLocaleString("en-US")
