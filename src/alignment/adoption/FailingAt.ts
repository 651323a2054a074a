import { Effect, Predicate } from "effect"
import * as SqlError from "effect/sql/SqlError"
import { AdoptionFailed } from "./AdoptionErrors.ts"

/** Says at which table a statement was refused, and by which constraint. */
export const failingAt =
  (step: "Judging" | "Copying", table: string) => <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>) =>
    Effect.catchIf(effect, SqlError.isSqlError, (error) => {
      const said = (key: string) =>
        Predicate.hasProperty(error.reason.cause, key) && Predicate.isString(error.reason.cause[key])
          ? error.reason.cause[key]
          : undefined
      const place = [said("code") ?? error.reason._tag, said("constraint") ?? said("column")].filter(Predicate.isNotUndefined)
        .join(", ")
      return Effect.fail(
        new AdoptionFailed({
          table,
          code: said("code") ?? null,
          message:
            `${step} ${table} stopped (${place}). That step was undone; once the cause is gone, run again: it goes on where it was.`
        })
      )
    })
