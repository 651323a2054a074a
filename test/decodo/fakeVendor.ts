import { Clock, Effect, Fiber, Layer, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import { TestClock } from "effect/testing"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import type { DecodoError } from "../../src/decodo/DecodoError.ts"
import * as DecodoHttp from "../../src/decodo/DecodoHttp.ts"
import type { FetchedProfile } from "../../src/decodo/FetchedProfile.ts"
import { breakerDefaults } from "../../src/thrift/Breakers.ts"
import { CallMeter } from "../../src/thrift/CallMeter.ts"
import { Fleet } from "../../src/thrift/Fleet.ts"
import { Spending } from "../../src/thrift/Spending.ts"
import { VendorGuard } from "../../src/thrift/VendorGuard.ts"
import { VendorTasks } from "../../src/thrift/VendorTasks.ts"
import { body, content, userObject } from "./samples.ts"

/** One scripted reply: a response after so many seconds, or a connection that breaks, or none at all. */
export interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly after?: number
  readonly broken?: true
}

export const profileReply: Reply = { body: body(content(userObject())) }
export const emptyReply: Reply = { body: body("") }

export interface SeenCall {
  /** Seconds on the test clock. */
  readonly at: number
  readonly request: HttpClientRequest
}

/** A vendor that answers its calls one after the other, the last reply for ever, and what it saw. */
export const fakeVendor = (...replies: ReadonlyArray<Reply>) => {
  const seen: Array<SeenCall> = []
  let inFlight = 0
  let mostInFlight = 0
  const client = HttpClient.make((request) =>
    Effect.gen(function*() {
      const reply = replies[Math.min(seen.length, replies.length - 1)]!
      seen.push({ at: (yield* Clock.currentTimeMillis) / 1000, request })
      mostInFlight = Math.max(mostInFlight, ++inFlight)
      yield* Effect.sleep(`${reply.after ?? 0} seconds`)
      if (reply.broken) {
        return yield* new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) })
      }
      return HttpClientResponse.fromWeb(
        request,
        new Response(reply.status === 204 ? null : reply.body ?? "", {
          status: reply.status ?? 200,
          headers: reply.headers ?? {}
        })
      )
    }).pipe(Effect.ensuring(Effect.sync(() => inFlight--)))
  )
  return {
    seen,
    get mostInFlight() {
      return mostInFlight
    },
    /** Seconds between the starts of the calls. */
    get waits() {
      return seen.slice(1).map(({ at }, i) => at - seen[i]!.at)
    },
    layer: (options: Partial<DecodoHttp.DecodoHttpOptions> = {}, guard = unguarded) =>
      DecodoHttp.layer({ username: "user", password: Redacted.make("hunter2"), ...options }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
        Layer.provideMerge(guard)
      )
  }
}

/** Nothing but a meter stands before the vendor: for tests of what it is asked and what is made of its answers. */
export const meteredBy = (meter: Layer.Layer<CallMeter>) =>
  Layer.merge(
    Layer.mock(VendorTasks, {}),
    VendorGuard.layerNoDeps({ ...breakerDefaults, failures: 1_000 })
  ).pipe(
    Layer.provide([
      Fleet.layerProcess({ concurrency: 1_000, perSecond: 1_000_000 }),
      Spending.layerNone({ pricePerSuccess: 1_000 }),
      meter
    ])
  )

export const unguarded = meteredBy(CallMeter.layerNone)

/** Fetches while the test clock runs for an hour, and gives the profile or the error. */
export const fetched = (username = "sample.studio", options?: { readonly known: boolean }): Effect.Effect<
  FetchedProfile | DecodoError,
  never,
  DecodoClient
> =>
  Effect.gen(function*() {
    const client = yield* DecodoClient
    const fiber = yield* Effect.forkChild(client.fetchProfile(username, options).pipe(Effect.catch(Effect.succeed)))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })
