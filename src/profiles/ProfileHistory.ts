import { Clock, Context, Effect, Layer, Result } from "effect"
import type { Analytics } from "../analytics/Analytics.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import type { DecodedProfile } from "../decodo/FetchedProfile.ts"
import { decodeUser } from "../decodo/ProfileDecoder.ts"
import { analyticsOf } from "./ProfileRows.ts"
import type { ProfileSnapshot } from "./ProfileSnapshot.ts"
import { SnapshotRepo } from "./SnapshotRepo.ts"
import type { Unlocked } from "./Unlocked.ts"
import type { Username } from "./Username.ts"
import { VendorAnswerRepo } from "./VendorAnswerRepo.ts"

/** What was known of a profile, and when. */
export class ProfileHistory extends Context.Service<ProfileHistory, {
  /** Snapshots of the last so many days, oldest first; at most 2,000, the latest of them. */
  snapshots(profile: Unlocked, days: number): Effect.Effect<ReadonlyArray<ProfileSnapshot>, DatabaseError>
  /** The figures of the latest answer fetched by then, computed from the answer as it was stored; undefined when nothing was known. */
  analyticsAt(profile: Unlocked, at: Column.Instant): Effect.Effect<Analytics | undefined, DatabaseError>
  /** The latest answer of a name that became rows, decoded again. */
  latestAnswer(username: Username): Effect.Effect<
    { readonly decoded: DecodedProfile; readonly fetchedAt: Column.Instant } | undefined,
    DatabaseError
  >
}>()("analytics-following/profiles/ProfileHistory") {
  static readonly layerNoDeps = Layer.effect(
    ProfileHistory,
    Effect.gen(function*() {
      const snapshots = yield* SnapshotRepo
      const answers = yield* VendorAnswerRepo
      const answerAt = Effect.fnUntraced(function*(username: Username, at: Column.Instant) {
        const answer = yield* answers.findStored(username, at)
        if (answer === undefined) return undefined
        const decoded = decodeUser(answer.payload)
        return Result.isSuccess(decoded) ? { decoded: decoded.success, fetchedAt: answer.fetched_at } : undefined
      })
      return {
        snapshots: Effect.fn("ProfileHistory.snapshots")(function*({ id }: Unlocked, days: number) {
          const now = yield* Clock.currentTimeMillis
          return yield* snapshots.list(id, instantOf(now - days * 86_400_000), 2_000)
        }),
        analyticsAt: Effect.fn("ProfileHistory.analyticsAt")(function*({ username }: Unlocked, at: Column.Instant) {
          const answer = yield* answerAt(username, at)
          return answer === undefined ? undefined : analyticsOf(answer.decoded, answer.fetchedAt)
        }),
        latestAnswer: (username) => Effect.flatMap(Clock.currentTimeMillis, (now) => answerAt(username, instantOf(now)))
      }
    })
  )
}
