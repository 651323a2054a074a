import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { ProfileId } from "../profiles/Profile.ts"
import { Username } from "../profiles/Username.ts"
import { UserId } from "../users/UserId.ts"

export const DataSource = Column.oneOf(["vendor", "database", "cache"])
export const AnalysisType = Column.oneOf(["lookup", "refresh", "bulk"])

/** A row of `user_searches`: one look-up with its outcome, duration and source. */
export class UserSearch extends Model.Class<UserSearch>("UserSearch")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  instagram_username: Username.annotate({ sqlType: "text" }),
  search_timestamp: Column.withDefault(Column.Instant),
  analysis_type: AnalysisType,
  search_metadata: Column.withDefault(Column.jsonObject),
  search_duration_ms: Schema.NullOr(Column.integer),
  data_source: Schema.NullOr(DataSource),
  success: Column.boolean,
  error_code: Schema.NullOr(Column.text),
  profile_snapshot: Schema.NullOr(Column.jsonObject)
}, { table: "user_searches" }) {}

/** A row of `search_history`: the lean feed beside it, one row for each search, with the same id. */
export class SearchHistory extends Model.Class<SearchHistory>("SearchHistory")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  username: Username.annotate({ sqlType: "text" }),
  profile_id: Schema.NullOr(ProfileId),
  searched_at: Column.withDefault(Column.Instant)
}, { table: "search_history" }) {}
