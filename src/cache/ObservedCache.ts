import { Effect, Layer } from "effect"
import { counter, gauge } from "../observability/Metrics.ts"
import { Cache } from "./Cache.ts"

/** Counts what a cache was asked for, and makes each question that has to wait a span. */
export const observed = <E, R>(cache: Layer.Layer<Cache, E, R>) =>
  Layer.effect(
    Cache,
    Effect.gen(function*() {
      const inner = yield* Cache
      const lookups = yield* counter({
        name: "cache_lookups",
        help: "Questions to the cache of answers, by whether it had one",
        labels: ["result"]
      })
      const hit = lookups.cell(["hit"])
      const miss = lookups.cell(["miss"])
      const bytes = yield* counter({ name: "cache_served_bytes", help: "Bodies that came from the cache of answers" })
      const served = bytes.cell([])
      yield* gauge({
        name: "cache_up",
        help: "Whether the cache answers",
        read: Effect.map(inner.health, ({ state }) => state === "up" ? 1 : 0)
      })

      return {
        ...inner,
        get: (key) =>
          Effect.tap(inner.get(key), (found) => {
            if (found === undefined) miss.value++
            else {
              hit.value++
              served.value += found.body.byteLength
            }
            return Effect.annotateCurrentSpan("cache.hit", found !== undefined)
          }).pipe(Effect.withSpan("cache.get", {}, withoutStack)),
        known: (key, now) => {
          const found = inner.known(key, now)
          // What is not known here is asked for by `get` next.
          if (found !== undefined) {
            hit.value++
            served.value += found.body.byteLength
          }
          return found
        },
        set: (key, value, timeToLive) =>
          inner.set(key, value, timeToLive).pipe(
            Effect.withSpan("cache.set", { attributes: { "cache.bytes": value.body.byteLength } }, withoutStack)
          )
      }
    })
  ).pipe(Layer.provide(cache))

/** Taking a stack costs more than the question. */
const withoutStack = { captureStackTrace: false } as const
