import { Clock, Context, Duration, Effect, Layer } from "effect"
import { TtlMap } from "../cache/TtlMap.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { AbsenceRepo } from "./AbsenceRepo.ts"
import type { VendorAbsence } from "./VendorAbsence.ts"

export interface Absence {
  readonly evidence: typeof VendorAbsence.Type.evidence
  /** Milliseconds since 1970. */
  readonly until: number
}

/** What is asked for: an account by its username, a post by its shortcode. */
export type Sought = { readonly username: string } | { readonly shortcode: string }

/**
 * "No such profile" and "no such post", for every process and through restarts, so that asking again costs nothing until it expires.
 * Look here right before a fetch of what is not stored, never on the way to what is. While the database is away nothing is known.
 */
export class NegativeCache extends Context.Service<NegativeCache, {
  find(sought: Sought): Effect.Effect<Absence | undefined>
  remember(sought: Sought, evidence: Absence["evidence"]): Effect.Effect<void>
  /** It is there after all. */
  forget(sought: Sought): Effect.Effect<void>
}>()("analytics-following/thrift/NegativeCache") {
  static readonly layerNoDeps = (options: { readonly believedFor: Duration.Input }) =>
    Layer.effect(
      NegativeCache,
      Effect.gen(function*() {
        const repo = yield* AbsenceRepo
        const known = new TtlMap<Absence>(rememberedHere)
        const believedFor = Duration.toMillis(Duration.fromInputUnsafe(options.believedFor))

        return {
          find: Effect.fn("NegativeCache.find")(function*(sought: Sought) {
            const now = yield* Clock.currentTimeMillis
            const [target, query] = keyOf(sought)
            const here = known.get(`${target} ${query}`, now)
            if (here !== undefined) return here
            const found = yield* Effect.catch(
              repo.find(target, query, instantOf(now)),
              ({ _tag }) =>
                Effect.as(Effect.logWarning("absences are not known").pipe(Effect.annotateLogs({ reason: _tag })), undefined)
            )
            if (found === undefined) return undefined
            const absence = { evidence: found.evidence, until: millisOf(found.expires_at) }
            known.set(`${target} ${query}`, absence, now, Math.min(absence.until, now + heardFor))
            return absence
          }),
          remember: Effect.fn("NegativeCache.remember")(function*(sought: Sought, evidence: Absence["evidence"]) {
            if (believedFor <= 0) return
            const now = yield* Clock.currentTimeMillis
            const [target, query] = keyOf(sought)
            const until = now + believedFor
            known.set(`${target} ${query}`, { evidence, until }, now, Math.min(until, now + heardFor))
            yield* Effect.catch(
              repo.upsert({ target, query, evidence, seen_at: instantOf(now), expires_at: instantOf(until) }),
              ({ _tag }) => Effect.logWarning("an absence is known here alone").pipe(Effect.annotateLogs({ reason: _tag }))
            )
          }),
          forget: Effect.fn("NegativeCache.forget")(function*(sought: Sought) {
            const [target, query] = keyOf(sought)
            known.delete(`${target} ${query}`)
            yield* Effect.catch(
              repo.delete(target, query),
              ({ _tag }) => Effect.logWarning("an absence was not forgotten").pipe(Effect.annotateLogs({ reason: _tag }))
            )
          })
        }
      })
    )

  static readonly layer = (options: { readonly believedFor: Duration.Input }) =>
    this.layerNoDeps(options).pipe(Layer.provide(AbsenceRepo.layer))
}

const keyOf = (sought: Sought): readonly [target: string, query: string] =>
  "username" in sought ? ["profile", sought.username] : ["post", sought.shortcode]

const rememberedHere = 20_000

/** What another process forgot is believed here for so many milliseconds more at the most. */
const heardFor = 30_000
