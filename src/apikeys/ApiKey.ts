import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** What a key may do. Nothing of administration, of keys, of sign-in or of deleting the account is among it. */
export const Scope = Schema.Literals([
  "profiles:read",
  "profiles:lookup",
  "campaigns:read",
  "campaigns:write",
  "me:read",
  "me:write"
]).annotate({
  identifier: "ApiKeyScope",
  description: "`profiles:lookup` covers what may ask the vendor, and so may cost; `profiles:read` what is stored and unlocked"
})
export type Scope = typeof Scope.Type

/** A row of `api_keys`. */
export class ApiKey extends Model.Class<ApiKey>("ApiKey")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  name: Column.text,
  secret_hash: Column.text,
  scopes: Schema.Array(Scope).annotate({ sqlType: "text[]" }),
  expires_at: Schema.NullOr(Column.Instant),
  last_used_at: Schema.NullOr(Column.Instant),
  revoked_at: Schema.NullOr(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "api_keys" }) {}
