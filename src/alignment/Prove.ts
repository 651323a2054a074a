import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { ReadSql } from "../database/Database.ts"
import { RowRefused } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { applySteps } from "./Apply.ts"
import type { LiveCatalog } from "./Catalog.ts"
import { findingsOf } from "./Check.ts"
import { type Contract, contractOf } from "./Contract.ts"
import { compare } from "./Drift.ts"
import type { Finding } from "./Finding.ts"
import { introspect } from "./Introspection.ts"
import { models } from "./Models.ts"
import { planOf } from "./Repair.ts"
import { buildShadow } from "./Shadow.ts"
import { ident, qualified } from "./Sql.ts"
import type { TouchIndex } from "./TouchIndex.ts"

/** One call of a repo method with made-up arguments: shows that its statements run on a database, whatever they answer. */
export interface Probe {
  /** As in `uses.json`: `ProfileRepo.upsert`. */
  readonly method: string
  readonly run: Effect.Effect<unknown, unknown, SqlClient | ReadSql>
}

export interface Proof {
  /** What the copy lacks of the live catalog; nothing: the proof is about the same shape. */
  readonly copy_differs: ReadonlyArray<string>
  /** How many findings each round of repair began with. */
  readonly rounds: ReadonlyArray<number>
  readonly failed_step: { readonly sql: string; readonly reason: string } | null
  readonly left: ReadonlyArray<Finding>
  readonly schemas: ReadonlyArray<Trial>
  readonly statements: ReadonlyArray<Trial>
  /** Nothing is left but what a person must decide, and every schema and statement ran. */
  readonly proved: boolean
}

export interface Trial {
  readonly name: string
  readonly failure: string | null
}

/**
 * Applies the generated repairs to a copy of a live catalog in the connected database (empty, ours, superuser), checks again until nothing is
 * left, then reads every table by its row schema and runs every repo statement there. Rows are not copied: the pre-flights count those.
 */
export const prove = Effect.fn("prove")(function*(options: {
  readonly live: LiveCatalog
  readonly contract: Contract
  readonly touches: TouchIndex
  readonly probes: ReadonlyArray<Probe>
}) {
  const { contract, live, probes, touches } = options
  const failures = yield* buildShadow(live)
  const findings = Effect.map(introspect, (catalog) => findingsOf(contract, catalog, touches).findings)
  const copy = compare(contractOf({}, live), yield* introspect, () => false).differences
  const rounds: Array<number> = []
  let failed: Proof["failed_step"] = null
  let left = yield* findings
  while (left.length > 0 && failed === null && rounds.length < 5) {
    const steps = planOf(left)
    if (steps.length === 0) break
    rounds.push(left.length)
    for (const step of steps) {
      failed = yield* applySteps([step]).pipe(
        Effect.as(null),
        Effect.catch((error) => Effect.succeed({ sql: step.sql, reason: reasonOf(error) }))
      )
      if (failed !== null) break
    }
    left = yield* findings
  }
  const schemas = yield* Effect.forEach(Object.entries(models), ([relation, model]) => {
    const columns = Object.keys(model.fields).map(ident).join(", ")
    return Effect.flatMap(
      SqlClient,
      (sql) => trial(relation, rows(relation, model)(sql.unsafe(`SELECT ${columns} FROM ${qualified(relation)}`)))
    )
  })
  const statements = yield* Effect.forEach(probes, (probe) => trial(probe.method, runProbe(probe)))
  return {
    copy_differs: [...failures, ...copy.map(({ code, found, object, relation }) => `${relation}: ${code} ${object} (${found})`)],
    rounds,
    failed_step: failed,
    left,
    schemas,
    statements,
    proved: left.every(({ repair }) => repair.decision !== null) && failed === null &&
      [...schemas, ...statements].every(({ failure }) => failure === null)
  } satisfies Proof
})

/** Without foreign keys, because there are no rows to refer to. */
const runProbe = ({ run }: Probe) =>
  Effect.flatMap(SqlClient, (sql) =>
    sql.withTransaction(
      Effect.andThen(sql.unsafe("SET LOCAL session_replication_role = replica"), Effect.provideService(run, ReadSql, sql))
    ))

/** A value that a check refuses still shows that the statement is understood. */
const trial = <A, E, R>(name: string, run: Effect.Effect<A, E, R>): Effect.Effect<Trial, never, R> =>
  Effect.match(run, {
    onSuccess: () => ({ name, failure: null }),
    onFailure: (error) => ({ name, failure: error instanceof RowRefused ? null : reasonOf(error) })
  })

const reasonOf = (error: unknown): string => {
  if (isSqlError(error)) {
    const { cause } = error.reason
    return cause instanceof Error ? cause.message : error.message
  }
  return error instanceof Error ? error.message : String(error)
}
