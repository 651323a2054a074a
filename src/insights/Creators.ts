import { Context, Effect, Layer, Queue } from "effect"
import type { Schema } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { ProfileHistory } from "../profiles/ProfileHistory.ts"
import { ProfileListener, type StoredAnswer } from "../profiles/ProfileListener.ts"
import type { Username } from "../profiles/Username.ts"
import { creatorOf } from "./creator/Creator.ts"
import { creatorVersion } from "./creator/CreatorMethod.ts"
import { creatorRow } from "./creator/CreatorRow.ts"
import { InsightRepo } from "./InsightRepo.ts"
import { LanguageDetection } from "./LanguageDetection.ts"

/** What is known of creators: derived from each stored answer in the background, and on demand where that has not happened yet. */
export class Creators extends Context.Service<Creators, {
  /** A `Creator` as it is stored; derived now from the stored answer where it is missing or of an older version. Undefined: no answer. */
  find(
    profile: { readonly id: ProfileId; readonly username: Username }
  ): Effect.Effect<Schema.JsonObject | undefined, DatabaseError>
  /** Derives and stores. One whose answer lacked posts does not replace one that had them. */
  derive(answer: StoredAnswer): Effect.Effect<void, DatabaseError>
}>()("analytics-following/insights/Creators") {
  static readonly layerNoDeps = Layer.effect(
    Creators,
    Effect.gen(function*() {
      const repo = yield* InsightRepo
      const history = yield* ProfileHistory
      const { detector } = yield* LanguageDetection

      const write = Effect.fnUntraced(function*({ decoded, fetchedAt, profile }: Omit<StoredAnswer, "keepFigures" | "username">) {
        const row = creatorRow(profile, creatorOf(decoded, fetchedAt, yield* detector), fetchedAt)
        yield* repo.upsertCreator(row)
        return row.details ?? undefined
      })

      const current = Effect.fnUntraced(function*(profile: ProfileId) {
        const stored = yield* repo.findCreator(profile)
        return stored?.analysis_version === creatorVersion ? stored.details ?? undefined : undefined
      })

      const find = Effect.fn("Creators.find")(function*(profile: Parameters<Creators["Service"]["find"]>[0]) {
        const stored = yield* current(profile.id)
        if (stored !== undefined) return stored
        const answer = yield* history.latestAnswer(profile.username)
        return answer === undefined ? undefined : yield* write({ ...answer, profile: profile.id })
      })

      const derive = Effect.fn("Creators.derive")(function*(answer: StoredAnswer) {
        if (answer.keepFigures && (yield* current(answer.profile)) !== undefined) return
        yield* write(answer)
      })

      return { find, derive }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(InsightRepo.layer))

  /**
   * Derives in the background, one at a time. What finds the queue full, or fails, is left to `find` and to the backfill script: nobody waits
   * for it and nothing is lost.
   */
  static readonly listenerLayer = Layer.effect(
    ProfileListener,
    Effect.gen(function*() {
      const creators = yield* Creators
      const queue = yield* Queue.dropping<StoredAnswer>(waiting)
      yield* Queue.take(queue).pipe(
        Effect.flatMap((answer) =>
          Effect.catchCause(creators.derive(answer), (cause) => Effect.logWarning("creator not derived", cause))
        ),
        Effect.forever,
        Effect.forkScoped
      )
      return { stored: (answer) => Effect.asVoid(Queue.offer(queue, answer)) }
    })
  )
}

/** Answers held in memory at most, some hundred kilobytes each. */
const waiting = 32
