import { Clock, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { Cache, type CachedBody, longestStay } from "./Cache.ts"
import { TtlMap } from "./TtlMap.ts"

export interface RedisCacheOptions {
  readonly url: Redacted.Redacted
  /** How long a command may take before the answer is made without it. */
  readonly commandTimeout: Duration.Duration
}

/**
 * A deletion that Redis does not hear of would leave an old body: this process remembers it and repeats it before it reads the key again, and
 * whatever the others do, no body stays longer than `longestStay`.
 *
 * Bodies in Redis or anything that speaks its protocol, shared by all processes. Redis being away is never an error here: commands
 * fail at once (no offline queue), the client reconnects by itself, and the first connection may come after the start.
 */
export const layer = (options: RedisCacheOptions) =>
  Layer.effect(
    Cache,
    Effect.gen(function*() {
      const client = yield* connect(options)
      const { RESP_TYPES } = yield* library
      const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })
      const attempt = <A>(operation: string, command: () => Promise<A>, otherwise: A) =>
        Effect.tryPromise({ try: command, catch: (cause) => cause instanceof Error ? cause.name : "unknown" }).pipe(
          Effect.timeoutOrElse({ duration: options.commandTimeout, orElse: () => Effect.fail("timeout") }),
          Effect.catch((reason) => Effect.as(Effect.logDebug("cache command failed", { operation, reason }), otherwise))
        )
      const unheard = new TtlMap<true>(rememberedDeletions)
      const remove = Effect.fnUntraced(function*(key: string) {
        const removed = yield* attempt("delete", async () => {
          await client.del(prefix + key)
          return true
        }, false)
        if (removed) unheard.delete(key)
        // By any clock: one that is set back must not bring the old body back.
        else unheard.set(key, true, -Infinity, (yield* Clock.currentTimeMillis) + longestStay)
        return removed
      })
      const read = (key: string) => attempt("get", async () => decode(await bytes.get(prefix + key)), undefined)
      return {
        get: (key) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            unheard.get(key, now) === undefined
              ? read(key)
              : Effect.flatMap(remove(key), (removed) => removed ? read(key) : Effect.undefined)),
        known: () => undefined,
        // What is written takes the place of what should have been deleted.
        set: (key, value, timeToLive) =>
          attempt("set", async () => {
            const PX = Math.max(1, Math.round(Math.min(longestStay, Duration.toMillis(timeToLive))))
            await client.set(prefix + key, encode(value), { PX })
            unheard.delete(key)
          }, undefined),
        delete: (key) => Effect.asVoid(remove(key)),
        health: Effect.map(
          attempt("ping", async () => (await client.ping()) === "PONG", false),
          (up) =>
            up
              ? { state: "up" as const, reason: null }
              : { state: "down" as const, reason: "Redis does not answer; answers come from the database." }
        )
      }
    })
  )

const rememberedDeletions = 100_000

/** Raised when the stored form changes, so that processes of two versions never read each other's. */
const prefix = "analytics-following:1:"

/** A client that reconnects by itself and never waits: without a connection its commands fail at once. */
export const connect = (options: Pick<RedisCacheOptions, "url">) =>
  Effect.acquireRelease(
    Effect.map(library, ({ createClient }) => {
      const client = createClient({
        url: Redacted.value(options.url),
        disableOfflineQueue: true,
        socket: { connectTimeout: 2000, reconnectStrategy: (retries) => Math.min(2000, 50 * 2 ** Math.min(retries, 6)) }
      })
      // Without a listener node-redis throws; the reconnect strategy is the reaction.
      client.on("error", () => {})
      client.connect().catch(() => {})
      return client
    }),
    (client) => Effect.sync(() => client.destroy())
  )

/** A third of all modules, loaded only where there is a Redis. */
const library = Effect.promise(() => import("redis"))

/** One JSON line with what stands beside the body, its length among it, then the body. */
const encode = ({ body, ...head }: CachedBody): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ ...head, bytes: body.byteLength })}\n`), body])

const Head = Schema.fromJsonString(Schema.Struct({
  etag: Schema.String,
  subject: Schema.String,
  refreshedAt: Schema.Finite,
  freshUntil: Schema.Finite,
  bytes: Schema.Int
}))

/** What does not read as ours is no entry: the answer is made anew and overwrites it. */
const decode = (stored: Buffer | null): CachedBody | undefined => {
  const end = stored === null ? -1 : stored.indexOf(10)
  if (stored === null || end < 0) return undefined
  const head = Schema.decodeUnknownOption(Head)(stored.toString("utf8", 0, end))
  if (Option.isNone(head)) return undefined
  const { bytes, ...beside } = head.value
  const body = stored.subarray(end + 1)
  return body.byteLength === bytes ? { ...beside, body } : undefined
}
