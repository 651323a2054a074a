import { estimated, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import type { Shares, SharesInterval } from "../Shares.ts"
import { countsOf, sharesOf } from "../Shares.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { sampleOfPosts } from "./Subject.ts"

/** Languages of the captions, as shares of the captions whose language is clear. */
export const languagesOf = (subject: Subject): Figure<Shares, SharesInterval> => {
  if (subject.closed !== null) return unavailable(creator_languages, subject.as_of, subject.closed)
  const decided = subject.posts.flatMap((post) => {
    const language = subject.detect(post.caption ?? "")
    return language === null ? [] : [{ post, language }]
  })
  const sample = sampleOfPosts(decided.map(({ post }) => post))
  if (sample === null || decided.length < MIN_CAPTIONS) {
    return unavailable(creator_languages, subject.as_of, "not_stated", sample)
  }
  const { intervals, shares } = sharesOf(countsOf(decided.map(({ language }) => language)))
  return estimated(creator_languages, subject.as_of, shares, sample, intervals)
}

const MIN_CAPTIONS = 3

export const creator_languages = creatorMethod({
  method: "creator_languages",
  definition:
    "Languages the account writes in: the share of its captions in each, among those whose language is clear; at least 3. Captions too short or too mixed to tell count for none.",
  formula: "captions in the language / captions with a clear language; Wilson 95 % interval",
  unit: "share, 0 to 1",
  range: null,
  source:
    "eld (Efficient Language Detector) over the caption without links, mentions and hashtags; from 12 letters on. Malay counts as Indonesian",
  example: {
    figure: "languages",
    input: {
      posts: [
        { caption: "Neue Kollektion ab heute im Shop, schaut gerne vorbei" },
        { caption: "Heute gibt es endlich wieder ein neues Video für euch" },
        { caption: "Good morning everyone, the new video is finally online" },
        { caption: "😍😍" }
      ]
    },
    output: [{ label: "de", share: 0.66666667 }, { label: "en", share: 0.33333333 }]
  }
})
