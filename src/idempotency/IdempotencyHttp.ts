import { Context, Effect, Layer, Predicate } from "effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Transaction } from "../database/Transaction.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Idempotency, Repeats } from "./IdempotencyApi.ts"
import { type KeptAnswer, keyOf, parseKey } from "./IdempotencyKey.ts"
import { type Answered, IdempotencyKeys } from "./IdempotencyKeys.ts"

/** The server's side of `Idempotency`. A request without the header costs one look at its headers. */
export const layer = Layer.effect(
  Idempotency,
  Effect.gen(function*() {
    const keys = yield* IdempotencyKeys
    const transaction = yield* Transaction
    return Idempotency.of((httpEffect, { endpoint }) => {
      const leased = Context.getOrUndefined(endpoint.annotations, Repeats)?.how === "leased"
      const route = `${endpoint.method} ${endpoint.path}`
      const once = leased
        ? { run: keys.leased, handler: answered(httpEffect) }
        // What the endpoint did before it refused is undone, and the refusal kept.
        : { run: keys.inTransaction, handler: answered(transaction.run(httpEffect)) }
      const keyed = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest, given: string) {
        const user = yield* CurrentUser
        const text = parseKey(given)
        if (text === undefined) return yield* malformed
        const key = keyOf(user.id, text)
        // A body that cannot be read is the endpoint's own to refuse.
        const body = yield* Effect.option(request.text)
        if (body._tag === "None") return yield* httpEffect
        const fingerprint = key.fingerprint(request.method, request.url, body.value)
        const { answer, replayed } = yield* once.run({ user: user.id, key, route, fingerprint }, once.handler)
        return HttpServerResponse.setHeader(responseOf(answer), "idempotency-replayed", String(replayed))
      })
      return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
        const given = request.headers["idempotency-key"]
        return given === undefined ? httpEffect : keyed(request, given)
      })
    })
  })
)

const malformed = Effect.fail(
  InvalidRequest.of([{
    path: ["headers", "idempotency-key"],
    message: "Expected 1 to 255 printable ASCII characters, such as a UUID"
  }])
)

/** What an endpoint answered, problems of its own among it; what it fails with otherwise goes on as a failure. */
const answered = <E, R>(endpoint: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  endpoint.pipe(
    Effect.catch((error) => isFinalProblem(error) ? HttpServerRespondable.toResponse(error) : Effect.fail(error)),
    Effect.flatMap((response) => Effect.map(kept(response), (answer): Answered => ({ answer, final: isFinal(answer.status) })))
  )

const isFinalProblem = (error: unknown): error is HttpServerRespondable.Respondable =>
  HttpServerRespondable.isRespondable(error) && Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status) &&
  isFinal(error.status)

/** Not what may differ on the next attempt though the request is the same: our failures, sign-in, credits, time, rates. */
const isFinal = (status: number): boolean => status < 500 && ![401, 402, 408, 425, 429].includes(status)

const kept = ({ body, headers, status }: HttpServerResponse.HttpServerResponse): Effect.Effect<KeptAnswer> => {
  const { "content-length": _length, "content-type": _type, ...beside } = headers
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ status, headers: beside, content_type: null, body: null })
    case "Uint8Array":
      return Effect.succeed({
        status,
        headers: beside,
        content_type: body.contentType,
        body: new TextDecoder().decode(body.body)
      })
    default:
      return Effect.die(new Error("an answer that is not in memory cannot be kept: annotate the endpoint with Repeats"))
  }
}

const responseOf = ({ body, content_type, headers, status }: KeptAnswer) =>
  body === null
    ? HttpServerResponse.empty({ status, headers })
    : HttpServerResponse.text(body, { status, headers, ...(content_type === null ? {} : { contentType: content_type }) })
