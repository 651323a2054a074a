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
  Timeout,
  Unauthorized,
  VendorUnavailable
} from "./DecodoReason.ts"
import { type Answer, openBatch, openEnvelope, openTask, type Pending } from "./Envelope.ts"

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

/** The vendor's API, one request each. */
export interface VendorApi {
  /** One paid call, held open. */
  readonly scrape: (target: DecodoTarget, query: string) => Effect.Effect<Scraped, DecodoReason>
  /** Gives it a task: the task's id. */
  readonly submit: (target: DecodoTarget, query: string, callbackUrl: string | null) => Effect.Effect<string, DecodoReason>
  /** Gives it up to 3,000 tasks of one target, once a second. */
  readonly submitBatch: (
    target: DecodoTarget,
    queries: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyArray<{ readonly query: string; readonly taskId: string }>, DecodoReason>
  /** The result of a task, null while there is none. */
  readonly result: (taskId: string, target: string) => Effect.Effect<Scraped | null, DecodoReason>
}

/**
 * A scrape is a POST, held open until the vendor is done; a result it calls pending is waited for. No redirect is followed, no more
 * than `maxResponseBytes` are read, and whatever ends the call, a time-out too, closes its connection.
 */
export const makeVendorApi = (http: HttpClient.HttpClient, options: ScrapeOptions): VendorApi => {
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
      return yield* readBody(response, options.maxResponseBytes)
    },
    Effect.scoped,
    // Fetch follows redirects, credentials and all, unless told not to; other clients ignore this.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

  const opened = Effect.fnUntraced(function*(request: HttpClientRequest.HttpClientRequest, target: string) {
    const body = yield* send(request, target)
    return body === null ? null : { ...(yield* Effect.fromResult(openEnvelope(body.text))), bytes: body.bytes }
  })

  const result = Effect.fnUntraced(function*(taskId: string, target: string) {
    const found = yield* opened(HttpClientRequest.get(`/v3/task/${taskId}/results`), target)
    return found?._tag === "Answer" ? found : null
  })

  const post = (path: string, body: Schema.JsonObject) =>
    HttpClientRequest.post(path).pipe(HttpClientRequest.bodyJsonUnsafe(body))

  /** What the vendor says of an order that it took. Callers let nothing cut it off, so that it ends by itself. */
  const ordered = Effect.fnUntraced(function*(path: string, body: Schema.JsonObject, target: string) {
    const answer = yield* Effect.timeoutOrElse(send(post(path, body), target), {
      duration: orderTime,
      orElse: () => Effect.fail(new Timeout())
    })
    return answer === null ? yield* new EmptyContent({ count: 1 }) : answer.text
  })

  const poll = Effect.fnUntraced(function*({ taskId }: Pending, target: string) {
    for (;;) {
      yield* Effect.sleep(options.pollInterval)
      const found = yield* result(taskId, target)
      if (found !== null) return found
    }
  })

  return {
    scrape: Effect.fnUntraced(function*({ parameters, target }: DecodoTarget, query: string) {
      const found = yield* opened(post("/v2/scrape", { ...parameters, target, query }), target)
      if (found === null) return yield* new EmptyContent({ count: 1 })
      return found._tag === "Pending" ? yield* poll(found, target) : found
    }),
    submit: Effect.fnUntraced(function*({ parameters, target }: DecodoTarget, query: string, callbackUrl: string | null) {
      const callback = callbackUrl === null ? {} : { callback_url: callbackUrl }
      return yield* Effect.fromResult(openTask(yield* ordered("/v3/task", { ...parameters, target, query, ...callback }, target)))
    }),
    submitBatch: Effect.fnUntraced(function*({ parameters, target }: DecodoTarget, queries: ReadonlyArray<string>) {
      return yield* Effect.fromResult(
        openBatch(yield* ordered("/v3/task/batch", { ...parameters, target, query: [...queries] }, target))
      )
    }),
    result
  }
}

/** The vendor only notes it down. */
const orderTime = Duration.seconds(30)

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
