import { Cause, Effect, SchemaIssue } from "effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { InvalidRequest, RequestValidation } from "./HttpErrors.ts"

/** The server's side of `RequestValidation`. An answer of ours that does not encode is a defect, not the caller's fault. */
export const layer = HttpApiMiddleware.layerSchemaErrorTransform(
  RequestValidation,
  (error) =>
    error.kind === "Body" || error.kind === "ResponseHeaders"
      ? Effect.die(new Error(`an answer does not encode: ${Cause.pretty(Cause.fail(error.cause.message))}`))
      : Effect.fail(InvalidRequest.of(
        format(error.cause.issue).issues.slice(0, maxIssues).map(({ message, path }) => ({
          path: [error.kind.toLowerCase(), ...(path ?? []).map(segment)],
          message
        }))
      ))
)

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Enough to mend a form, too few to make an answer out of a hostile body. */
const maxIssues = 50

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}
