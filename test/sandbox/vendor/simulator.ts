import { Effect, Option, Redacted } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { VendorSimulator } from "../../../src/sandbox/vendor/VendorSimulator.ts"
import type { VendorSimulatorOptions } from "../../../src/sandbox/vendor/VendorSimulator.ts"

/** A simulator on a free port, answering at once, for one test. */
export const simulated = (options: Partial<VendorSimulatorOptions> = {}) =>
  Effect.provide([
    VendorSimulator.layer({ username: "user", password: Redacted.make("secret"), latency: { min: 0, max: 0 }, ...options }),
    FetchHttpClient.layer
  ])

export const replaying = (directory: string) => simulated({ recordings: Option.some(directory) })

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

export const send = Effect.fnUntraced(function*(request: HttpClientRequest.HttpClientRequest, password = "secret") {
  const { url } = yield* VendorSimulator
  const response = yield* HttpClient.execute(request.pipe(
    HttpClientRequest.prependUrl(url),
    HttpClientRequest.basicAuth("user", password)
  ))
  const reply: Reply = { status: response.status, headers: response.headers, text: yield* response.text }
  return reply
})

export const post = (path: string, body: unknown) => send(HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(path), body))

export const get = (path: string) => send(HttpClientRequest.get(path))

export const scrape = (query: string, target = "instagram_graphql_profile") => post("/v2/scrape", { target, query })

/** The first result of an answer that has results. */
export const resultOf = (reply: Reply) => {
  const body: { readonly results: ReadonlyArray<Result> } = JSON.parse(reply.text)
  return body.results[0] as Result
}

/** `content` is whatever the vendor sent: tests look into it. */
export interface Result {
  readonly content: unknown
  readonly status_code: number
  readonly task_id: string
  readonly created_at: string
  readonly updated_at: string
  readonly query: string
}

/**
 * Asks again, without a pause, until the number of calls in flight is this: how a test knows that the server has read a request.
 */
export const untilInFlight = (wanted: number) =>
  Effect.gen(function*() {
    const simulator = yield* VendorSimulator
    yield* get("/_sim/stats")
    return (yield* simulator.stats).in_flight
  }).pipe(Effect.repeat({ until: (inFlight) => inFlight === wanted }))
