import type { Figure } from "./Figure.ts"
import type { Method } from "./Method.ts"
import { firstVersion } from "./Method.ts"
import { mean, median, medianInterval } from "./Statistics.ts"
import type { Study } from "./Study.ts"
import { comments, likes, ofKind, plays, summarize } from "./Study.ts"

/** Mean and median likes, comments and plays a post. */
export const averages = (study: Study) => {
  const videos = ofKind(study, "video")
  return {
    avg_likes: summarize(study, avg_likes, study.posts, likes, mean),
    median_likes: summarize(study, median_likes, study.posts, likes, median, medianInterval),
    avg_comments: summarize(study, avg_comments, study.posts, comments, mean),
    median_comments: summarize(study, median_comments, study.posts, comments, median, medianInterval),
    avg_plays: summarize(study, avg_plays, videos, plays, mean),
    median_plays: summarize(study, median_plays, videos, plays, median, medianInterval)
  } satisfies Record<string, Figure<number>>
}

const average = (
  method: string,
  statistic: "Mean" | "Median",
  counted: "likes" | "comments" | "plays",
  output: number
): Method =>
  firstVersion({
    method,
    definition: `${statistic} ${counted} of the ${
      counted === "plays" ? "videos and reels" : "sampled posts"
    } where they are known; at least 3.`,
    formula: `${statistic.toLowerCase()} of ${counted}`,
    unit: counted,
    range: { low: 0, high: null },
    source: "Descriptive statistic",
    example: {
      figure: `averages.${method}`,
      input: { posts: [10, 20, 60].map((count) => ({ media_type: "reel" as const, [`${counted}_count`]: count })) },
      output
    }
  })

export const avg_likes = average("avg_likes", "Mean", "likes", 30)
export const median_likes = average("median_likes", "Median", "likes", 20)
export const avg_comments = average("avg_comments", "Mean", "comments", 30)
export const median_comments = average("median_comments", "Median", "comments", 20)
export const avg_plays = average("avg_plays", "Mean", "plays", 30)
export const median_plays = average("median_plays", "Median", "plays", 20)
