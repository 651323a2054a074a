import { Context, Effect, Layer, Redacted } from "effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { Authorization } from "./auth/Authorization.ts"
import { Api } from "./http/Api.ts"

export interface ClientOptions {
  /** Where the API is, such as `https://api.example.com`. */
  readonly baseUrl: string
  /** A Supabase access token; null for the public endpoints only. */
  readonly token: Redacted.Redacted<string> | null
}

/**
 * The typed client of the HTTP API, made from the same declaration as the server: `client.profiles.lookup({ params: { username } })`.
 * Each endpoint's problems are in the error channel by their tag.
 */
export class Client extends Context.Service<Client, HttpApiClient.ForApi<typeof Api>>()("analytics-following/Client") {
  /** Over `fetch`. */
  static readonly layer = (options: ClientOptions) => this.layerNoDeps(options).pipe(Layer.provide(FetchHttpClient.layer))

  /** Over the given `HttpClient`. */
  static readonly layerNoDeps = (options: ClientOptions) =>
    Layer.effect(
      Client,
      HttpApiClient.make(Api, { transformClient: HttpClient.mapRequest(HttpClientRequest.prependUrl(options.baseUrl)) })
    ).pipe(Layer.provide(Authorization.layerClient(options.token)))
}

/** Waits for the end of a job, asking at most every `Retry-After` seconds. */
export const untilFinished = Effect.fn("untilFinished")(function*(jobId: string) {
  const client = yield* Client
  for (;;) {
    const job = yield* client.jobs.get({ params: { id: jobId } })
    if (job.finished_at !== null) return job
    yield* Effect.sleep("2 seconds")
  }
})
