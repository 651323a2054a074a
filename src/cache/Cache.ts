import { Clock, Context, Duration, Effect, Layer } from "effect"
import { TtlMap } from "./TtlMap.ts"

/** An answer as it goes over the wire: encoded once, served many times. Times are milliseconds since 1970. */
export interface CachedBody {
  readonly body: Uint8Array
  readonly etag: string
  /** What the body is about: the profile's id. */
  readonly subject: string
  /** When the data was fetched. */
  readonly refreshedAt: number
  /** Until when the data counts as fresh. */
  readonly freshUntil: number
}

export interface CacheHealth {
  readonly state: "up" | "down"
  readonly reason: string | null
}

/**
 * No body stays longer, in milliseconds. Whoever changes what is stored deletes its body; a deletion that a cache does not hear of, such as that
 * of a script in the cache of a server's process, is made good within this time. It costs one read of the database.
 */
export const longestStay = 300_000

/** Pre-encoded answers. A cache that is away costs time, never an answer: reading gives undefined, writing does nothing. */
export class Cache extends Context.Service<Cache, {
  get(key: string): Effect.Effect<CachedBody | undefined>
  /** As `get`, of what needs no waiting: a cache outside this process knows nothing here. `now` is milliseconds since 1970. */
  known(key: string, now: number): CachedBody | undefined
  set(key: string, value: CachedBody, timeToLive: Duration.Duration): Effect.Effect<void>
  delete(key: string): Effect.Effect<void>
  readonly health: Effect.Effect<CacheHealth>
}>()("analytics-following/cache/Cache") {
  /** In this process, at most `capacityBytes` of bodies and their keys. */
  static readonly layerMemory = (options: { readonly capacityBytes: number }) =>
    Layer.sync(Cache, () => {
      const entries = new TtlMap<CachedBody>(options.capacityBytes, (value) => value.body.byteLength + overheadBytes)
      return {
        get: (key) => Effect.map(Clock.currentTimeMillis, (now) => entries.get(key, now)),
        known: (key, now) => entries.get(key, now),
        set: (key, value, timeToLive) =>
          Effect.map(Clock.currentTimeMillis, (now) =>
            entries.set(key, value, now, now + Math.min(longestStay, Duration.toMillis(timeToLive)))),
        delete: (key) =>
          Effect.sync(() => entries.delete(key)),
        health: Effect.succeed<CacheHealth>({ state: "up", reason: null })
      }
    })

  /** Keeps nothing: every read goes to the database. */
  static readonly layerNone = Layer.succeed(Cache, {
    get: () => Effect.undefined,
    known: () => undefined,
    set: () => Effect.void,
    delete: () => Effect.void,
    health: Effect.succeed<CacheHealth>({ state: "up", reason: "switched off by configuration" })
  })
}

/** Key, etag and map entry of a small body; measured at 0.3–0.5 KB. */
const overheadBytes = 512
