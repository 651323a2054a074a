import { perFollower } from "./EngagementRate.ts"
import type { Figure } from "./Figure.ts"
import { derived, unavailable } from "./Figure.ts"
import { firstVersion } from "./Method.ts"
import { median, medianInterval, round, sum } from "./Statistics.ts"
import type { Study } from "./Study.ts"
import { comments, engagement, MIN_POSTS, sampleOf, shortage } from "./Study.ts"

/** Percent of followers; available where likes are hidden. */
export const commentRate = (study: Study): Figure<number> =>
  perFollower(study, comment_rate, study.posts, comments, median, medianInterval)

/** Likes for one comment. A ratio of sums: a median of ratios is undefined at the first post without comments. */
export const likeCommentRatio = (study: Study): Figure<number> => {
  if (study.closed !== null) return unavailable(like_comment_ratio, study.as_of, study.closed)
  const usable = study.posts.filter((post) => post.engagement !== null)
  const sample = sampleOf(usable)
  if (usable.length < MIN_POSTS) {
    return unavailable(like_comment_ratio, study.as_of, shortage(study, study.posts, usable.length, engagement), sample)
  }
  const commented = sum(usable.flatMap((post) => post.comments ?? []))
  const liked = sum(usable.flatMap((post) => post.likes ?? []))
  return commented === 0
    ? unavailable(like_comment_ratio, study.as_of, "no_comments", sample)
    : derived(like_comment_ratio, study.as_of, round(liked / commented), sample)
}

export const comment_rate = firstVersion({
  method: "comment_rate",
  definition:
    "Median comments of the sampled posts in percent of followers; at least 3 posts. Needs no likes, so it stands where likes are hidden.",
  formula: "median over posts of comments / followers * 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Common definition by followers",
  example: {
    figure: "engagement.comment_rate",
    input: {
      profile: { followers_count: 10_000 },
      posts: [{ comments_count: 0 }, { comments_count: 5 }, { comments_count: 40 }]
    },
    output: 0.05
  }
})

export const like_comment_ratio = firstVersion({
  method: "like_comment_ratio",
  definition: "Likes for one comment over the sampled posts with both known; at least 3, and at least one comment.",
  formula: "sum of likes / sum of comments",
  unit: "likes per comment",
  range: { low: 0, high: null },
  source: "Common definition; bought likes raise it, comment pods lower it",
  example: {
    figure: "engagement.like_comment_ratio",
    input: {
      posts: [{ likes_count: 100, comments_count: 0 }, { likes_count: 200, comments_count: 4 }, {
        likes_count: 300,
        comments_count: 8
      }]
    },
    output: 50
  }
})
