import * as Averages from "./Averages.ts"
import { engagement_benchmark } from "./Benchmarks.ts"
import { best_times } from "./BestTimes.ts"
import * as Cadence from "./Cadence.ts"
import { comment_rate, like_comment_ratio } from "./Comments.ts"
import { data_quality_score } from "./DataQuality.ts"
import * as EngagementRate from "./EngagementRate.ts"
import { follower_tier } from "./FollowerTier.ts"
import { influence_score } from "./Influence.ts"
import type { Method } from "./Method.ts"
import { impressions, reach, saves, shares } from "./NotPublic.ts"

/** Every method of this room, current and former versions; other rooms list theirs beside it. */
export const registry: ReadonlyArray<Method> = [
  EngagementRate.engagement_rate,
  EngagementRate.engagement_rate_mean,
  EngagementRate.engagement_rate_by_views,
  EngagementRate.engagement_rate_by_type,
  comment_rate,
  like_comment_ratio,
  engagement_benchmark,
  Averages.avg_likes,
  Averages.median_likes,
  Averages.avg_comments,
  Averages.median_comments,
  Averages.avg_plays,
  Averages.median_plays,
  Cadence.posts_per_week,
  Cadence.median_gap_days,
  Cadence.gap_variation,
  Cadence.days_since_last_post,
  Cadence.share_by_type,
  best_times,
  follower_tier,
  influence_score,
  data_quality_score,
  reach,
  impressions,
  saves,
  shares
]
