import { Cause, Duration, Effect, Option, Tracer } from "effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { randomUUID } from "node:crypto"
import {
  InternalError,
  InvalidRequest,
  MalformedRequest,
  MethodNotAllowed,
  PayloadTooLarge,
  RouteNotFound,
  ServerStopping,
  UnsupportedMediaType
} from "./HttpErrors.ts"
import { type Noted, noteOf } from "./Noted.ts"

export interface AnsweringOptions {
  /** The methods of the routes that match a path; empty when there is no such address. */
  readonly allowedMethods: (path: string) => ReadonlyArray<string>
  /** Set on every answer, such as `X-Sandbox: true`. */
  readonly headers: Readonly<Record<string, string>>
  /** Of one answer, by what was noted of its request. */
  readonly headersOf?: (note: Noted) => Readonly<Record<string, string>>
}

/**
 * What holds for every answer: a request id (taken from the caller or made), one shape for every error, no cause on the wire. An error
 * that no endpoint declared becomes the problem of its status; a defect becomes a 500 and one log line under the request id.
 */
export const answering = (options: AnsweringOptions) => {
  const common = headersOfEveryAnswer(options)
  return <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const requestId = requestIdOf(request.headers["x-request-id"])
      const note = noteOf(request.source)
      note.requestId = requestId
      return readable(request, app).pipe(
        Effect.catchCause(responseOf),
        Effect.flatMap((response) =>
          response.status >= 400 ? asProblem(response, request, requestId, options) : Effect.succeed(response)
        ),
        Effect.map((response) =>
          HttpServerResponse.setHeaders(response, { ...common, ...options.headersOf?.(note), "x-request-id": requestId })
        ),
        Effect.annotateLogs("request_id", requestId),
        inTrace(note)
      )
    })
}

/** The lines of the log, and the note of the request, name the trace that the request belongs to: the caller's own, or a new one. */
const inTrace = (note: Noted) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.serviceOption(Tracer.ParentSpan), (span) => {
    if (span._tag === "None") return effect
    note.traceId = span.value.traceId
    return Effect.annotateLogs(effect, "trace_id", note.traceId)
  })

/** The headers of every answer but the request id. */
export const headersOfEveryAnswer = ({ headers }: Pick<AnsweringOptions, "headers">) => ({ ...securityHeaders, ...headers })

const securityHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "cross-origin"
}

/** Only an operator knows whether a proxy speaks TLS before this server: without the setting browsers are told nothing. */
export const transportSecurity = (maxAge: Option.Option<Duration.Duration>): Readonly<Record<string, string>> =>
  Option.match(maxAge, {
    onNone: () => ({}),
    onSome: (age) => ({ "strict-transport-security": `max-age=${Math.floor(Duration.toSeconds(age))}` })
  })

/** The caller's own `X-Request-Id` where it is one, else a new one. */
export const requestIdOf = (given: unknown): string =>
  typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()

/**
 * A body that says that it is too large, compressed or in another charset than JSON's is refused before it is read, also where the
 * endpoint would not look at it; and so is an HTTP/1.1 request for no host.
 */
const readable = <E, R>(
  request: HttpServerRequest.HttpServerRequest,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => {
  const { "content-encoding": coding, "content-length": length, "content-type": type, host } = request.headers
  if (host === undefined && !isOlder(request.source)) return HttpServerRespondable.toResponse(hostMissing)
  if (coding !== undefined && coding !== "" && coding.toLowerCase() !== "identity") return Effect.succeed(unreadableBody)
  if (type !== undefined && !/^utf-?8$/i.test(charsetOf(type))) return Effect.succeed(unreadableBody)
  return length === undefined
    ? app
    : Effect.flatMap(
      HttpIncomingMessage.MaxBodySize,
      (limit) => limit !== undefined && Number(length) > limit ? Effect.succeed(HttpServerResponse.empty({ status: 413 })) : app
    )
}

const unreadableBody = HttpServerResponse.empty({ status: 415, headers: { "accept-encoding": "identity" } })

const charsetOf = (type: string): string => /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? "utf-8"

/** HTTP/1.0 knows no Host. */
const isOlder = (source: object): boolean => "httpVersion" in source && source.httpVersion === "1.0"

const hostMissing = new MalformedRequest({ detail: "Name the host in the Host header, as HTTP/1.1 requires." })

const responseOf = Effect.fnUntraced(function*<E>(cause: Cause.Cause<E>) {
  if (Cause.hasInterruptsOnly(cause)) {
    return cause.reasons.some(({ annotations }) => annotations.has(HttpServerError.ClientAbort.key))
      ? yield* Effect.failCause(cause)
      : yield* HttpServerRespondable.toResponse(stopping)
  }
  const [response, rest] = yield* HttpServerError.causeResponse(cause)
  if (response.status >= 500) yield* Effect.logError("request failed", rest)
  return response
})

/** A problem as it leaves: with its address, its request id, and `Retry-After` where it says when to come back. */
const asProblem = Effect.fnUntraced(function*(
  given: HttpServerResponse.HttpServerResponse,
  request: HttpServerRequest.HttpServerRequest,
  requestId: string,
  options: AnsweringOptions
) {
  // An endpoint's own answer that is no problem, such as that of a server that is not ready.
  if (hasType(given, "application/json")) return given
  const path = request.url.split("?", 1)[0] ?? request.url
  const response = hasType(given, problemType)
    ? given
    : yield* HttpServerRespondable.toResponse(undeclared(given.status, options.allowedMethods(path), request.method))
  const body = response.body
  if (body._tag !== "Uint8Array") return response
  const problem: Record<string, unknown> = JSON.parse(new TextDecoder().decode(body.body))
  const answer = HttpServerResponse.jsonUnsafe({ ...problem, instance: path, request_id: requestId }, {
    status: response.status,
    headers: { ...headersBeside(given), ...headersBeside(response) },
    contentType: problemType
  })
  const { allow, retry_after } = problem
  return HttpServerResponse.setHeaders(answer, {
    "cache-control": "no-store",
    ...(typeof retry_after === "number" ? { "retry-after": String(retry_after) } : {}),
    ...(response.status === 405 && Array.isArray(allow) ? { allow: allow.join(", ") } : {})
  })
})

/** Nobody but the end of the process cuts a request that its caller still waits for. */
const stopping = new ServerStopping({
  retry_after: 2,
  detail: "This process is being stopped. Repeat the request after `retry_after` seconds; another one takes it."
})

const problemType = "application/problem+json"

const hasType = ({ body }: HttpServerResponse.HttpServerResponse, type: string): boolean =>
  body._tag === "Uint8Array" && body.contentType.startsWith(type)

const headersBeside = ({ headers }: HttpServerResponse.HttpServerResponse): Record<string, string> => {
  const { "content-type": _type, "content-length": _length, ...rest } = headers
  return rest
}

const unreadablePath = "The address is not percent-encoded as it should be, or a part of it is longer than 100 characters."

const undeclared = (status: number, allow: ReadonlyArray<string>, method: string) => {
  switch (status) {
    case 400:
      return InvalidRequest.of([{ path: ["payload"], message: "The body does not read as JSON." }])
    case 404:
    case 405:
      // There is such a route, and the router did not take it.
      if (allow.includes(method)) return InvalidRequest.of([{ path: ["path"], message: unreadablePath }])
      return allow.length === 0
        ? new RouteNotFound({ detail: "Nothing is at this address. /docs lists what there is." })
        : new MethodNotAllowed({ allow: [...allow], detail: "Use one of the methods in `allow`." })
    case 413:
      return new PayloadTooLarge({ detail: "Send at most 1 MB." })
    case 415:
      return new UnsupportedMediaType({
        detail: "Send the body as JSON in UTF-8, with Content-Type: application/json and without Content-Encoding."
      })
    default:
      return new InternalError({
        detail: "Nothing you did wrong. Repeat the request later; support can find the cause under `request_id`."
      })
  }
}
