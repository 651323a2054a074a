import { Schema } from "effect"

/**
 * The one user id: `auth_users.id`, which equals Supabase `auth.users.id` and the `sub` of an access token. A lower-case UUID.
 */
export const UserId = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, { expected: "a lower-case UUID" })
).pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type
