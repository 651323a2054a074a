import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"
import { VendorCall } from "./VendorCall.ts"

/** By what costs are added up. */
export const CostGroup = Schema.Literals(["day", "purpose", "user"])
export type CostGroup = typeof CostGroup.Type

/** What calls cost that have a day (UTC), a purpose or a user in common; those of the three that they are not grouped by are null. */
export const Cost = Schema.Struct({
  day: Schema.NullOr(Column.date),
  purpose: Schema.NullOr(VendorCall.fields.purpose),
  user_id: Schema.NullOr(UserId).annotate({
    description: "null beside `by: user`: asked for by nobody in particular, or by somebody who is gone"
  }),
  calls: Schema.Int,
  billed_micros: Schema.Int.annotate({ description: "Millionths of a US dollar" }),
  unknown_micros: Schema.Int.annotate({ description: "What may have been charged or not" })
}).annotate({ identifier: "VendorCost" })
export type Cost = typeof Cost.Type
