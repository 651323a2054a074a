import { Effect, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import { CurrentTransformer } from "effect/sql/Statement"
import { currentContract } from "../../src/alignment/CurrentContract.ts"
import { relationsIn } from "../../src/alignment/StatementUse.ts"
import type { RouteUse } from "../../src/alignment/Touches.ts"

/** Whether a request sends the statement; what goes on beside the requests is nobody's. */
export const ofRequests = Effect.map(Effect.serviceOption(HttpServerRequest), Option.isSome)

/**
 * Collects every statement, or those `of` somebody, that what stands on this layer sends. Provide it to the app, send a request, and hand what was collected to
 * `undeclared` with what the endpoint declares.
 */
export const recordingLayer = (statements: Array<string>, of: Effect.Effect<boolean> = Effect.succeed(true)) =>
  Layer.succeed(CurrentTransformer, (statement) =>
    Effect.map(of, (theirs) => {
      if (theirs) statements.push(statement.compile(true)[0])
      return statement
    }))

/** The relations that statements touch although `declared` does not say so: `reads profiles`, `writes campaigns`. */
export const undeclared = (declared: RouteUse, statements: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { reads, writes } = relationsIn(statements.join(";\n"), columns)
  const known = {
    reads: [...declared.reads, ...declared.writes] as ReadonlyArray<string>,
    writes: declared.writes as ReadonlyArray<string>
  }
  return [
    ...reads.filter((relation) => !known.reads.includes(relation)).map((relation) => `reads ${relation}`),
    ...writes.filter((relation) => !known.writes.includes(relation)).map((relation) => `writes ${relation}`)
  ]
}

const columns = new Map(currentContract.relations.map(({ name }) => [name, []]))
