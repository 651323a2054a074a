import { derived, unavailable } from "../../../src/analytics/Figure.ts"
import type { Figure } from "../../../src/analytics/Figure.ts"
import type { PostSample, ProfileSample } from "../../../src/analytics/Sample.ts"
import { type AudienceComment, audienceOf } from "../../../src/insights/audience/Audience.ts"
import type { Surroundings } from "../../../src/insights/authenticity/Factors.ts"
import { spikeShare } from "../../../src/insights/authenticity/Surroundings.ts"
import { growth } from "../../../src/insights/history/Growth.ts"
import { repetition } from "../../../src/insights/sentiment/Repetition.ts"
import { postsOf, profileOf } from "../../analytics/support.ts"
import { normal, random } from "../support/random.ts"

export const AS_OF = "2026-02-01T00:00:00.000Z"

export type Fraud = "bought_followers" | "bought_likes" | "pod" | "repeated_comments"

/** An account as it would be received: profile and 12 posts, and where known its comments and snapshots. */
export interface Account {
  readonly profile: ProfileSample
  readonly posts: ReadonlyArray<PostSample>
  readonly around: Surroundings
}

/**
 * Makes accounts, ordinary ones as published figures describe them: engagement rates log-normal around 1.6, 0.8 and 0.5 % by size with a
 * spread of 1 (a measured base has quartiles 0.21 and 1.06 %), 45 likes for one comment with a spread of 0.8, likes that differ from post to
 * post, and the odd viral week, giveaway and circle of friends. Fraud is planted on top of an ordinary account. None of it knows the score.
 */
export const population = (seed: number) => {
  const next = random(seed)
  const between = (low: number, high: number) => low + (high - low) * next()
  const logNormal = (median: number, spread: number) => median * Math.exp(spread * normal(next))
  const pick = <A>(list: ReadonlyArray<A>): A => list[Math.floor(next() * list.length)] as A

  return (fraud: Fraud | null): Account => {
    const people = Math.round(Math.exp(between(Math.log(2_000), Math.log(400_000))))
    const rate = logNormal(people < 10_000 ? 1.6 : people < 50_000 ? 0.8 : 0.5, 1)
    const spread = between(0.25, 0.8)
    const perComment = logNormal(45, 0.8)
    const bought = fraud === "bought_followers" ? Math.round(people * between(1.5, 6)) : 0
    const likesAdded = fraud === "bought_likes" ? people * rate / 100 * between(2, 8) : 0
    const giveaway = next() < 0.05
    const counts = Array.from({ length: 12 }, () => {
      const likes = people * rate / 100 * Math.exp(spread * normal(next))
      const comments = likes / perComment * Math.exp(0.4 * normal(next)) * (giveaway ? 4 : 1)
      return {
        likes: Math.round(likes + likesAdded * (1 + 0.04 * normal(next))),
        comments: Math.round(
          comments * (fraud === "repeated_comments" ? between(2.5, 5) : 1) + (fraud === "pod" ? between(25, 60) : 0)
        )
      }
    })
    const posts = postsOf(counts.map(({ comments, likes }, n) => ({
      likes_count: likes,
      comments_count: comments,
      posted_at: Date.parse(AS_OF) - (n + 1) * 2 * 86_400_000
    })))
    const followers = people + bought
    const profile = profileOf({
      followers_count: followers,
      following_count: Math.round(Math.min(7_500, logNormal(600, 1))),
      posts_count: 200,
      is_private: false
    })
    const spikes = next() < 0.7
      ? spikeShare(growth(snapshots(people, bought), [], AS_OF), followers)
      : unavailable({ method: "authenticity_follower_spikes", version: 1 }, AS_OF, "too_few_snapshots")
    return { profile, posts, around: { spikes, ...commentsOf(counts, fraud) } }
  }

  /** Sixty days; what was bought came within two to six of them. */
  function snapshots(people: number, bought: number) {
    const delivered = Math.floor(between(5, 50))
    const days = Math.floor(between(2, 7))
    const viral = next() < 0.15 ? { from: Math.floor(between(5, 55)), gain: people * between(0.01, 0.06) } : null
    const trend = people * between(0, 0.002)
    let followers = people * 0.95
    return Array.from({ length: 60 }, (_, day) => {
      followers += trend * (1 + 0.6 * normal(next)) + 3 * normal(next)
      if (viral !== null && day >= viral.from && day < viral.from + 3) followers += viral.gain / 3
      if (bought > 0 && day >= delivered && day < delivered + days) followers += bought / days
      return {
        taken_at: new Date(Date.parse(AS_OF) - (59 - day) * 86_400_000).toISOString(),
        followers_count: Math.max(0, Math.round(followers))
      }
    })
  }

  /** Up to 30 comments a post, as a post's answer brings them. */
  function commentsOf(
    counts: ReadonlyArray<{ readonly comments: number }>,
    fraud: Fraud | null
  ): Pick<Surroundings, "repetition" | "recurring"> {
    const friends = Array.from({ length: Math.floor(between(2, 8)) }, (_, n) => `friend${n}`)
    const loyalty = between(0.02, 0.3)
    const pod = Array.from({ length: 40 }, (_, n) => `pod${n}`)
    const templates = Array.from({ length: 12 }, sentence)
    const share = fraud === "repeated_comments" ? between(0.4, 0.8) : 0
    const comments = counts.flatMap((post, index): ReadonlyArray<AudienceComment> =>
      Array.from({ length: Math.min(30, post.comments) }, (_, n) => {
        const podded = fraud === "pod" && n < 22
        return {
          shortcode: `p${index}`,
          text: next() < share ? pick(templates) : next() < 0.03 ? "this is so beautiful" : sentence(),
          commenter: podded ? pod[n] ?? "" : next() < loyalty ? pick(friends) : `c${index}_${n}_${Math.floor(next() * 1e6)}`,
          created_at: null
        }
      })
    )
    const { compared, repeated } = repetition(comments.map(({ text }) => text))
    const by = { method: "comment_repetition", version: 1 }
    const repeating: Figure<number> = compared < 5
      ? unavailable(by, AS_OF, "too_few_comments")
      : derived(by, AS_OF, repeated / compared, { size: compared, unit: "comments", from: null, to: null })
    return { repetition: repeating, recurring: audienceOf("owner", comments, AS_OF, () => null, undefined).recurring_commenters }
  }

  function sentence(): string {
    return Array.from({ length: Math.floor(between(4, 10)) }, () => pick(words)).join(" ")
  }
}

const words =
  "where light morning street bread window always found colour never garden summer train coffee walk dress paint friend winter small house music river blue shoes market table evening dog song mountain glass letter island sun green photo kitchen happy week"
    .split(" ")

/** The chance that the score of an ordinary account is higher than that of a fraudulent one; ties count half. */
export const auc = (ordinary: ReadonlyArray<number>, fraudulent: ReadonlyArray<number>): number => {
  let wins = 0
  for (const a of ordinary) for (const b of fraudulent) wins += a > b ? 1 : a === b ? 0.5 : 0
  return wins / (ordinary.length * fraudulent.length)
}
