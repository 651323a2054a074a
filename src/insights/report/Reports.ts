import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { Analytics } from "../../analytics/Analytics.ts"
import type { DatabaseError } from "../../database/DatabaseErrors.ts"
import { Posts } from "../../posts/Posts.ts"
import { postView } from "../../posts/PostView.ts"
import { ProfileHistory } from "../../profiles/ProfileHistory.ts"
import type { Unlocked } from "../../profiles/Unlocked.ts"
import { Comments } from "../Comments.ts"
import { Creator } from "../creator/Creator.ts"
import { Creators } from "../Creators.ts"
import { atPosting } from "../history/AtPosting.ts"
import { growth, growthDays } from "../history/Growth.ts"
import { historyColumns, series } from "../history/Series.ts"
import { Standing } from "../Standing.ts"
import { postingTimes } from "./PostingTimes.ts"
import { type Report, reportedProfile } from "./Report.ts"

/** Puts together everything that is stored of a profile. Asks nobody and costs nothing. */
export class Reports extends Context.Service<Reports, {
  of(profile: Unlocked): Effect.Effect<Report, DatabaseError>
}>()("analytics-following/insights/report/Reports") {
  static readonly layerNoDeps = Layer.effect(
    Reports,
    Effect.gen(function*() {
      const posts = yield* Posts
      const history = yield* ProfileHistory
      const creators = yield* Creators
      const comments = yield* Comments
      const standing = yield* Standing

      const of = Effect.fn("Reports.of")(function*(profile: Unlocked) {
        const now = yield* Clock.currentTimeMillis
        const found = yield* Effect.all({
          latest: posts.latest(profile.id, { after: undefined, limit: knownPosts }),
          snapshots: history.snapshots(profile, growthDays),
          creator: creators.find(profile),
          comments: comments.read(profile),
          authenticity: standing.authenticity(profile),
          benchmarks: standing.benchmarks(profile)
        }, { concurrency: "unbounded" })
        const { authenticity, benchmarks, latest, snapshots } = found
        const { audience, comments: figures, content_sentiment } = found.comments.study
        const asOf = profile.last_refreshed
        const shown = latest.slice(0, shownPosts)
        const from = now - (shownDays - 1) * 86_400_000
        return {
          username: profile.username,
          as_of: asOf,
          profile: reportedProfile(profile),
          analytics: Option.getOrNull(decodeAnalytics(profile.analytics)),
          posts: shown.map(postView),
          at_posting: atPosting(profile.is_private, shown, snapshots),
          posting_times: postingTimes(profile.is_private, latest, asOf),
          history: {
            columns: historyColumns,
            points: series(snapshots.filter(({ taken_at }) => Date.parse(taken_at) >= from - 86_400_000), "day", from, now),
            growth: growth(snapshots, latest, asOf)
          },
          creator: Option.getOrNull(decodeCreator(found.creator)),
          content_sentiment,
          audience,
          comments: figures,
          authenticity,
          benchmarks
        }
      })

      return { of }
    })
  )
}

const knownPosts = 100
const shownPosts = 24
const shownDays = 90

const decodeAnalytics = Schema.decodeUnknownOption(Analytics)
const decodeCreator = Schema.decodeUnknownOption(Creator)
