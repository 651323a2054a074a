import { Effect, Layer, Option, Redacted } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { createHash, timingSafeEqual } from "node:crypto"
import { bearerToken } from "../auth/Authenticator.ts"
import { Unauthorized } from "../auth/AuthErrors.ts"
import { RouteNotFound } from "../http/HttpErrors.ts"
import { Metrics, type MetricsRegistry } from "./Metrics.ts"
import { openMetrics, openMetricsType } from "./OpenMetrics.ts"

export interface MetricsHttpOptions {
  /** What a scraper sends as its bearer token. Without one there is nothing at the address. */
  readonly token: Option.Option<Redacted.Redacted>
}

/** `GET /metrics`, for whoever holds its own token: users' tokens open nothing here, and this one opens nothing else. */
export const layer = ({ token }: MetricsHttpOptions) =>
  Layer.unwrap(Effect.map(Metrics, (metrics) => HttpRouter.add("GET", "/metrics", answer(token, metrics))))

const answer = (token: MetricsHttpOptions["token"], metrics: MetricsRegistry) =>
  Effect.flatMap(HttpServerRequest, ({ headers }) => {
    if (Option.isNone(token)) return HttpServerRespondable.toResponse(notHere)
    const given = bearerToken(headers["authorization"])
    if (given === undefined) return HttpServerRespondable.toResponse(refused("missing"))
    if (!same(given, Redacted.value(token.value))) return HttpServerRespondable.toResponse(refused("invalid"))
    return Effect.map(
      Effect.provideService(openMetrics, Metrics, metrics),
      (text) => HttpServerResponse.text(text, { contentType: openMetricsType, headers: { "cache-control": "no-store" } })
    )
  })

const refused = (reason: Unauthorized["reason"]) =>
  new Unauthorized({ reason, detail: "Send the METRICS_TOKEN of this server: `Authorization: Bearer <token>`." })

const notHere = new RouteNotFound({ detail: "Nothing is at this address. /docs lists what there is." })

/** Takes as long for a token that is nearly right as for any other. */
const same = (given: string, expected: string) => timingSafeEqual(digest(given), digest(expected))

const digest = (text: string) => createHash("sha256").update(text).digest()
