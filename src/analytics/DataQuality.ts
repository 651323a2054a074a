import { Schema } from "effect"
import type { Figure } from "./Figure.ts"
import { derived } from "./Figure.ts"
import { firstVersion } from "./Method.ts"
import { mean, round } from "./Statistics.ts"
import type { Observation, Study } from "./Study.ts"

/** What each field of the published list was filled with: 0 or 1 for the profile, a share of the posts for theirs. */
export const FilledField = Schema.Struct({
  field: Schema.String,
  filled: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
}).annotate({ identifier: "FilledField" })
export interface FilledField extends Schema.Schema.Type<typeof FilledField> {}

/** Share of the listed fields that the payload filled, and each field's own. */
export const dataQuality = (
  study: Study
): { readonly data_quality_score: Figure<number>; readonly fields: ReadonlyArray<FilledField> } => {
  const fields = [
    ...PROFILE_FIELDS.map((field) => ({ field: `profile.${field}`, filled: study.profile[field] === null ? 0 : 1 })),
    ...postFields(study)
  ]
  return {
    data_quality_score: derived(data_quality_score, study.as_of, round(mean(fields.map(({ filled }) => filled))), {
      size: fields.length,
      unit: "fields",
      from: null,
      to: null
    }),
    fields
  }
}

const PROFILE_FIELDS = [
  "followers_count",
  "following_count",
  "posts_count",
  "is_verified",
  "is_private",
  "is_business_account",
  "category",
  "biography",
  "external_url",
  "full_name",
  "profile_pic_url"
] as const

const POST_FIELDS = {
  likes_count: (post: Observation) => post.likes,
  comments_count: (post: Observation) => post.comments,
  posted_at: (post: Observation) => post.posted_at
}

// An account that shows no posts cannot lack their fields; one whose posts did not arrive lacks all of them.
const postFields = ({ posts, profile }: Study): ReadonlyArray<FilledField> => {
  if (profile.is_private === true || (posts.length === 0 && profile.posts_count === 0)) return []
  const videos = posts.filter((post) => post.kind === "video")
  return [
    ...Object.entries(POST_FIELDS).map(([field, read]) => ({ field: `posts.${field}`, filled: share(posts, read) })),
    ...(videos.length === 0 ? [] : [{ field: "posts.plays_count", filled: share(videos, (post) => post.plays) }])
  ]
}

const share = (posts: ReadonlyArray<Observation>, read: (post: Observation) => number | null): number =>
  posts.length === 0 ? 0 : round(posts.filter((post) => read(post) !== null).length / posts.length)

export const data_quality_score = firstVersion({
  method: "data_quality_score",
  definition: `Share of the fields a consumer uses that this payload filled. Profile: ${
    PROFILE_FIELDS.join(", ")
  }. Posts (the share of posts with each; left out for private and empty accounts): ${
    Object.keys(POST_FIELDS).join(", ")
  }, and plays_count over videos. An empty text is filled: the account has none. Hidden likes are not filled.`,
  formula: "mean over the listed fields of the filled share",
  unit: "share, 0 to 1",
  range: { low: 0, high: 1 },
  source: "This service",
  example: {
    figure: "data_quality.data_quality_score",
    input: { profile: { followers_count: 120, posts_count: 1, biography: "" }, posts: [{ likes_count: 0, comments_count: 3 }] },
    output: 0.35714286
  }
})
