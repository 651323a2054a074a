import * as to from "./Expressions.ts"
import { asOf, type Column, column, type Places, type TableRules, verdictOn, without } from "./TableRules.ts"

/** Version of what the old code computed: below every version of ours, so that a recomputation takes it up. */
const legacyVersion = "0"

/** Audience estimates: those that say from how many, how and how surely. The others were invented and stay behind. */
export const audienceDemographics = (at: Places): TableRules => ({
  table: "audience_demographics",
  keyType: "uuid",
  joins: `${verdictOn(at, "profiles", "l.profile_id", "p")}
  CROSS JOIN LATERAL (SELECT ${to.distribution("l.gender_distribution")} AS gender, ${
    to.distribution("l.age_distribution")
  } AS age,
    ${to.distribution("l.location_distribution")} AS location, ${to.share("l.confidence_score")} AS confidence,
    ${to.filled("l.analysis_method")} AS method) AS n`,
  target: "l.id",
  stands: { table: "audience_demographics", column: "id" },
  refused: {
    ...without("p", "profile"),
    sample_unknown: "l.sample_size IS NULL OR l.sample_size <= 0",
    method_unknown: "n.method IS NULL",
    method_invents: "lower(n.method) ~ '(mock|fake|placeholder|default|fallback|static|hardcoded|dummy|demo$)'",
    confidence_unknown: "n.confidence IS NULL",
    nothing_known: "num_nonnulls(n.gender, n.age, n.location) = 0"
  },
  groups: [{ by: "p.target", reason: "same_profile" }],
  prefer: "l.last_sampled DESC NULLS LAST",
  writes: [{
    into: "audience_demographics",
    columns: {
      id: "l.id",
      profile_id: "p.target",
      gender_distribution: shares("l.gender_distribution", "n.gender"),
      age_distribution: shares("l.age_distribution", "n.age"),
      location_distribution: shares("l.location_distribution", "n.location"),
      sample_size: "l.sample_size",
      confidence_score: column("n.confidence", { percent_to_share: "l.confidence_score > 1" }),
      analysis_method: "n.method",
      analysis_version: legacyVersion,
      ...times(at, "l.last_sampled", "last_sampled", "created_at", "updated_at")
    }
  }]
})

/** What was derived of a creator, where it says from how many posts. */
export const creatorMetadata = (at: Places): TableRules => ({
  table: "creator_metadata",
  keyType: "uuid",
  joins: verdictOn(at, "profiles", "l.profile_id", "p"),
  target: "l.id",
  stands: { table: "creator_metadata", column: "id" },
  refused: { ...without("p", "profile"), sample_unknown: "l.posts_analyzed IS NULL OR l.posts_analyzed < 0" },
  groups: [{ by: "p.target", reason: "same_profile" }],
  prefer: "l.last_updated DESC NULLS LAST",
  writes: [{
    into: "creator_metadata",
    columns: {
      id: "l.id",
      profile_id: "p.target",
      extracted_location: to.filled("l.extracted_location"),
      categories: column(to.words("l.categories"), { label_too_long: to.wordsLost("l.categories") }),
      content_themes: list("l.content_themes"),
      primary_language: column(language("l.primary_language"), {
        language_unknown: to.lost(to.filled("l.primary_language"), language("l.primary_language"))
      }),
      secondary_languages: column(languages, {
        language_unknown: `cardinality(${languages}) < cardinality(${to.words("l.secondary_languages")})`
      }),
      content_sentiment: column(sentiment("l.content_sentiment"), {
        sentiment_unknown: to.lost(to.filled("l.content_sentiment"), sentiment("l.content_sentiment"))
      }),
      brand_mentions: list("l.brand_mentions"),
      analysis_confidence: column(to.share("l.analysis_confidence"), {
        percent_to_share: "l.analysis_confidence > 1 AND l.analysis_confidence <= 100",
        score_out_of_range: to.lost("l.analysis_confidence", to.share("l.analysis_confidence"))
      }),
      analysis_version: legacyVersion,
      posts_analyzed: "l.posts_analyzed",
      ...times(at, "l.last_updated", "last_updated", "created_at")
    }
  }]
})

/** Sentiment of a post's comments, where it says of how many and its shares add up. */
export const commentSentiment = (at: Places): TableRules => ({
  table: "comment_sentiment",
  keyType: "uuid",
  joins: `${verdictOn(at, "posts", "l.post_id", "p")}
  CROSS JOIN LATERAL (SELECT nullif(l.positive_score + l.negative_score + l.neutral_score, 0) AS total,
    num_nonnulls(l.positive_score, l.negative_score, l.neutral_score) AS known) AS n`,
  target: "l.id",
  stands: { table: "comment_sentiment", column: "id" },
  refused: {
    ...without("p", "post"),
    sample_unknown: "l.comments_analyzed IS NULL OR l.comments_analyzed <= 0",
    scores_do_not_add_up: `n.known <> 0 AND (n.known < 3 OR n.total IS NULL
      OR NOT (n.total BETWEEN 0.95 AND 1.05 OR n.total BETWEEN 95 AND 105) OR least(l.positive_score, l.negative_score, l.neutral_score) < 0)`
  },
  groups: [{ by: "p.target", reason: "same_post" }],
  prefer: "l.analysis_timestamp DESC NULLS LAST",
  writes: [{
    into: "comment_sentiment",
    columns: {
      id: "l.id",
      post_id: "p.target",
      method: "'legacy'",
      method_version: legacyVersion,
      positive_score: column("l.positive_score / n.total", { percent_to_share: "n.total >= 95" }),
      negative_score: "l.negative_score / n.total",
      neutral_score: "l.neutral_score / n.total",
      overall_sentiment: column(
        `CASE WHEN n.known = 0 THEN 'undecided' ELSE coalesce(${sentiment("l.overall_sentiment")}, ${largest}) END`,
        {
          sentiment_derived: `n.known = 3 AND (${sentiment("l.overall_sentiment")}) IS NULL`,
          sentiment_without_scores: `n.known = 0 AND ${to.filled("l.overall_sentiment")} IS NOT NULL`
        }
      ),
      comments_analyzed: "l.comments_analyzed",
      // The old scores were shares of every comment it had read.
      comments_decided: "CASE n.known WHEN 0 THEN 0 ELSE l.comments_analyzed END",
      ...times(at, "l.analysis_timestamp", "analysis_timestamp")
    }
  }]
})

/** The largest share's name, or `mixed` where two share it. */
const largest = `CASE WHEN l.positive_score > greatest(l.negative_score, l.neutral_score) THEN 'positive'
        WHEN l.negative_score > greatest(l.positive_score, l.neutral_score) THEN 'negative'
        WHEN l.neutral_score > greatest(l.positive_score, l.negative_score) THEN 'neutral' ELSE 'mixed' END`

const sentiment = (value: string) => to.oneOf(value, { positive: [], negative: [], neutral: [], mixed: [] })

/** ISO 639, without the region. */
const language = (value: string) => `substring(lower(btrim(${value})) from '^([a-z]{2,3})(?:[-_][a-z0-9-]+)?$')`

const languages = `ARRAY(SELECT ${language("item")} FROM unnest(${
  to.words("l.secondary_languages")
}) WITH ORDINALITY AS x (item, place)
        WHERE ${language("item")} IS NOT NULL ORDER BY place)`

const shares = (value: string, kept: string): Column =>
  column(kept, {
    distribution_does_not_add_up: `${value} IS NOT NULL AND ${value} NOT IN ('null', '{}') AND ${kept} IS NULL`
  })

const list = (value: string): Column =>
  column(to.wrapped(value), { json_wrapped_in_array: `coalesce(jsonb_typeof(${value}), 'null') NOT IN ('array', 'null')` })

/** One old instant for several columns. */
const times = (at: Places, value: string, ...names: ReadonlyArray<string>): Readonly<Record<string, Column>> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      column(`coalesce(${to.instant(value)}, ${asOf(at)})`, { timestamp_filled: `(${to.instant(value)}) IS NULL` })
    ])
  )
