import { Context, Effect, Layer, Option, Schema } from "effect"
import { Analytics } from "../analytics/Analytics.ts"
import { tierBounds, tierOf } from "../analytics/FollowerTier.ts"
import type { PostSample } from "../analytics/Sample.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { ListedPost } from "../posts/ListedPost.ts"
import { Posts } from "../posts/Posts.ts"
import { Peers } from "../profiles/Peers.ts"
import { ProfileHistory } from "../profiles/ProfileHistory.ts"
import type { Unlocked } from "../profiles/Unlocked.ts"
import { type Authenticity, authenticityOf } from "./authenticity/Authenticity.ts"
import { spikeShare } from "./authenticity/Surroundings.ts"
import { Comments } from "./Comments.ts"
import { growth } from "./history/Growth.ts"
import { type PeerBenchmarks, standingOf } from "./PeerBenchmarks.ts"

/** How a stored profile stands: against people's behaviour, and among its peers. Computed from what is stored, each time. */
export class Standing extends Context.Service<Standing, {
  authenticity(profile: Unlocked): Effect.Effect<Authenticity, DatabaseError>
  benchmarks(profile: Unlocked): Effect.Effect<typeof PeerBenchmarks.Type, DatabaseError>
}>()("analytics-following/insights/Standing") {
  static readonly layerNoDeps = Layer.effect(
    Standing,
    Effect.gen(function*() {
      const posts = yield* Posts
      const peers = yield* Peers
      const history = yield* ProfileHistory
      const comments = yield* Comments

      const authenticity = Effect.fn("Standing.authenticity")(function*(profile: Unlocked) {
        const [latest, snapshots, { study }] = yield* Effect.all([
          posts.latest(profile.id, { after: undefined, limit: latestPosts }),
          history.snapshots(profile, snapshotDays),
          comments.read(profile)
        ], { concurrency: "unbounded" })
        const grown = growth(snapshots, latest, profile.last_refreshed)
        return authenticityOf(
          { ...profile, profile_pic_url: null },
          // Another owner's followers like a collaboration too.
          latest.filter(({ relation }) => relation === "owner").map(sampleOf),
          {
            repetition: study.comments.repetition,
            recurring: study.audience.recurring_commenters,
            spikes: spikeShare(grown, profile.followers_count)
          },
          profile.last_refreshed
        )
      })

      const benchmarks = Effect.fn("Standing.benchmarks")(function*(profile: Unlocked) {
        const { followers_count: followers, is_business_account: isBusiness, last_refreshed: asOf } = profile
        const analytics = Option.getOrUndefined(decodeAnalytics(profile.analytics))
        const found = followers === null || isBusiness === null ? [] : yield* peers.nearest({
          profile: profile.id,
          isBusiness,
          followers,
          ...tierBounds[tierOf(followers)],
          limit: peersEachSide
        })
        return {
          peers: {
            engagement_rate: standingOf(
              analytics?.engagement.engagement_rate,
              found.flatMap((peer) => peer.engagement_rate ?? []),
              asOf
            ),
            posts_per_week: standingOf(
              analytics?.cadence.posts_per_week,
              found.flatMap((peer) => peer.posts_per_week ?? []),
              asOf
            ),
            influence_score: standingOf(
              analytics?.influence.influence_score,
              found.flatMap((peer) => peer.influence_score ?? []),
              asOf
            )
          },
          published: analytics?.engagement.engagement_benchmark ?? null
        }
      })

      return { authenticity, benchmarks }
    })
  )
}

const latestPosts = 24
/** A spike older than this is history. */
const snapshotDays = 180
const peersEachSide = 250

const decodeAnalytics = Schema.decodeUnknownOption(Analytics)

const sampleOf = (post: ListedPost): PostSample => ({
  shortcode: post.shortcode,
  media_type: post.media_type,
  likes_count: post.likes_count,
  likes_hidden: post.likes_hidden,
  comments_count: post.comments_count,
  plays_count: post.video_play_count ?? (post.video_view_count === 0 ? null : post.video_view_count),
  posted_at: post.posted_at === null ? null : Date.parse(post.posted_at),
  is_pinned: post.is_pinned,
  caption: null,
  hashtags: []
})
