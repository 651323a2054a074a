import { Clock, Duration, Effect, flow, Option, type Redacted, Schema, Stream } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import {
  ConnectionFailed,
  ContractBroken,
  type DecodoReason,
  EmptyContent,
  RateLimited,
  RequestRejected,
  TargetForbidden,
  Unauthorized,
  VendorUnavailable
} from "./DecodoReason.ts"
import { type Answer, openEnvelope, type Pending } from "./Envelope.ts"

/** What the vendor is asked to scrape with. Its schema knows no parameters beside `query`; other plans might. */
export interface DecodoTarget {
  readonly target: string
  readonly parameters?: Schema.JsonObject
}

export interface ScrapeOptions {
  readonly baseUrl: string
  readonly username: string
  readonly password: Redacted.Redacted
  readonly maxResponseBytes: number
  readonly pollInterval: Duration.Input
}

export interface Scraped extends Answer {
  readonly bytes: number
}

/**
 * One paid call: POST, held open until the vendor is done; a result it calls pending is waited for. No redirect is followed, no more
 * than `maxResponseBytes` are read, and whatever ends the call, a time-out too, closes its connection.
 */
export const makeScrape = (http: HttpClient.HttpClient, options: ScrapeOptions) => {
  const client = http.pipe(
    HttpClient.mapRequest(flow(
      HttpClientRequest.prependUrl(options.baseUrl),
      HttpClientRequest.basicAuth(options.username, options.password),
      HttpClientRequest.acceptJson
    )),
    HttpClient.withScope
  )

  const send = Effect.fnUntraced(
    function*(request: HttpClientRequest.HttpClientRequest, target: string) {
      const response = yield* Effect.mapError(client.execute(request), connectionFailed)
      const refusal = yield* refusalOf(response, target)
      if (refusal !== null) return yield* refusal
      if (response.status === 204) return null
      const { bytes, text } = yield* readBody(response, options.maxResponseBytes)
      return { ...(yield* Effect.fromResult(openEnvelope(text))), bytes }
    },
    Effect.scoped,
    // Fetch follows redirects, credentials and all, unless told not to; other clients ignore this.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

  const poll = Effect.fnUntraced(function*({ taskId }: Pending, target: string) {
    for (;;) {
      yield* Effect.sleep(options.pollInterval)
      const result = yield* send(HttpClientRequest.get(`/v3/task/${taskId}/results`), target)
      if (result?._tag === "Answer") return result
    }
  })

  return Effect.fnUntraced(
    function*({ parameters, target }: DecodoTarget, query: string): Effect.fn.Return<Scraped, DecodoReason> {
      const request = HttpClientRequest.post("/v2/scrape").pipe(
        HttpClientRequest.bodyJsonUnsafe({ ...parameters, target, query })
      )
      const result = yield* send(request, target)
      if (result === null) return yield* new EmptyContent({ count: 1 })
      return result._tag === "Pending" ? yield* poll(result, target) : result
    }
  )
}

const connectionFailed = (_: HttpClientError) => new ConnectionFailed()

/** What an HTTP status other than 2xx means. Its body is not read: it could only be shown, and must not be. */
const refusalOf = Effect.fnUntraced(function*({ headers, status }: HttpClientResponse, target: string) {
  if (status >= 200 && status < 300) return null
  if (status === 401) return new Unauthorized()
  if (status === 403) return new TargetForbidden({ target })
  if (status === 429) return new RateLimited({ retryAfter: yield* secondsOf(headers["retry-after"]) })
  return status >= 500
    ? new VendorUnavailable({ status, retryAfter: yield* secondsOf(headers["retry-after"]) })
    : new RequestRejected({ status })
})

/** `Retry-After` in seconds from now, given as seconds or as a date; null where absent or unreadable, at most a day. */
const secondsOf = Effect.fnUntraced(function*(header: string | undefined) {
  if (header === undefined) return null
  const now = yield* Clock.currentTimeMillis
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : Option.match(decodeHttpDate(header.trim()), {
    onNone: () => null,
    onSome: (date) => Math.ceil((date.epochMilliseconds - now) / 1000)
  })
  return seconds === null ? null : Math.min(Math.max(seconds, 0), 86_400)
})

const decodeHttpDate = Schema.decodeUnknownOption(Schema.DateTimeUtcFromHttpDate)

const readBody = (response: HttpClientResponse, maxBytes: number) =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let bytes = 0
    return Stream.runForEach(response.stream, (chunk) => {
      chunks.push(chunk)
      bytes += chunk.byteLength
      return bytes > maxBytes ? Effect.fail(new ContractBroken({ kind: "too_large", paths: [] })) : Effect.void
    }).pipe(
      Effect.catchTag("HttpClientError", (error) =>
        error.reason._tag === "EmptyBodyError" ? Effect.void : Effect.fail(connectionFailed(error))),
      Effect.map(() => ({ text: new TextDecoder().decode(Buffer.concat(chunks)), bytes }))
    )
  })
