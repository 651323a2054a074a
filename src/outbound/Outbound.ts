import Undici from "@effect/platform-node/Undici"
import { Context, Duration, Effect, Layer, Predicate, Result, Schema } from "effect"
import { isIPv6, type LookupFunction } from "node:net"
import { isPublicAddress } from "./PublicAddress.ts"
import { Resolver } from "./Resolver.ts"
import { literalOf, parseTarget } from "./Target.ts"

export const OutboundFailure = Schema.Literals([
  "address_refused",
  "name_not_resolved",
  "connection_failed",
  "certificate_refused",
  "timeout"
])
export type OutboundFailure = typeof OutboundFailure.Type

/** There was no answer. Nothing of the cause is in it: it may name what is inside. */
export class OutboundFailed extends Schema.TaggedError<OutboundFailed>()("OutboundFailed", { reason: OutboundFailure }) {}

export interface OutboundAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
}

export interface OutboundOptions {
  /** Takes http, any port and any address: for tests and the sandbox alone. */
  readonly allowPrivate: boolean
  /** For the whole call, from the name to the end of the answer. */
  readonly timeout: Duration.Input
  /** Which addresses may be connected to; without it those of the public internet. */
  readonly permits?: (address: string) => boolean
}

/**
 * Calls addresses that users have given. The name is resolved once, every address it has must be permitted, and the connection goes to
 * one of those and nowhere else: an answer of DNS that changes meanwhile changes nothing. Redirects are answers, and of an answer only status
 * and `Retry-After` are kept.
 */
export class Outbound extends Context.Service<Outbound, {
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Effect.Effect<OutboundAnswer, OutboundFailed>
}>()("analytics-following/outbound/Outbound") {
  static readonly layerNoDeps = (options: OutboundOptions) =>
    Layer.effect(
      Outbound,
      Effect.map(Resolver, (resolver) => {
        const permits = options.permits ?? (options.allowPrivate ? () => true : isPublicAddress)

        const addressesOf = (url: URL) => {
          const literal = literalOf(url)
          return literal === undefined
            ? Effect.mapError(resolver.resolve(url.hostname), () => new OutboundFailed({ reason: "name_not_resolved" }))
            : Effect.succeed([literal])
        }

        const post = Effect.fn("Outbound.post")(
          function*(address: string, headers: Readonly<Record<string, string>>, body: string) {
            const url = parseTarget(address, options)
            if (Result.isFailure(url)) return yield* new OutboundFailed({ reason: "address_refused" })
            const addresses = yield* addressesOf(url.success)
            if (!addresses.every(permits)) return yield* new OutboundFailed({ reason: "address_refused" })
            return yield* exchange(url.success, addresses, headers, body)
          },
          Effect.timeoutOrElse({
            duration: options.timeout,
            orElse: () => Effect.fail(new OutboundFailed({ reason: "timeout" }))
          })
        )

        return { post }
      })
    )

  static readonly layer = (options: OutboundOptions) => this.layerNoDeps(options).pipe(Layer.provide(Resolver.layer))
}

/** One request on a connection of its own, to one of these addresses. */
const exchange = (url: URL, addresses: ReadonlyArray<string>, headers: Readonly<Record<string, string>>, body: string) =>
  Effect.acquireUseRelease(
    Effect.sync(() =>
      new Undici.Client(url.origin, { connect: { lookup: only(addresses) }, maxHeaderSize: 16_384, pipelining: 0 })
    ),
    (client) =>
      Effect.tryPromise({
        try: async (signal): Promise<OutboundAnswer> => {
          const answer = await client.request({ method: "POST", path: url.pathname + url.search, headers, body, signal })
          await answer.body.dump({ limit: mostRead, signal })
          const retryAfter = answer.headers["retry-after"]
          return { status: answer.statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }
        },
        catch: (cause) => new OutboundFailed({ reason: isCertificate(cause) ? "certificate_refused" : "connection_failed" })
      }),
    (client) => Effect.promise(() => client.destroy())
  )

/** Bytes of an answer that are read, to be thrown away, before the connection is cut. */
const mostRead = 16_384

/** What `connect` asks for addresses: it gets those that were checked, whatever the name has by now. */
const only = (addresses: ReadonlyArray<string>): LookupFunction => (_, options, answer) => {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  const [first] = all
  if (options.all === true) answer(null, all)
  else if (first !== undefined) answer(null, first.address, first.family)
}

const isCertificate = (cause: unknown): boolean =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" &&
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(cause.code)
