import { Effect, Predicate, type Schema } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import type { SqlError } from "effect/sql/SqlError"
import { type AuthApiError, errorResponse, refuse } from "./AuthApiError.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"
import { SigningKeys } from "./SigningKeys.ts"

type Failure = AuthApiError | SqlError | Schema.SchemaError

/** A route of `/auth/v1` that, as on Supabase, needs one of the project's two API keys in the header `apikey`. */
export const endpoint = <R>(method: Method, path: `/${string}`, handler: Effect.Effect<HttpServerResponse, Failure, R>) =>
  openEndpoint(method, path, Effect.andThen(requireApiKey, handler))

/** A route that Supabase's gateway lets through without a key: for browsers following a link, and for key sets. */
export const openEndpoint = <R>(method: Method, path: `/${string}`, handler: Effect.Effect<HttpServerResponse, Failure, R>) =>
  HttpRouter.add(method, `/auth/v1${path}`, Effect.catch(Effect.andThen(requireService, handler), answer))

/** The request's JSON body; members that the schema does not name are passed over, as Supabase does. */
export const body = <A, RD>(schema: Schema.ConstraintDecoder<A, RD>) =>
  Effect.catchTag(HttpServerRequest.schemaBodyJson(schema), ["SchemaError", "HttpServerError"], (error) =>
    Effect.fail(
      error._tag === "SchemaError"
        ? refuse(400, "validation_failed", "Could not read the request's parameters")
        : refuse(400, "bad_json", "Could not parse request body as JSON")
    ))

/** The query parameter's value, or "" where it is absent or given more than once. */
export const query = (name: string) =>
  Effect.map(HttpServerRequest.ParsedSearchParams, (params) => {
    const value = params[name]
    return typeof value === "string" ? value : ""
  })

type Method = "GET" | "POST" | "PUT" | "DELETE"

const requireService = Effect.flatMap(EmulatorSettings, ({ outage }) => Effect.sync(() => outage.active)).pipe(
  Effect.flatMap((active) => active ? Effect.fail(refuse(503, "unexpected_failure", "Service unavailable")) : Effect.void)
)

const requireApiKey = Effect.gen(function*() {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const keys = yield* SigningKeys
  const key = headers["apikey"]
  if (key === undefined) return yield* refuse(401, "no_authorization", "No API key found in request")
  if (!keys.isApiKey(key)) return yield* refuse(401, "no_authorization", "Invalid API key")
})

const answer = Effect.fnUntraced(function*(error: Failure) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  if (error._tag === "AuthApiError") return errorResponse(error, headers)
  yield* Effect.logError("auth emulator: request failed", describe(error))
  return errorResponse(
    refuse(500, "unexpected_failure", "Unexpected failure, please check server logs for more information"),
    headers
  )
})

/** What PostgreSQL said, without its detail, which holds values. */
const describe = (error: SqlError | Schema.SchemaError): Readonly<Record<string, unknown>> => {
  if (error._tag === "SchemaError") return { reason: "a row of auth is not as the emulator knows it" }
  const { cause, _tag: reason } = error.reason
  const fields = ["code", "message", "where"].map((name) => [name, Predicate.hasProperty(cause, name) ? cause[name] : undefined])
  return { reason, ...Object.fromEntries(fields) }
}
