import { Effect, Predicate, Result } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { runPreflight } from "../../src/alignment/Apply.ts"
import type { Finding, Step } from "../../src/alignment/Finding.ts"
import { planOf } from "../../src/alignment/Repair.ts"
import { splitStatements } from "../../src/database/SqlScript.ts"
import type { Mutation } from "./mutations.ts"
import { execute, findings, places } from "./support.ts"

export interface Attempt {
  readonly mutation: Mutation
  /** PostgreSQL accepted the change. */
  readonly made: boolean
  readonly findings: ReadonlyArray<Finding>
  readonly caught: boolean
  /** The repair ran and left nothing to find. */
  readonly mended: boolean
  readonly decided: boolean
  /** The way back brought the same findings again. */
  readonly undone: boolean
  readonly preflights: string | undefined
  readonly error: string | undefined
}

/** Makes a change, checks, mends, checks, undoes the repair and checks again, in a transaction that is taken back. */
export const attempt = Effect.fnUntraced(function*(mutation: Mutation) {
  let made = false
  let found: ReadonlyArray<Finding> = []
  let left: ReadonlyArray<Finding> | undefined
  let undone = true
  let preflights: string | undefined
  const run = yield* Effect.result(takenBack(Effect.gen(function*() {
    yield* execute(...mutation.sql)
    made = true
    found = yield* findings
    if (found.length === 0) return
    preflights = yield* preflightFailure(found)
    const plan = planOf(found)
    yield* runInside(plan)
    left = yield* findings
    if (left.length > 0 || hasNoWayBack(found)) return
    yield* runInside(plan.toReversed().flatMap(({ undo }) => undo === null ? [] : [{ sql: undo }]))
    undone = fingerprints(yield* findings) === fingerprints(found)
  })))
  return {
    mutation,
    made,
    findings: found,
    caught: found.some(({ object, relation }) => relation === mutation.relation && object === mutation.object),
    mended: left?.length === 0,
    decided: found.some(({ repair }) => repair.decision !== null),
    undone,
    preflights,
    error: Result.isFailure(run) ? messageOf(run.failure) : undefined
  } satisfies Attempt
})

const takenBack = <E>(effect: Effect.Effect<void, E, SqlClient>) =>
  Effect.flatMap(SqlClient, (sql) =>
    Effect.catchIf(
      sql.withTransaction(Effect.andThen(effect, Effect.fail("taken back" as const))),
      (error): error is "taken back" => error === "taken back",
      () => Effect.void
    ))

/** The steps as one transaction can run them: they run as they are in Repair.test.ts and in the proof. */
const runInside = Effect.fnUntraced(function*(steps: ReadonlyArray<Pick<Step, "sql">>) {
  for (const { sql } of steps) {
    yield* execute(...splitStatements(sql.replaceAll(" CONCURRENTLY", "").replace(/^ *COMMIT;\n/gm, "")))
  }
})

/** Those of a finding that follows from another make sense once that one is mended. */
const preflightFailure = Effect.fnUntraced(function*(found: ReadonlyArray<Finding>) {
  const sql = yield* SqlClient
  for (const { follows_from, repair } of found) {
    if (follows_from !== null || repair.preflight === null) continue
    const result = yield* Effect.result(sql.withTransaction(runPreflight(repair.preflight)))
    if (Result.isFailure(result)) return messageOf(result.failure)
  }
  return undefined
})

/** What was half done (a constraint not validated, an index left invalid) is not half done again. */
const hasNoWayBack = (found: ReadonlyArray<Finding>) =>
  found.some(({ code }) => code === "constraint_not_validated" || code === "index_invalid")

const fingerprints = (found: ReadonlyArray<Finding>) => found.map(({ fingerprint }) => fingerprint).sort().join()

const messageOf = (error: unknown): string =>
  isSqlError(error) && Predicate.isError(error.reason.cause) ? error.reason.cause.message : String(error)

export const shown = ({ error, findings: found, mutation, preflights }: Attempt) =>
  [mutation.kind, mutation.sql.join("; "), ...places(found), error, preflights].filter((part) => part !== undefined).join(" | ")
