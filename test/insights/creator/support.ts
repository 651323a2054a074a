import { Effect } from "effect"
import type { CreatorAccount, CreatorPost } from "../../../src/insights/creator/Subject.ts"
import { LanguageDetection } from "../../../src/insights/LanguageDetection.ts"
import { Username } from "../../../src/profiles/Username.ts"

export const AS_OF = "2026-02-01T00:00:00.000Z"

/** An account of which nothing is known but its name. */
export const accountOf = (known: Partial<CreatorAccount> = {}): CreatorAccount => ({
  username: Username.make("somebody"),
  full_name: null,
  biography: null,
  biography_mentions: [],
  posts_count: null,
  external_url: null,
  bio_links: [],
  category: null,
  business_category_name: null,
  overall_category_name: null,
  business_email: null,
  business_phone_number: null,
  business_address: null,
  is_private: null,
  ...known
})

/** Photos of which only the given members are known. */
export const postsOf = (known: ReadonlyArray<Partial<CreatorPost>>): ReadonlyArray<CreatorPost> =>
  known.map((post, index) => ({
    shortcode: `p${index}`,
    media_type: "photo",
    caption: null,
    hashtags: [],
    mentions: [],
    tagged_users: [],
    coauthor_producers: [],
    owner_username: null,
    sponsor_users: [],
    is_paid_partnership: null,
    location_name: null,
    taken_at_timestamp: null,
    ...post
  }))

export const detector = Effect.flatMap(LanguageDetection, ({ detector }) => detector)
