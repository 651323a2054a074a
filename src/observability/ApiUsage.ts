import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** A row of `api_usage`: what one user called on one day in one group of the API. */
export class ApiUsage extends Model.Class<ApiUsage>("ApiUsage")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  day: Column.date,
  route_group: Column.text,
  calls: Column.bigint,
  failed_calls: Column.bigint,
  vendor_calls: Column.bigint,
  updated_at: Column.withDefault(Column.Instant)
}, { table: "api_usage" }) {}

const figures = {
  calls: Schema.Int.annotate({ description: "Answered requests, refused ones included" }),
  failed_calls: Schema.Int.annotate({ description: "Of these, those answered with a status of 400 or above" }),
  vendor_calls: Schema.Int.annotate({ description: "Of these, those that waited for a fetch of the vendor" })
}

const Day = Column.date.annotate({ description: "UTC" })

/** The caller's use of the API, day by day. */
export const Usage = Schema.Struct({
  since: Day,
  total: Schema.Struct(figures),
  days: Schema.Array(Schema.Struct({
    day: Day,
    ...figures,
    groups: Schema.Array(Schema.Struct({ route_group: Schema.String, ...figures }))
  })).annotate({ description: "Latest first; days without a call are left out" })
}).annotate({ identifier: "Usage" })
export type Usage = typeof Usage.Type

/** What all users together called on one day in one group of the API. */
export const UsageOfAll = Schema.Struct({ day: Day, route_group: Schema.String, users: Schema.Int, ...figures }).annotate({
  identifier: "UsageOfAll"
})
export type UsageOfAll = typeof UsageOfAll.Type
