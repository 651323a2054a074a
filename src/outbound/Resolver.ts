import { Context, Effect, Layer, Schema } from "effect"
import { Resolver as NodeResolver } from "node:dns/promises"

/** The name has no address, or nobody could say. */
export class NameNotResolved extends Schema.TaggedError<NameNotResolved>()("NameNotResolved", {}) {}

/** Addresses of a host name, IPv4 and IPv6. */
export class Resolver extends Context.Service<Resolver, {
  resolve(hostname: string): Effect.Effect<ReadonlyArray<string>, NameNotResolved>
}>()("analytics-following/outbound/Resolver") {
  /** Asks DNS itself, not the system's resolver: that one takes a thread for as long as an answer takes, and there are four. */
  static readonly layer = Layer.sync(Resolver, () => {
    const dns = new NodeResolver({ timeout: 3000, tries: 2 })
    const ask = (found: () => Promise<ReadonlyArray<string>>) =>
      Effect.orElseSucceed(Effect.tryPromise(found), (): ReadonlyArray<string> => [])
    return {
      resolve: Effect.fn("Resolver.resolve")(function*(hostname: string) {
        const [four, six] = yield* Effect.all([ask(() => dns.resolve4(hostname)), ask(() => dns.resolve6(hostname))], {
          concurrency: 2
        })
        const addresses = [...four, ...six]
        return addresses.length > 0 ? addresses : yield* new NameNotResolved()
      })
    }
  })
}
