import { Schema, Struct } from "effect"
import { Profile } from "./Profile.ts"

/** The columns of figures. Answers leave them out: a figure stands in `analytics`, with its status. */
export const figureColumns = [
  "analytics",
  "analytics_version",
  "engagement_rate",
  "engagement_rate_mean",
  "median_likes",
  "median_comments",
  "median_plays",
  "posts_per_week",
  "influence_score",
  "data_quality_score"
] as const

/** The columns of figures, as one answer gives them. */
export type FigureColumns = Pick<typeof Profile.insert.Encoded, typeof figureColumns[number]>

/** A profile as answers carry it: the row without the raw payload and without the figures. */
export const ProfileView = Schema.Struct(Struct.omit(Profile.fields, ["raw_data", "data_version", ...figureColumns]))
export type ProfileView = typeof ProfileView.Type

/** A stored profile with what an answer is made of beside it. */
export const StoredProfile = Schema.Struct({
  ...ProfileView.fields,
  analytics: Profile.fields.analytics,
  data_version: Profile.fields.data_version
})
export type StoredProfile = typeof StoredProfile.Type
