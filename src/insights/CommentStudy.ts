import { Result, Schema } from "effect"
import { unavailable } from "../analytics/Figure.ts"
import type * as Column from "../database/Column.ts"
import { mentionsIn } from "../decodo/CaptionText.ts"
import { commentsIn } from "../decodo/CommentDecoder.ts"
import { decodeMedia } from "../decodo/MediaDecoder.ts"
import type { PostId } from "../posts/Post.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { Audience, type AudienceComment, audienceOf } from "./audience/Audience.ts"
import { audienceVersion } from "./audience/AudienceMethods.ts"
import type { AudienceDemographics } from "./AudienceDemographics.ts"
import type { CommentSentiment } from "./CommentSentiment.ts"
import { ContentSentiment, contentSentimentOf } from "./ContentSentiment.ts"
import { FirstPartyDemographics } from "./FirstPartyAudience.ts"
import type { DetectLanguage } from "./LanguageDetection.ts"
import type { Analyzer } from "./sentiment/Analyzer.ts"
import type { CommentAnalysis } from "./sentiment/CommentAnalysis.ts"
import { analyzeComments, CommentsAnalysis } from "./sentiment/CommentsAnalysis.ts"
import {
  comment_decided_share,
  comment_intents,
  comment_languages,
  comment_overall_sentiment,
  comment_repetition,
  comment_sentiment
} from "./sentiment/Methods.ts"

/** What the comments of some posts say together: the answer's figures, without the counts of the row. */
export const CommentFigures = Schema.Struct({
  sentiment: CommentsAnalysis.fields.sentiment,
  overall_sentiment: CommentsAnalysis.fields.overall_sentiment,
  decided_share: CommentsAnalysis.fields.decided_share,
  intents: CommentsAnalysis.fields.intents,
  languages: CommentsAnalysis.fields.languages,
  repetition: CommentsAnalysis.fields.repetition
}).annotate({ identifier: "CommentFigures" })
export interface CommentFigures extends Schema.Schema.Type<typeof CommentFigures> {}

/** What `audience_demographics.details` holds: everything that is known of those who comment, over all posts with an answer. */
export const CommentStudy = Schema.Struct({
  audience: Audience,
  comments: CommentFigures,
  /** Of the captions of the posts whose comments were collected. */
  content_sentiment: ContentSentiment,
  first_party: Schema.NullOr(FirstPartyDemographics)
})
export interface CommentStudy extends Schema.Schema.Type<typeof CommentStudy> {}

/** A kept answer about a post, and the stored post that it is about. */
export interface AnsweredPost {
  readonly post: PostId
  readonly shortcode: string
  readonly payload: Schema.JsonObject
  readonly fetched_at: Column.Instant
}

/** The rows that the answers of a profile's posts make. Pure: the same answers give the same rows. */
export const studyOf = (
  profile: { readonly id: ProfileId; readonly username: string },
  answers: ReadonlyArray<AnsweredPost>,
  tools: { readonly analyzer: Analyzer; readonly detect: DetectLanguage },
  firstParty: FirstPartyDemographics | undefined
): {
  readonly sentiments: ReadonlyArray<typeof CommentSentiment.insert.Encoded>
  readonly audience: typeof AudienceDemographics.insert.Encoded | undefined
  readonly mentions: ReadonlyArray<CommentMention>
} => {
  const analyzer = remembering(tools.analyzer)
  const read = answers.flatMap((answer) =>
    Result.match(decodeMedia(answer.payload), {
      onFailure: () => [],
      onSuccess: ({ value: media }) => [{ answer, media, comments: commentsIn(answer.payload) }]
    })
  )
  const sentiments = read.flatMap(({ answer, comments }) => {
    const { row, ...figures } = analyzeComments(analyzer, comments.map(sampleOf), answer.fetched_at)
    return row === null ? [] : [{ post_id: answer.post, ...row, details: json(figures), analysis_timestamp: answer.fetched_at }]
  })
  const asOf = read.map(({ answer }) => answer.fetched_at).toSorted().at(-1) ?? firstParty?.fetched_at
  const comments = read.flatMap(({ answer, comments }) =>
    comments.map((comment): AudienceComment => ({ ...comment, shortcode: answer.shortcode }))
  )
  const mentions = mentionsUnder(profile.username, comments)
  if (asOf === undefined || (comments.length === 0 && firstParty === undefined)) {
    return { sentiments, audience: undefined, mentions }
  }
  const { row: _, ...figures } = analyzeComments(analyzer, comments.map(sampleOf), asOf)
  const audience = audienceOf(profile.username, comments, asOf, tools.detect, firstParty)
  // What a collaborator wrote is not the account's own tone.
  const own = read.map(({ media }) => media).filter(({ owner_username: owner }) => owner === null || owner === profile.username)
  const content_sentiment = contentSentimentOf(analyzer, own, asOf)
  const study = { audience, comments: figures, content_sentiment, first_party: firstParty ?? null }
  return { sentiments, audience: audienceRow(profile.id, study, asOf), mentions }
}

/** Whom a comment under a profile's post mentions. */
export interface CommentMention {
  readonly shortcode: string
  readonly mentioned_username: string
  readonly mention_type: "comment"
  /** The words around it where the owner wrote them. What others wrote stays in the raw answers. */
  readonly mention_context: string | null
}

/** At most so many of a post: those mentioned most often first. Contests collect thousands of friends. */
const mostMentions = 100

const mentionsUnder = (owner: string, comments: ReadonlyArray<AudienceComment>): ReadonlyArray<CommentMention> => {
  const found = new Map<string, { count: number; edge: CommentMention }>()
  for (const { commenter, shortcode, text } of comments) {
    for (const [username, context] of mentionsIn(text)) {
      if (username === owner) continue
      const key = `${shortcode} ${username}`
      const known = found.get(key)
      const own = commenter === owner ? context : null
      found.set(key, {
        count: (known?.count ?? 0) + 1,
        edge: {
          shortcode,
          mentioned_username: username,
          mention_type: "comment",
          mention_context: known?.edge.mention_context ?? own
        }
      })
    }
  }
  const taken = new Map<string, number>()
  return [...found.values()]
    .toSorted((a, b) => b.count - a.count || (a.edge.mentioned_username < b.edge.mentioned_username ? -1 : 1))
    .flatMap(({ edge }) => {
      const before = taken.get(edge.shortcode) ?? 0
      taken.set(edge.shortcode, before + 1)
      return before < mostMentions ? [edge] : []
    })
}

/** Each comment counts under its post and in all: it is read once. */
const remembering = (analyzer: Analyzer): Analyzer => {
  const known = new Map<string, CommentAnalysis>()
  return {
    analyzeComment: (text) => {
      let analysis = known.get(text)
      if (analysis === undefined) known.set(text, analysis = analyzer.analyzeComment(text))
      return analysis
    }
  }
}

/** The figures of a profile whose comments were never asked for. */
export const nothingCollected = (asOf: string): CommentFigures => ({
  sentiment: unavailable(comment_sentiment, asOf, "not_collected"),
  overall_sentiment: unavailable(comment_overall_sentiment, asOf, "not_collected"),
  decided_share: unavailable(comment_decided_share, asOf, "not_collected"),
  intents: unavailable(comment_intents, asOf, "not_collected"),
  languages: unavailable(comment_languages, asOf, "not_collected"),
  repetition: unavailable(comment_repetition, asOf, "not_collected")
})

const sampleOf = ({ created_at, text }: { readonly text: string; readonly created_at: number | null }) => ({
  text,
  commented_at: created_at === null ? null : created_at * 1000
})

const audienceRow = (
  profile: ProfileId,
  study: CommentStudy,
  asOf: string
): typeof AudienceDemographics.insert.Encoded => {
  const { age, countries, gender, languages, sample } = study.audience
  return {
    profile_id: profile,
    gender_distribution: distributionOf(gender.value),
    age_distribution: distributionOf(age.value),
    location_distribution: distributionOf(countries.value),
    language_distribution: distributionOf(languages.value),
    sample_size: sample?.size ?? 0,
    // How narrow the widest interval of a language's share is; 0 where nothing is estimated.
    confidence_score: languages.status === "estimated" && Array.isArray(languages.interval)
      ? Math.max(0, 1 - Math.max(...languages.interval.map(({ high, low }) => high - low)))
      : 0,
    analysis_method: study.first_party === null ? "audience_languages" : "audience_languages+first_party",
    analysis_version: audienceVersion,
    details: json(study),
    last_sampled: asOf,
    updated_at: asOf
  }
}

const distributionOf = (shares: ReadonlyArray<{ readonly label: string; readonly share: number }> | null) =>
  shares === null ? null : Object.fromEntries(shares.map(({ label, share }) => [label, share]))

const json = (value: unknown) => JSON.parse(JSON.stringify(value))
