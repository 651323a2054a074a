import { Context, Duration, Effect, Layer, Option, Queue, Result } from "effect"
import type { Schema } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import { decodeUser } from "../decodo/ProfileDecoder.ts"
import { loop } from "../observability/Loops.ts"
import { sameJson } from "../profiles/CanonicalJson.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { ProfileHistory } from "../profiles/ProfileHistory.ts"
import { ProfileListener, type StoredAnswer } from "../profiles/ProfileListener.ts"
import { type Outcome, Recomputation } from "../profiles/Recomputation.ts"
import type { StoredFigures } from "../profiles/StoredFigures.ts"
import type { Unlocked } from "../profiles/Unlocked.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import { creatorOf } from "./creator/Creator.ts"
import { creatorVersion } from "./creator/CreatorMethod.ts"
import { creatorRow } from "./creator/CreatorRow.ts"
import { InsightRepo } from "./InsightRepo.ts"
import { LanguageDetection } from "./LanguageDetection.ts"

type Subject = Pick<StoredFigures, "id" | "username" | "last_refreshed" | "analytics">

type Recomputed = Pick<StoredFigures, "id" | "username" | "last_refreshed">

/** How a creator is derived, and the version of it; a test passes others. */
export interface CreatorFormulas {
  readonly version: number
  readonly derive: typeof creatorOf
}

/** What is known of creators: derived from each stored answer in the background, and on demand where that has not happened yet. */
export class Creators extends Context.Service<Creators, {
  /**
   * A `Creator` as it is stored; derived now from the stored answer where it is missing, of an older version, or of an older answer than the
   * profile's figures, as a process leaves it that was killed before it came to it. Undefined: no answer.
   */
  find(profile: Unlocked): Effect.Effect<Schema.JsonObject | undefined, DatabaseError>
  /**
   * Derives those that `find` would derive, behind a profile's id: how many, and where to go on; undefined at the end. A dry run only looks
   * which have an answer.
   */
  backfill(after: string, limit: number, dryRun: boolean): Effect.Effect<
    { readonly derived: number; readonly withoutAnswer: number; readonly cursor: string } | undefined,
    DatabaseError
  >
  /** How many `backfill` has to look at. */
  countMissing(after: string): Effect.Effect<number, DatabaseError>
  /** Derives and stores. One whose answer lacked posts does not replace one that had them. */
  derive(answer: StoredAnswer): Effect.Effect<void, DatabaseError>
  /** Computes what is stored anew from the answer it was made of, and rewrites it where it differs. */
  recompute(profile: Recomputed, dryRun: boolean): Effect.Effect<Outcome, DatabaseError>
}>()("analytics-following/insights/Creators") {
  static readonly layerNoDeps = (formulas: CreatorFormulas = { version: creatorVersion, derive: creatorOf }) =>
    Layer.effect(
      Creators,
      Effect.gen(function*() {
        const recomputation = yield* Recomputation
        const repo = yield* InsightRepo
        const history = yield* ProfileHistory
        const suppressions = yield* Suppressions
        const transaction = yield* Transaction
        const { detector } = yield* LanguageDetection

        const write = Effect.fnUntraced(
          function*({ decoded, fetchedAt, profile }: Omit<StoredAnswer, "keepFigures" | "username">) {
            const detect = yield* detector
            return yield* transaction.run(Effect.gen(function*() {
              // It was decoded before, and somebody whom it names may have been erased since.
              const raw = yield* suppressions.clean(decoded.raw)
              const own = raw === decoded.raw
                ? decoded
                : Option.getOrUndefined(Option.flatMap(Option.fromUndefinedOr(raw), decodedOf))
              if (own === undefined) return undefined
              const row = creatorRow(profile, creatorOf(own, fetchedAt, detect), fetchedAt)
              yield* repo.upsertCreator(row)
              return row.details ?? undefined
            }))
          }
        )

        const find = Effect.fn("Creators.find")(function*(profile: Subject) {
          const stored = yield* repo.findCreator(profile.id)
          const known = stored?.analysis_version === creatorVersion ? stored.details ?? undefined : undefined
          const figuresAt = profile.analytics?.["as_of"]
          const isBehind = typeof figuresAt === "string" && stored !== undefined && stored.last_updated < figuresAt
          if (known !== undefined && !isBehind) return known
          // A later answer without posts says less than the one that the figures are of.
          const ofFigures = typeof figuresAt === "string" ? yield* recomputation.answerAt(profile, figuresAt) : undefined
          const answer = ofFigures ?? (yield* history.latestAnswer(profile.username))
          return answer === undefined ? known : yield* write({ ...answer, profile: profile.id })
        })

        const isCurrent = (profile: ProfileId) =>
          Effect.map(
            repo.findCreator(profile),
            (stored) => stored?.analysis_version === creatorVersion && stored.details !== null
          )

        const derive = Effect.fn("Creators.derive")(function*(answer: StoredAnswer) {
          if (answer.keepFigures && (yield* isCurrent(answer.profile))) return
          yield* write(answer)
        })

        const backfill = Effect.fn("Creators.backfill")(function*(after: string, limit: number, dryRun: boolean) {
          const batch = yield* repo.withoutCreator(after, creatorVersion, limit)
          const last = batch.at(-1)
          if (last === undefined) return undefined
          const found = yield* Effect.forEach(batch, (profile): Effect.Effect<object | undefined, DatabaseError> =>
            dryRun ? history.latestAnswer(profile.username) : find(profile))
          const derived = found.filter((creator) =>
            creator !== undefined
          ).length
          return { derived, withoutAnswer: batch.length - derived, cursor: last.id }
        })

        const recompute = Effect.fn("Creators.recompute")(function*(profile: Recomputed, dryRun: boolean) {
          const stored = yield* repo.findCreator(profile.id)
          const at = stored?.details?.["as_of"]
          if (stored === undefined || typeof at !== "string") return "nothing_stored" as const
          const answer = yield* recomputation.answerAt(profile, at)
          if (answer === undefined) return "without_source" as const
          const creator = formulas.derive(answer.decoded, answer.fetchedAt, yield* detector)
          if (stored.analysis_version === formulas.version && sameJson(creator, stored.details)) return "unchanged" as const
          if (!dryRun) {
            yield* repo.upsertCreator({
              ...creatorRow(profile.id, creator, answer.fetchedAt),
              analysis_version: formulas.version
            })
          }
          return "rewritten" as const
        })

        const countMissing = (after: string) => repo.countWithoutCreator(after, creatorVersion)

        return { find, backfill, countMissing, derive, recompute }
      })
    )

  static readonly layer = this.layerNoDeps().pipe(Layer.provide(InsightRepo.layer))

  /**
   * Derives in the background, one at a time. What finds the queue full, or fails, is left to `find` and to the backfill script: nobody waits
   * for it and nothing is lost.
   */
  static readonly listenerLayer = Layer.effect(
    ProfileListener,
    Effect.gen(function*() {
      const creators = yield* Creators
      const queue = yield* Queue.dropping<StoredAnswer>(waiting)
      yield* loop("creators", Duration.zero, Effect.flatMap(Queue.take(queue), creators.derive))
      return { stored: (answer) => Effect.asVoid(Queue.offer(queue, answer)) }
    })
  )
}

const decodedOf = (raw: Schema.JsonObject) => Result.getSuccess(decodeUser(raw))

/** Answers held in memory at most, some hundred kilobytes each. */
const waiting = 32
