import type { models, RelationName } from "../alignment/Models.ts"

/** What becomes of a table's rows when their owner deletes the account, and in which order an export shows them (latest first). */
interface Rule {
  readonly on_deletion: "erased" | "emptied" | "with_campaign" | "with_job" | "kept"
  /** Of rows that are kept: the columns that hold words of the user, set to NULL. */
  readonly blanked?: ReadonlyArray<string>
  /** A column, or SQL over the row `t`. */
  readonly latest: string
}

type Fields<T extends RelationName> = (typeof models)[T]["fields"]

/** The tables whose rows belong to a user, or to a campaign or a job, which does. */
export type PersonalTable = {
  [T in RelationName]: Fields<T> extends
    { readonly user_id: unknown } | { readonly campaign_id: unknown } | { readonly job_id: unknown } ? T : never
}[RelationName]

/**
 * Every table that holds rows of a user: a new one does not compile until it is decided here what an export and a deletion do with it.
 * `auth_users` and `user_profiles` are emptied and stay, so that a token that is still out there finds a deleted account, and not none.
 */
export const personalData: { readonly [T in PersonalTable]: Rule } = {
  user_profiles: { on_deletion: "emptied", latest: "created_at" },
  user_profile_access: { on_deletion: "erased", latest: "expires_at" },
  user_favorites: { on_deletion: "erased", latest: "added_at" },
  // Before the endpoints, whose foreign key would take them uncounted.
  webhook_deliveries: { on_deletion: "erased", latest: "created_at" },
  webhook_endpoints: { on_deletion: "erased", latest: "created_at" },
  user_searches: { on_deletion: "erased", latest: "search_timestamp" },
  search_history: { on_deletion: "erased", latest: "searched_at" },
  api_usage: { on_deletion: "erased", latest: "updated_at" },
  api_keys: { on_deletion: "erased", latest: "created_at" },
  idempotency_keys: { on_deletion: "erased", latest: "created_at" },
  jobs: { on_deletion: "erased", latest: "created_at" },
  job_items: { on_deletion: "with_job", latest: "(SELECT j.created_at FROM jobs AS j WHERE j.id = t.job_id)" },
  profile_fetch_callers: { on_deletion: "erased", latest: "asked_at" },
  campaigns: { on_deletion: "erased", latest: "created_at" },
  campaign_profiles: { on_deletion: "with_campaign", latest: "added_at" },
  campaign_posts: { on_deletion: "with_campaign", latest: "added_at" },
  credit_accounts: { on_deletion: "kept", latest: "created_at" },
  credit_entries: { on_deletion: "kept", blanked: ["subject", "note"], latest: "created_at" },
  credit_reservations: { on_deletion: "kept", blanked: ["subject"], latest: "created_at" },
  subscriptions: { on_deletion: "erased", latest: "created_at" },
  audit_people: { on_deletion: "erased", latest: "created_at" },
  audit_origins: { on_deletion: "erased", latest: "created_at" },
  vendor_calls: { on_deletion: "kept", blanked: ["user_id"], latest: "called_at" },
  vendor_spend: { on_deletion: "erased", latest: "day" }
}

/** What `personalData` says of one table. */
export const personalRule = (table: PersonalTable): Rule => personalData[table]

export const personalTables = Object.keys(personalData) as ReadonlyArray<PersonalTable>
