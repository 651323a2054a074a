import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "./UserId.ts"

/** A row of `auth_users`: the projection of a Supabase user, identity only. */
export class AuthUser extends Model.Class<AuthUser>("AuthUser")({
  id: UserId.annotate({ sqlType: "uuid" }),
  email: Schema.NullOr(Column.text),
  email_confirmed_at: Schema.NullOr(Column.Instant),
  phone: Schema.NullOr(Column.text),
  app_metadata: Column.withDefault(Column.jsonObject),
  user_metadata: Column.withDefault(Column.jsonObject),
  last_sign_in_at: Schema.NullOr(Column.Instant),
  banned_until: Schema.NullOr(Column.Instant),
  deleted_at: Schema.NullOr(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "auth_users" }) {}
