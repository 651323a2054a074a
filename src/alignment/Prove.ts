import { Cause, Effect, Predicate, type Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { rows } from "../database/Rows.ts"
import { applySteps } from "./Apply.ts"
import type { Catalog, LiveCatalog } from "./Catalog.ts"
import { findingsOf } from "./Check.ts"
import type { Contract } from "./Contract.ts"
import type { Finding } from "./Finding.ts"
import { introspect } from "./Introspection.ts"
import { columnsOf, type RowModel } from "./ModelColumns.ts"
import { models } from "./Models.ts"
import { insertSamples, type Probe, runProbe } from "./Probes.ts"
import { planOf } from "./Repair.ts"
import { sampleRow } from "./SampleRow.ts"
import { buildShadow } from "./Shadow.ts"
import { ident, qualified } from "./Sql.ts"
import type { TouchIndex } from "./TouchIndex.ts"

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
  const copy = partsThatDiffer(live, yield* introspect)
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
  const schemas = yield* Effect.forEach(
    Object.entries(models),
    ([relation, model]) => trial(relation, readSample(relation, model))
  )
  yield* insertSamples
  const statements = yield* Effect.forEach(probes, (probe) => trial(probe.method, runProbe(probe)))
  return {
    copy_differs: [...failures, ...copy],
    rounds,
    failed_step: failed,
    left,
    schemas,
    statements,
    proved: left.every(({ repair }) => repair.decision !== null) && failed === null &&
      [...schemas, ...statements].every(({ failure }) => failure === null)
  } satisfies Proof
})

/** Decodes a row of the table's own type, made by PostgreSQL: one with a value everywhere, one with nulls wherever they may be. */
const readSample = <M extends RowModel & Schema.ConstraintDecoder<unknown>>(relation: string, model: M) =>
  Effect.flatMap(SqlClient, (sql) => {
    const columns = sql.literal(Object.keys(model.fields).map(ident).join(", "))
    const full = sampleRow(model)
    const nullable = columnsOf(model).filter((column) => column.nullable).map(({ name }) => [name, null])
    return Effect.forEach([full, { ...full, ...Object.fromEntries(nullable) }], (row) =>
      rows(relation, model)(sql`
        SELECT ${columns} FROM jsonb_populate_record(NULL::${sql.literal(qualified(relation))}, ${JSON.stringify(row)}::jsonb)`))
  })

/** Beside views, which nothing here relies on. */
const partsThatDiffer = (live: Catalog, copy: Catalog): ReadonlyArray<string> => {
  const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)
  return [
    ...live.relations.filter(({ kind }) => kind.endsWith("table")).flatMap((relation) => {
      const copied: Readonly<Record<string, unknown>> = copy.relations.find(({ name }) => name === relation.name) ?? {}
      return Object.entries(relation).filter(([part, value]) => !same(value, copied[part])).map(([part]) =>
        `${relation.name}: its ${part}`
      )
    }),
    ...live.routines.filter((routine) => !copy.routines.some((copied) => same(copied, routine))).map(({ name }) => name),
    ...(same(live.schema_grants, copy.schema_grants) ? [] : ["the grants on the schema"])
  ]
}

/** A value that a check refuses still shows that the statement is understood. */
const trial = <A, E, R>(name: string, run: Effect.Effect<A, E, R>): Effect.Effect<Trial, never, R> =>
  Effect.matchCause(run, {
    onSuccess: () => ({ name, failure: null }),
    onFailure: (cause) => {
      const error = Cause.squash(cause)
      return { name, failure: error instanceof RowRefused ? null : reasonOf(error) }
    }
  })

const reasonOf = (error: unknown): string => {
  if (isSqlError(error)) return Predicate.isError(error.reason.cause) ? error.reason.cause.message : error.message
  if (error instanceof RowMismatch) return `${error.column}: ${error.expected} expected, ${error.found} found`
  return Predicate.isError(error) ? error.message : String(error)
}
