import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "./UserId.ts"

export const Role = Column.oneOf(["user", "admin"])
export const AccountStatus = Column.oneOf(["active", "suspended"])
export const SubscriptionTier = Column.oneOf(["free", "standard", "premium", "enterprise"])

/** A row of `user_profiles`: what a user says of themselves, settings, role, status and plan. */
export class UserProfile extends Model.Class<UserProfile>("UserProfile")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  first_name: Schema.NullOr(Column.text),
  last_name: Schema.NullOr(Column.text),
  full_name: Schema.NullOr(Column.text),
  company: Schema.NullOr(Column.text),
  job_title: Schema.NullOr(Column.text),
  phone_number: Schema.NullOr(Column.text),
  bio: Schema.NullOr(Column.text),
  avatar_url: Schema.NullOr(Column.text),
  timezone: Column.withDefault(Column.text),
  language: Column.withDefault(Column.text),
  role: Column.withDefault(Role),
  status: Column.withDefault(AccountStatus),
  subscription_tier: Column.withDefault(SubscriptionTier),
  subscription_expires_at: Schema.NullOr(Column.Instant),
  preferences: Column.withDefault(Column.jsonObject),
  notification_preferences: Column.withDefault(Column.jsonObject),
  two_factor_enabled: Column.withDefault(Column.boolean),
  profile_visibility: Column.withDefault(Column.boolean),
  data_analytics_enabled: Column.withDefault(Column.boolean),
  last_login_at: Schema.NullOr(Column.Instant),
  last_activity_at: Schema.NullOr(Column.Instant),
  login_count: Column.withDefault(Column.integer),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "user_profiles" }) {}
