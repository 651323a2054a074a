import { Schema, Struct } from "effect"
import { derived, Figure, type Figure as FigureOf, unavailable } from "../analytics/Figure.ts"
import { firstVersion, type Method } from "../analytics/Method.ts"
import { ListedPost } from "./ListedPost.ts"

/** A post as answers carry it: the row, with its engagement rate as a figure that says what it is. */
export const PostView = Schema.Struct({
  ...Struct.omit(ListedPost.fields, ["engagement_rate", "updated_at"]),
  engagement_rate: Figure(Schema.Finite).annotate({
    identifier: "PostEngagementFigure",
    description: "Percent of the owner's followers when the post was fetched"
  })
}).annotate({ identifier: "Post" })
export type PostView = typeof PostView.Type

/** The answer's form of a listed post; what only paging needs is left out. */
export const postView = (
  { engagement_rate, updated_at, position: _, ...post }: ListedPost & { readonly position?: string }
): PostView => ({
  ...post,
  engagement_rate: engagementFigure(post, engagement_rate, updated_at)
})

const engagementFigure = (
  post: Pick<ListedPost, "likes_hidden" | "posted_at" | "relation">,
  rate: number | null,
  asOf: string
): FigureOf<number> => {
  const sample = { size: 1, unit: "posts", from: post.posted_at, to: post.posted_at } as const
  if (rate !== null) return derived(post_engagement_rate, asOf, rate, sample)
  // A collaborator's copy knows the post, not the followers of its owner.
  return unavailable(post_engagement_rate, asOf, post.likes_hidden ? "hidden_by_owner" : "not_collected", sample)
}

export const post_engagement_rate: Method = firstVersion({
  method: "post_engagement_rate",
  definition: "Engagement of one post in percent of its owner's followers when it was fetched.",
  formula: "(likes + comments) / followers × 100",
  unit: "percent",
  range: { low: 0, high: null },
  source: "Public engagement rate by followers, as the platforms' own tools quote it for a single post.",
  example: {
    figure: "posts.0.engagement_rate",
    input: { profile: { followers_count: 10_000 }, posts: [{ likes_count: 90, comments_count: 10 }] },
    output: 1
  }
})

export const postRegistry: ReadonlyArray<Method> = [post_engagement_rate]
