import type { FigureSample, Reason } from "../../analytics/Figure.ts"
import type { DecodedProfile } from "../../decodo/FetchedProfile.ts"
import type { DetectLanguage } from "../LanguageDetection.ts"

export type CreatorPost = Pick<
  DecodedProfile["posts"][number],
  | "shortcode"
  | "media_type"
  | "caption"
  | "hashtags"
  | "mentions"
  | "tagged_users"
  | "coauthor_producers"
  | "owner_username"
  | "sponsor_users"
  | "is_paid_partnership"
  | "location_name"
  | "taken_at_timestamp"
>

/** What the formulas read of an account. */
export type CreatorAccount = Pick<
  DecodedProfile["profile"],
  | "username"
  | "full_name"
  | "biography"
  | "biography_mentions"
  | "posts_count"
  | "external_url"
  | "bio_links"
  | "category"
  | "business_category_name"
  | "overall_category_name"
  | "business_email"
  | "business_phone_number"
  | "business_address"
  | "is_private"
>

/** What all findings about a creator share. */
export interface Subject {
  readonly account: CreatorAccount
  /** In order of shortcode, so that the order of arrival changes nothing. */
  readonly posts: ReadonlyArray<CreatorPost>
  readonly as_of: string
  readonly detect: DetectLanguage
  /** Why posts may not be used at all. */
  readonly closed: Reason | null
}

/** `as_of` is when the answer was fetched. */
export const subjectOf = (
  { posts, profile: account }: { readonly profile: CreatorAccount; readonly posts: ReadonlyArray<CreatorPost> },
  as_of: string,
  detect: DetectLanguage
): Subject => ({
  account,
  posts: posts.toSorted((a, b) => a.shortcode < b.shortcode ? -1 : 1),
  as_of,
  detect,
  closed: account.is_private === true
    ? "private"
    : posts.length > 0
    ? null
    : account.posts_count === 0
    ? "too_few_posts"
    : "not_collected"
})

/** How many posts, over which span; null for none. */
export const sampleOfPosts = (posts: ReadonlyArray<CreatorPost>): FigureSample | null => {
  if (posts.length === 0) return null
  const times = posts.flatMap(({ taken_at_timestamp }) => taken_at_timestamp ?? []).sort((a, b) => a - b)
  const [first] = times
  const last = times.at(-1)
  return {
    size: posts.length,
    unit: "posts",
    from: first === undefined ? null : iso(first),
    to: last === undefined ? null : iso(last)
  }
}

/** So many texts of the profile itself were read. */
export const fieldsSample = (size: number): FigureSample => ({ size, unit: "fields", from: null, to: null })

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
