import { Clock, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import { instantOf } from "../database/Instant.ts"
import { FirstPartyAudience, FirstPartyUnavailable } from "./FirstPartyAudience.ts"

/** An account whose owner lets us see its audience. */
export interface ConnectedAccount {
  readonly userId: string
  readonly accessToken: Redacted.Redacted
}

export interface InstagramGraphOptions {
  /** By username. */
  readonly accounts: ReadonlyMap<string, ConnectedAccount>
  /** Default `https://graph.instagram.com/v23.0`. */
  readonly baseUrl?: string
  /** For one call, 10 s by default. */
  readonly timeout?: Duration.Input
}

/**
 * `FirstPartyAudience` over Instagram's Graph API: `follower_demographics` by gender, age, country and city, for accounts of 100 followers or
 * more, as Instagram documents it for professional accounts. Up to 45 labels each. No redirect carries the token on: none is expected.
 */
export const layer = (options: InstagramGraphOptions) => Layer.effect(FirstPartyAudience, make(options))

/** As `layer`, for the accounts that the setting names; nobody's audience where it names none. */
export const layerWhere = (accounts: Option.Option<Redacted.Redacted<string>>) =>
  Option.match(accounts, {
    onNone: () => FirstPartyAudience.layerNone,
    onSome: (named) => layer({ accounts: parseAccounts(Redacted.value(named)) })
  })

const make = Effect.fnUntraced(function*(options: InstagramGraphOptions) {
  const client = (yield* HttpClient.HttpClient).pipe(
    HttpClient.mapRequest(HttpClientRequest.prependUrl(options.baseUrl ?? "https://graph.instagram.com/v23.0"))
  )

  const breakdown = Effect.fnUntraced(function*({ accessToken, userId }: ConnectedAccount, by: Breakdown) {
    const request = HttpClientRequest.get(`/${encodeURIComponent(userId)}/insights`, {
      urlParams: { metric: "follower_demographics", period: "lifetime", metric_type: "total_value", breakdown: by }
    }).pipe(HttpClientRequest.bearerToken(accessToken), HttpClientRequest.acceptJson)
    const response = yield* client.execute(request).pipe(
      Effect.mapError(() => new FirstPartyUnavailable({ reason: "unreachable" }))
    )
    if (response.status >= 500) return yield* new FirstPartyUnavailable({ reason: "unreachable" })
    if (response.status !== 200) return yield* new FirstPartyUnavailable({ reason: "refused" })
    const { data } = yield* HttpClientResponse.schemaBodyJson(Insights)(response).pipe(
      Effect.mapError(() => new FirstPartyUnavailable({ reason: "unreadable" }))
    )
    const results = data.flatMap(({ total_value }) => total_value.breakdowns ?? []).flatMap(({ results }) => results ?? [])
    return results.length === 0
      ? null
      : Object.fromEntries(results.flatMap(({ dimension_values: [label], value }) => label === undefined ? [] : [[label, value]]))
  })

  const of = Effect.fn("FirstPartyAudience.of")(
    function*(username: string) {
      const account = options.accounts.get(username)
      if (account === undefined) return undefined
      const [gender, age, country, city] = yield* Effect.all(
        [breakdown(account, "gender"), breakdown(account, "age"), breakdown(account, "country"), breakdown(account, "city")],
        { concurrency: 2 }
      ).pipe(Effect.timeoutOrElse({
        duration: options.timeout ?? "10 seconds",
        orElse: () => Effect.fail(new FirstPartyUnavailable({ reason: "unreachable" }))
      }))
      return { source: "instagram_graph", fetched_at: instantOf(yield* Clock.currentTimeMillis), gender, age, country, city }
    }
  )

  return FirstPartyAudience.of({ of })
})

type Breakdown = "gender" | "age" | "country" | "city"

const Insights = Schema.Struct({
  data: Schema.Array(Schema.Struct({
    total_value: Schema.Struct({
      breakdowns: Schema.optionalKey(Schema.Array(Schema.Struct({
        results: Schema.optionalKey(Schema.Array(Schema.Struct({
          dimension_values: Schema.Array(Schema.String),
          value: Schema.Natural
        })))
      })))
    })
  }))
})

/** `name=user-id:token, …` as the setting writes it, which holds nothing else. */
export const parseAccounts = (text: string): ReadonlyMap<string, ConnectedAccount> =>
  new Map(
    text.split(",").flatMap((entry) => {
      const [, username, userId, token] = /^\s*([a-z0-9._]{1,30})=(\d{1,32}):(\S+)\s*$/i.exec(entry) ?? []
      return username === undefined || userId === undefined || token === undefined
        ? []
        : [[username.toLowerCase(), { userId, accessToken: Redacted.make(token) }] as const]
    })
  )
