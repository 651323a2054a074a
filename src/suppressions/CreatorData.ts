import type { models, RelationName } from "../alignment/Models.ts"

/**
 * What becomes of a table's rows when a creator is erased.
 *
 * `with_profile`: by their foreign key to the profile. `deleted`: rows under the name or the id. `renamed`: rows whose name becomes
 * `erased.` and eight digits of their own id, for they are counted in something that stays. `blanked`: columns that say the name become NULL.
 * `scrubbed`: rows of others that lose what they say of the creator, and nothing more.
 */
interface Rule {
  readonly on_erasure: "with_profile" | "deleted" | "renamed" | "blanked" | "scrubbed"
  /** The column that holds a username. */
  readonly name?: string
  /** The column that holds an Instagram id. */
  readonly instagramId?: string
  /** Columns that name people, in the order of the table: gone through after an erasure, for what others' answers say of the creator. */
  readonly says?: ReadonlyArray<string>
}

type Fields<T extends RelationName> = (typeof models)[T]["fields"]

/** Tables that name creators, by the columns that do. */
export type CreatorTable = {
  [T in RelationName]: Fields<T> extends
    | { readonly profile_id: unknown }
    | { readonly post_id: unknown }
    | { readonly username: unknown }
    | { readonly instagram_username: unknown }
    | { readonly raw_data: unknown }
    | { readonly payload: unknown }
    | { readonly query: unknown }
    | { readonly subject: unknown } ? T :
    never
}[RelationName]

/** Every table that names creators: a new one does not compile until it is decided here what an erasure does with it. Reasons are in decision 0011. */
export const creatorData: { readonly [T in CreatorTable]: Rule } = {
  profiles: {
    on_erasure: "deleted",
    name: "username",
    instagramId: "instagram_user_id",
    says: ["biography", "external_url", "bio_links", "raw_data"]
  },
  posts: {
    on_erasure: "deleted",
    says: [
      "owner_username",
      "owner_instagram_user_id",
      "caption",
      "accessibility_caption",
      "tagged_users",
      "coauthor_producers",
      "mentions",
      "raw_data"
    ]
  },
  vendor_answers: { on_erasure: "deleted", name: "username", says: ["payload"] },
  post_answers: { on_erasure: "scrubbed", says: ["payload"] },
  vendor_absences: { on_erasure: "deleted", name: "query" },
  vendor_tasks: { on_erasure: "deleted", name: "query" },
  post_profiles: { on_erasure: "with_profile" },
  profile_snapshots: { on_erasure: "with_profile" },
  encoded_answers: { on_erasure: "with_profile" },
  audience_demographics: { on_erasure: "with_profile", says: ["details"] },
  creator_metadata: { on_erasure: "with_profile", says: ["brand_mentions", "details"] },
  comment_sentiment: { on_erasure: "with_profile" },
  user_profile_access: { on_erasure: "with_profile" },
  user_favorites: { on_erasure: "with_profile" },
  campaign_profiles: { on_erasure: "with_profile" },
  campaign_posts: { on_erasure: "with_profile" },
  related_profiles: {
    on_erasure: "deleted",
    name: "related_username",
    instagramId: "related_instagram_user_id",
    says: ["related_username", "related_instagram_user_id"]
  },
  mentions: { on_erasure: "deleted", name: "mentioned_username", says: ["mentioned_username", "mention_context"] },
  user_searches: { on_erasure: "deleted", name: "instagram_username" },
  search_history: { on_erasure: "deleted", name: "username" },
  profile_fetches: { on_erasure: "deleted", name: "username" },
  job_items: { on_erasure: "renamed", name: "username" },
  webhook_deliveries: { on_erasure: "deleted", says: ["payload"] },
  credit_entries: { on_erasure: "blanked", name: "subject" },
  credit_reservations: { on_erasure: "blanked", name: "subject" }
}

/** What `creatorData` says of one table. */
export const creatorRule = (table: CreatorTable): Rule => creatorData[table]

export const creatorTables = Object.keys(creatorData) as ReadonlyArray<CreatorTable>

/** Tables that are gone through, with the columns that name people. */
export const sayingTables = creatorTables.flatMap((table) => {
  const { says } = creatorRule(table)
  return says === undefined ? [] : [{ table, says }]
})

/** Tables with a column of names. */
export const namedTables = creatorTables.flatMap((table) => {
  const { name } = creatorRule(table)
  return name === undefined ? [] : [{ table, name }]
})
