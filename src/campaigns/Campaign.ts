import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { PostId } from "../posts/Post.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { UserId } from "../users/UserId.ts"

export const CampaignId = Schema.String.pipe(Schema.brand("CampaignId")).annotate({ sqlType: "uuid", format: "uuid" })
export type CampaignId = typeof CampaignId.Type

export const CampaignStatus = Column.oneOf(["draft", "active", "paused", "completed", "archived"])

/** A row of `campaigns`. `budget` is decimal text in `currency` (ISO 4217). */
export class Campaign extends Model.Class<Campaign>("Campaign")({
  id: Column.withDefault(CampaignId),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  name: Column.text,
  description: Schema.NullOr(Column.text),
  logo_url: Schema.NullOr(Column.text),
  status: Column.withDefault(CampaignStatus),
  start_date: Schema.NullOr(Column.date),
  end_date: Schema.NullOr(Column.date),
  budget: Schema.NullOr(Column.money),
  currency: Schema.NullOr(Column.text),
  target_audience: Column.withDefault(Column.jsonObject),
  campaign_goals: Column.withDefault(Column.jsonObject),
  deleted_at: Schema.NullOr(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "campaigns" }) {}

/** A row of `campaign_posts`. */
export class CampaignPost extends Model.Class<CampaignPost>("CampaignPost")({
  id: Column.withDefault(Column.uuid),
  campaign_id: CampaignId,
  post_id: PostId,
  role: Schema.NullOr(Column.oneOf(["hero", "supporting", "organic"])),
  performance_tier: Schema.NullOr(Column.oneOf(["top", "good", "average", "low"])),
  notes: Schema.NullOr(Column.text),
  added_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "campaign_posts" }) {}

/** A row of `campaign_profiles`. Priority 1 is the highest, 5 the lowest. */
export class CampaignProfile extends Model.Class<CampaignProfile>("CampaignProfile")({
  id: Column.withDefault(Column.uuid),
  campaign_id: CampaignId,
  profile_id: ProfileId,
  role: Schema.NullOr(Column.oneOf(["ambassador", "creator", "candidate", "competitor"])),
  priority: Schema.NullOr(Column.integer),
  notes: Schema.NullOr(Column.text),
  added_at: Column.withDefault(Column.Instant),
  updated_at: Column.withDefault(Column.Instant)
}, { table: "campaign_profiles" }) {}
