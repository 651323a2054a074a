import { type Analytics, analyze } from "../analytics/Analytics.ts"
import { postEngagementRate } from "../analytics/EngagementRate.ts"
import type { PostSample } from "../analytics/Sample.ts"
import type { Instant } from "../database/Column.ts"
import { instantOf } from "../database/Instant.ts"
import type { FetchedPost } from "../decodo/FetchedPost.ts"
import type { DecodedProfile, FetchedMention } from "../decodo/FetchedProfile.ts"
import { mentionsOf } from "../decodo/MentionEdges.ts"
import type { StoredPost } from "../posts/ListedPost.ts"
import type { Profile } from "./Profile.ts"
import type { MentionEdge } from "./ProfileRepo.ts"
import type { ProfileSnapshot } from "./ProfileSnapshot.ts"
import type { FigureColumns, StoredProfile } from "./ProfileView.ts"
import type { RelatedProfile } from "./RelatedProfile.ts"

/** Version of the stored figures: raised when any formula changes, so that `recompute` knows what is behind. */
export const analyticsVersion = 1

/** Everything one answer becomes, in the shape of the tables. */
export interface ProfileRows {
  readonly profile: typeof Profile.insert.Encoded
  readonly posts: ReadonlyArray<StoredPost>
  readonly related: ReadonlyArray<Omit<typeof RelatedProfile.insert.Encoded, "profile_id">>
  readonly mentions: ReadonlyArray<MentionEdge>
  readonly snapshot: Omit<typeof ProfileSnapshot.insert.Encoded, "profile_id">
  /** The answer supports no figures of posts although the account has some: those known before stay, with their own date. */
  readonly keepFigures: boolean
}

/** The rows of an answer fetched at `fetchedAt`. Pure: the same answer gives the same rows, so that stored ones can be recomputed. */
export const rowsOf = (decoded: DecodedProfile, fetchedAt: Instant): ProfileRows => {
  const { profile: account, posts } = decoded
  const analytics = analyticsOf(decoded, fetchedAt)
  return {
    profile: profileRow(decoded, analytics, fetchedAt),
    posts: posts.map((post) => postRow(post, account, fetchedAt)),
    related: decoded.related.map((related) => ({
      ...related,
      related_followers_count: null,
      similarity_score: null,
      similarity_method: null,
      relationship_type: "suggested" as const,
      source: "instagram" as const,
      discovered_at: fetchedAt,
      updated_at: fetchedAt
    })),
    mentions: decoded.mentions.map(mentionEdge),
    snapshot: snapshotFiguresOf(decoded, analytics, fetchedAt, analyticsVersion),
    keepFigures: !account.posts_received && account.is_private !== true && account.posts_count !== 0
  }
}

/** What a post's own answer becomes under a profile that is stored. */
export const singlePostRows = (post: FetchedPost, account: PostAuthor, fetchedAt: Instant) => ({
  post: postRow(post, account, fetchedAt),
  mentions: mentionsOf({ username: account.username, biography: null, biography_mentions: [] }, [post]).map(mentionEdge)
})

/** What a post's row takes from the profile that lists it. */
export type PostAuthor = Pick<StoredProfile, "username" | "instagram_user_id" | "followers_count">

/** Every figure of an answer, as of the instant it was fetched. */
export const analyticsOf = (decoded: DecodedProfile, fetchedAt: Instant): Analytics =>
  analyze(profileSample(decoded), decoded.posts.map(postSample), fetchedAt)

/** The rates of an answer's own posts that are known: a collaboration's is its owner's, and an unknown one erases nothing. */
export const postRatesOf = ({ posts, profile: account }: DecodedProfile) =>
  posts.flatMap((post) => {
    const engagement_rate = rateOf(post, account)
    return engagement_rate === null ? [] : [{ shortcode: post.shortcode, engagement_rate }]
  })

/** The columns of figures, which repeat those that people filter by. */
export const figureColumnsOf = (analytics: Analytics, version: number): FigureColumns => ({
  engagement_rate: analytics.engagement.engagement_rate.value,
  engagement_rate_mean: analytics.engagement.engagement_rate_mean.value,
  median_likes: analytics.averages.median_likes.value,
  median_comments: analytics.averages.median_comments.value,
  median_plays: analytics.averages.median_plays.value,
  posts_per_week: analytics.cadence.posts_per_week.value,
  influence_score: analytics.influence.influence_score.value,
  data_quality_score: analytics.data_quality.data_quality_score.value,
  analytics: analytics as unknown as FigureColumns["analytics"],
  analytics_version: version
})

/** The counts of an answer and its headline figures, for the history. */
export const snapshotFiguresOf = (
  { posts, profile: account }: DecodedProfile,
  analytics: Analytics,
  fetchedAt: Instant,
  version: number
): ProfileRows["snapshot"] => ({
  taken_at: fetchedAt,
  followers_count: account.followers_count,
  following_count: account.following_count,
  posts_count: account.posts_count,
  engagement_rate: analytics.engagement.engagement_rate.value,
  median_likes: analytics.averages.median_likes.value,
  median_comments: analytics.averages.median_comments.value,
  influence_score: analytics.influence.influence_score.value,
  analytics_version: version,
  posts_received: posts.length
})

const mentionEdge = ({ context, ...edge }: FetchedMention): MentionEdge => ({ ...edge, mention_context: context })

const profileRow = (
  { profile: account, raw }: DecodedProfile,
  analytics: Analytics,
  fetchedAt: Instant
): typeof Profile.insert.Encoded => {
  const { biography_mentions: _mentions, posts_received: _received, posts_truncated: _truncated, ...columns } = account
  return {
    ...columns,
    ...figureColumnsOf(analytics, analyticsVersion),
    raw_data: raw,
    last_refreshed: fetchedAt,
    updated_at: fetchedAt
  }
}

/** A collaboration is listed by several profiles and owned by one. Old answers name no owner: the profile that lists the post then is. */
const relationOf = (post: FetchedPost, account: PostAuthor): "owner" | "collaborator" => {
  if (post.owner_instagram_user_id !== null && account.instagram_user_id !== null) {
    return post.owner_instagram_user_id === account.instagram_user_id
      ? "owner"
      : "collaborator"
  }
  return post.owner_username === null || post.owner_username === account.username ? "owner" : "collaborator"
}

/** Only the owner's followers are the audience of the rate. */
const rateOf = (post: FetchedPost, account: PostAuthor): number | null =>
  relationOf(post, account) === "owner" ? postEngagementRate(postSample(post), account.followers_count) : null

const postRow = (post: FetchedPost, account: PostAuthor, fetchedAt: Instant): StoredPost => {
  const {
    music: _music,
    is_paid_partnership: _paid,
    is_affiliate: _affiliate,
    video_list_only: _videoListOnly,
    sponsor_users: _sponsors,
    raw,
    is_pinned,
    ...columns
  } = post
  const relation = relationOf(post, account)
  return {
    ...columns,
    posted_at: post.taken_at_timestamp === null ? null : instantOf(post.taken_at_timestamp * 1000),
    engagement_rate: rateOf(post, account),
    performance_score: null,
    raw_data: raw,
    updated_at: fetchedAt,
    is_pinned: is_pinned ?? false,
    relation
  }
}

/** To the formulas, a link or category that the answer says is absent is known to be none: an empty text, not an unknown. */
const profileSample = ({ profile: account, raw }: DecodedProfile) => ({
  ...account,
  external_url: account.external_url ?? (raw["external_url"] === null ? "" : null),
  category: account.category ?? (raw["category_name"] === null ? "" : null)
})

const postSample = (post: FetchedPost): PostSample => ({
  shortcode: post.shortcode,
  media_type: post.media_type,
  likes_count: post.likes_count,
  likes_hidden: post.likes_hidden,
  comments_count: post.comments_count,
  plays_count: post.video_play_count ?? (post.video_view_count === 0 ? null : post.video_view_count),
  posted_at: post.taken_at_timestamp === null ? null : post.taken_at_timestamp * 1000,
  is_pinned: post.is_pinned ?? false,
  video_list_only: post.video_list_only,
  caption: post.caption,
  hashtags: post.hashtags
})
