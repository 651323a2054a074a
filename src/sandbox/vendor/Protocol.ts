import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { failure, replyOf, taskReply } from "./Envelope.ts"
import type { Reply } from "./Envelope.ts"
import { BatchBody, ScrapeBody } from "./Target.ts"
import type { Vendor } from "./Vendor.ts"

/**
 * The vendor's HTTP: one call held open, tasks and batches to be polled (`/v2/task…` is the older spelling, still in use), and
 * for tests and demonstrations `/_sim/stats` and `/_sim/reset`, which need no credentials.
 */
export const protocol = (vendor: Vendor, credentials: { readonly username: string; readonly password: string }) => {
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`

  const authorized = <R>(handler: Effect.Effect<Reply | "reset", BadBody, R>) =>
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (request.headers["authorization"] !== expected) return respond(failure({ status: 401, message: "Username invalid." }))
      const reply = yield* Effect.catch(handler, () => Effect.succeed(badBody))
      return reply === "reset" ? yield* resetConnection(request) : respond(reply)
    })

  const scrape = authorized(Effect.flatMap(scrapeBody, vendor.scrape))

  const submit = authorized(Effect.flatMap(scrapeBody, vendor.submit))

  const submitBatch = authorized(
    Effect.flatMap(batchBody, ({ query, ...rest }) => vendor.submitBatch(query.map((each) => ({ ...rest, query: each }))))
  )

  const polled = Effect.flatMap(HttpRouter.params, ({ id }) => vendor.poll(id ?? ""))

  const status = authorized(Effect.map(polled, (task) => task === null ? unknownTask : taskReply(task)))

  const results = authorized(Effect.map(polled, (task) => {
    if (task === null) return unknownTask
    return task.status === "pending" ? task.failing ? unavailable : notReady : replyOf(task)
  }))

  return HttpRouter.addAll([
    HttpRouter.route("POST", "/v2/scrape", scrape),
    ...(["/v2", "/v3"] as const).flatMap((version) => [
      HttpRouter.route("POST", `${version}/task`, submit),
      HttpRouter.route("POST", `${version}/task/batch`, submitBatch),
      HttpRouter.route("GET", `${version}/task/:id`, status),
      HttpRouter.route("GET", `${version}/task/:id/results`, results)
    ]),
    HttpRouter.route("GET", "/_sim/stats", Effect.map(vendor.stats, (stats) => HttpServerResponse.jsonUnsafe(stats))),
    HttpRouter.route("POST", "/_sim/reset", Effect.as(vendor.reset, HttpServerResponse.empty()))
  ])
}

const scrapeBody = HttpServerRequest.schemaBodyJson(ScrapeBody, { onExcessProperty: "error" })
const batchBody = HttpServerRequest.schemaBodyJson(BatchBody, { onExcessProperty: "error" })

/** The only way that a handler fails: a body that cannot be read or is not what its schema says. */
type BadBody = Effect.Error<typeof scrapeBody>

const badBody = failure({
  status: 400,
  message: "The body must be {target, query, callback_url?} with a known target and nothing else."
})
const unknownTask = failure({ status: 404, message: "There is no such task, or it is older than 24 hours." })
const unavailable = failure({ status: 503, message: "Service unavailable." })
const notReady: Reply = { status: 204, contentType: "application/json", body: new Uint8Array() }

const respond = ({ status, contentType, retryAfter, body }: Reply) =>
  status === 204
    ? HttpServerResponse.empty()
    : HttpServerResponse.uint8Array(body, {
      status,
      contentType,
      ...(retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } })
    })

/** A TCP reset, which a client sees as ECONNRESET; nothing is left to answer. */
const resetConnection = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.andThen(Effect.sync(() => NodeHttpServerRequest.toIncomingMessage(request).socket.resetAndDestroy()), Effect.never)
