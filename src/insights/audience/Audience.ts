import { Schema } from "effect"
import { derived, estimated, Figure, FigureSample, Instant, measured, unavailable } from "../../analytics/Figure.ts"
import type { Figure as FigureOf, Provenance } from "../../analytics/Figure.ts"
import { round } from "../../analytics/Statistics.ts"
import type { FirstPartyDemographics } from "../FirstPartyAudience.ts"
import type { DetectLanguage } from "../LanguageDetection.ts"
import { countsOf, LanguagesFigure, Shares, SharesInterval, sharesOf, wilson } from "../Shares.ts"
import {
  audience_age,
  audience_cities,
  audience_countries,
  audience_gender,
  audience_languages,
  recurring_commenters
} from "./AudienceMethods.ts"

const StatedShares = Figure(Shares, SharesInterval).annotate({ identifier: "AudienceSharesFigure" })

/** What can be said of an account's audience. */
export const Audience = Schema.Struct({
  as_of: Instant,
  sample: Schema.NullOr(FigureSample).annotate({ description: "All accounts but the owner's that commented; null: none" }),
  languages: LanguagesFigure,
  recurring_commenters: Figure(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))).annotate({
    identifier: "ShareFigure"
  }),
  countries: StatedShares,
  cities: StatedShares,
  gender: StatedShares,
  age: StatedShares
}).annotate({ identifier: "Audience" })
export interface Audience extends Schema.Schema.Type<typeof Audience> {}

/** A comment as the estimate reads it. */
export interface AudienceComment {
  readonly shortcode: string
  readonly text: string
  /** Who wrote it; null where the answer did not say. */
  readonly commenter: string | null
  /** Unix seconds. */
  readonly created_at: number | null
}

/** The audience of an account, from the comments received under its posts and, where the owner connected it, from the owner's source. */
export const audienceOf = (
  owner: string,
  comments: ReadonlyArray<AudienceComment>,
  asOf: string,
  detect: DetectLanguage,
  firstParty: FirstPartyDemographics | undefined
): Audience => {
  const voices = voicesOf(owner, comments)
  const sample = sampleOf([...voices.values()])
  const stated = (by: Provenance, counts: Readonly<Record<string, number>> | null | undefined) => statedShares(by, asOf, counts)
  return {
    as_of: asOf,
    sample,
    languages: languagesOf(voices, asOf, detect),
    recurring_commenters: recurringOf(voices, comments, asOf),
    countries: stated(audience_countries, firstParty?.country),
    cities: stated(audience_cities, firstParty?.city),
    gender: stated(audience_gender, firstParty?.gender),
    age: stated(audience_age, firstParty?.age)
  }
}

/** Everything that one account wrote: people are the audience, and a person's comments together tell the language better than one. */
type Voices = ReadonlyMap<string, ReadonlyArray<AudienceComment>>

const voicesOf = (owner: string, comments: ReadonlyArray<AudienceComment>): Voices => {
  const voices = new Map<string, Array<AudienceComment>>()
  for (const comment of comments.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    if (comment.commenter === null || comment.commenter === owner) continue
    const voice = voices.get(comment.commenter)
    if (voice === undefined) voices.set(comment.commenter, [comment])
    else voice.push(comment)
  }
  return voices
}

const keyOf = ({ created_at, shortcode, text }: AudienceComment) => `${shortcode} ${created_at ?? ""} ${text}`

const languagesOf = (voices: Voices, asOf: string, detect: DetectLanguage): Audience["languages"] => {
  if (voices.size === 0) return unavailable(audience_languages, asOf, "not_collected")
  const decided = [...voices.values()].flatMap((voice) => {
    const language = detect(voice.map(({ text }) => text).join("\n"))
    return language === null ? [] : [{ voice, language }]
  })
  const sample = sampleOf(decided.map(({ voice }) => voice))
  if (sample === null || decided.length < MIN_COMMENTERS) {
    return unavailable(audience_languages, asOf, "too_few_comments", sample)
  }
  const { intervals, shares } = sharesOf(countsOf(decided.map(({ language }) => language)))
  return estimated(audience_languages, asOf, shares, sample, intervals)
}

const recurringOf = (voices: Voices, comments: ReadonlyArray<AudienceComment>, asOf: string): FigureOf<number> => {
  if (voices.size === 0) return unavailable(recurring_commenters, asOf, "not_collected")
  const posts = new Set(comments.map(({ shortcode }) => shortcode)).size
  const sample = sampleOf([...voices.values()])
  if (posts < MIN_POSTS || voices.size < MIN_COMMENTERS) {
    return unavailable(recurring_commenters, asOf, "too_few_comments", sample)
  }
  const recurring = [...voices.values()].filter((voice) =>
    new Set(voice.map(({ shortcode }) => shortcode)).size >= Math.max(2, posts / 2)
  )
  const written = [...voices.values()].reduce((sum, voice) => sum + voice.length, 0)
  const byThem = recurring.reduce((sum, voice) => sum + voice.length, 0)
  return derived(recurring_commenters, asOf, round(byThem / written), sample, wilson(byThem, written))
}

const statedShares = (by: Provenance, asOf: string, counts: Readonly<Record<string, number>> | null | undefined) => {
  if (counts == null) return unavailable(by, asOf, "not_supported")
  const { shares, total } = sharesOf(new Map(Object.entries(counts)))
  return total === 0
    ? unavailable(by, asOf, "not_collected")
    : measured(by, asOf, shares, { size: total, unit: "profiles", from: null, to: null }) as FigureOf<Shares, SharesInterval>
}

const MIN_COMMENTERS = 20
const MIN_POSTS = 3

const sampleOf = (voices: ReadonlyArray<ReadonlyArray<AudienceComment>>): FigureSample | null => {
  if (voices.length === 0) return null
  const times = voices.flatMap((voice) => voice.flatMap(({ created_at }) => created_at ?? [])).sort((a, b) => a - b)
  const [first] = times
  const last = times.at(-1)
  return {
    size: voices.length,
    unit: "commenters",
    from: first === undefined ? null : new Date(first * 1000).toISOString(),
    to: last === undefined ? null : new Date(last * 1000).toISOString()
  }
}
