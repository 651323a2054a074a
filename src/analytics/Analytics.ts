import { Schema } from "effect"
import { averages } from "./Averages.ts"
import { BenchmarkComparison, engagementBenchmark } from "./Benchmarks.ts"
import { BestTimes, bestTimes } from "./BestTimes.ts"
import { cadence, TypeShares } from "./Cadence.ts"
import { commentRate, likeCommentRatio } from "./Comments.ts"
import { dataQuality, FilledField } from "./DataQuality.ts"
import { engagementRate, engagementRateByType, engagementRateByViews, engagementRateMean } from "./EngagementRate.ts"
import { Figure, FigureSample, Instant } from "./Figure.ts"
import { FollowerTier, followerTier } from "./FollowerTier.ts"
import { influence, InfluenceComponents } from "./Influence.ts"
import { notPublic } from "./NotPublic.ts"
import type { PostSample, ProfileSample } from "./Sample.ts"
import { sampleOf, study } from "./Study.ts"

const number = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

const Rate = Figure(number).annotate({ identifier: "RateFigure", description: "A rate in percent: 2.3 means 2.3 %" })
const Amount = Figure(number).annotate({ identifier: "AmountFigure", description: "A quantity in the method's unit" })
const NotPublic = Figure(number).annotate({ identifier: "NotPublicFigure", description: "Visible to the owner only" })

/** All figures of one profile, each with its provenance. */
export const Analytics = Schema.Struct({
  as_of: Instant,
  sample: Schema.NullOr(FigureSample).annotate({ description: "All posts received, without repetitions; null: none" }),
  follower_tier: Figure(FollowerTier).annotate({ identifier: "FollowerTierFigure" }),
  engagement: Schema.Struct({
    engagement_rate: Rate,
    engagement_rate_mean: Rate,
    engagement_rate_by_views: Rate,
    engagement_rate_by_type: Schema.Struct({ photo: Rate, carousel: Rate, video: Rate }),
    comment_rate: Rate,
    like_comment_ratio: Amount,
    engagement_benchmark: Figure(BenchmarkComparison).annotate({ identifier: "BenchmarkFigure" })
  }).annotate({ identifier: "EngagementFigures" }),
  averages: Schema.Struct({
    avg_likes: Amount,
    median_likes: Amount,
    avg_comments: Amount,
    median_comments: Amount,
    avg_plays: Amount,
    median_plays: Amount
  }).annotate({ identifier: "AverageFigures" }),
  cadence: Schema.Struct({
    posts_per_week: Amount,
    median_gap_days: Amount,
    gap_variation: Amount,
    days_since_last_post: Amount,
    share_by_type: Figure(TypeShares).annotate({ identifier: "TypeSharesFigure" })
  }).annotate({ identifier: "CadenceFigures" }),
  best_times: Figure(BestTimes).annotate({ identifier: "BestTimesFigure" }),
  influence: Schema.Struct({
    influence_score: Figure(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 10 }))).annotate({
      identifier: "InfluenceFigure"
    }),
    components: InfluenceComponents
  }).annotate({ identifier: "InfluenceFigures" }),
  data_quality: Schema.Struct({
    data_quality_score: Figure(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))).annotate({
      identifier: "DataQualityFigure"
    }),
    fields: Schema.Array(FilledField)
  }).annotate({ identifier: "DataQualityFigures" }),
  not_public: Schema.Struct({ reach: NotPublic, impressions: NotPublic, saves: NotPublic, shares: NotPublic }).annotate({
    identifier: "NotPublicFigures"
  })
}).annotate({ identifier: "Analytics" })
export interface Analytics extends Schema.Schema.Type<typeof Analytics> {}

/**
 * Computes every figure of a profile. `asOf` is when the data was collected, a UTC instant as `DateTime.formatIso` writes it. Pure:
 * the same profile, posts and instant give the same bytes, in whatever order and however often the posts come.
 */
export const analyze = (profile: ProfileSample, posts: ReadonlyArray<PostSample>, asOf: string): Analytics => {
  const subject = study(profile, posts, asOf)
  const engagement_rate = engagementRate(subject)
  const engagement_rate_mean = engagementRateMean(subject)
  const posting = cadence(subject)
  return {
    as_of: asOf,
    sample: sampleOf(subject.posts),
    follower_tier: followerTier(subject),
    engagement: {
      engagement_rate,
      engagement_rate_mean,
      engagement_rate_by_views: engagementRateByViews(subject),
      engagement_rate_by_type: engagementRateByType(subject),
      comment_rate: commentRate(subject),
      like_comment_ratio: likeCommentRatio(subject),
      engagement_benchmark: engagementBenchmark(subject, engagement_rate, engagement_rate_mean)
    },
    averages: averages(subject),
    cadence: posting,
    best_times: bestTimes(subject),
    influence: influence(subject, engagement_rate, posting.posts_per_week),
    data_quality: dataQuality(subject),
    not_public: notPublic(subject)
  }
}
