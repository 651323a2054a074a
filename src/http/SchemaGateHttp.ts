import { Effect, Layer, Predicate } from "effect"
import { Alignment } from "../alignment/Alignment.ts"
import type { RowMismatch } from "../database/DatabaseErrors.ts"
import { SchemaGate } from "./SchemaGate.ts"

/** The server's side of `SchemaGate`: one look into a map a request; a row that did not decode asks for a check. */
export const layer = Layer.effect(
  SchemaGate,
  Effect.map(Alignment, (alignment) =>
    SchemaGate.of((httpEffect, { endpoint }) => {
      const route = `${endpoint.method} ${endpoint.path}`
      const guarded = Effect.tapError(httpEffect, (error) => isMismatch(error) ? alignment.notify(error) : Effect.void)
      // Called once for an endpoint: what is blocked must be asked at each request.
      const open = Effect.flatMap(Effect.sync(() => alignment.blocked(route)), (blocked) =>
        blocked === undefined ? Effect.void : Effect.fail(blocked))
      return Effect.andThen(open, guarded)
    }))
)

const isMismatch = (error: unknown): error is RowMismatch => Predicate.isTagged(error, "RowMismatch")
