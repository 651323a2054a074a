import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { Authorization } from "../auth/Authorization.ts"
import * as Column from "../database/Column.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { day } from "../http/Day.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { failureClasses } from "./FailureClass.ts"
import { Cost, CostGroup } from "./VendorCost.ts"

const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const

const Circuit = Schema.Struct({
  failing: Schema.Literals(failureClasses),
  target: Schema.NullOr(Schema.String).annotate({
    description: "The target that the vendor refuses us; null: the vendor as a whole"
  }),
  state: Schema.Literals(["closed", "open", "half_open"]),
  since: Schema.NullOr(Column.Instant).annotate({ description: "null: closed since the process started" }),
  next_probe_at: Schema.NullOr(Column.Instant).annotate({
    description: "When a call is let through to try; null where calls are"
  })
}).annotate({ identifier: "VendorCircuit" })

const VendorOverview = Schema.Struct({
  circuits: Schema.Array(Circuit).annotate({ description: "Of the process that answers: each finds out for itself" }),
  places: Schema.Struct({
    shared_by: Schema.Literals(["redis", "postgresql", "process"]),
    limit: Schema.Int.annotate({ description: "Calls under way at once in all processes" }),
    in_use: Schema.NullOr(Schema.Int),
    waiting: Schema.NullOr(Schema.Int),
    degraded: Schema.NullOr(Schema.String).annotate({ description: "Why the limits hold in each process alone at the moment" })
  }),
  spend: Schema.NullOr(Schema.Struct({
    day: Column.date,
    spent_micros: Schema.Int.annotate({ description: "Today (UTC), what may have been charged included" }),
    forecast_micros: Schema.Int.annotate({ description: "What today will have cost if it goes on like the last hour" }),
    ceiling_micros: Schema.NullOr(Schema.Int).annotate({ description: "null: there is none" }),
    degraded: Schema.NullOr(Schema.String)
  })).annotate({ description: "Millionths of a US dollar; null while the calls cannot be read" }),
  by_purpose: Schema.Array(Cost).annotate({ description: "Today's calls" })
}).annotate({ identifier: "VendorOverview" })

/** What administrators see of the vendor. */
export class VendorAdminApi extends HttpApiGroup.make("vendor-admin")
  .add(
    HttpApiEndpoint.get("state", "/admin/vendor", { success: VendorOverview, error })
      .annotate(Touches, { reads: ["vendor_calls", "vendor_places"], writes: [] })
      .annotate(OpenApi.Summary, "The vendor: circuits, places, and the day's spend against its ceiling")
      .annotate(
        OpenApi.Description,
        "A circuit cannot be closed by hand: a call probes it by itself, after a minute at most or when the vendor asked for, and whoever closed it "
          + "earlier would let every caller run into what is broken."
      ),
    HttpApiEndpoint.get("costs", "/admin/vendor/costs", {
      query: { since: day, until: day, by: Schema.optionalKey(CostGroup) },
      success: Schema.Struct({ by: CostGroup, data: Schema.Array(Cost) }).annotate({ identifier: "VendorCosts" }),
      error: [InvalidRequest, ...error]
    })
      .annotate(Touches, { reads: ["vendor_calls"], writes: recorded })
      .annotate(OpenApi.Summary, "What the vendor's calls have cost, by day, purpose or user; `until` is exclusive")
      .annotate(
        OpenApi.Description,
        "At most 31 days at once. By user: the hundred who cost the most, and what was nobody's among them. Told of in the audit log then."
      )
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "The vendor, for administrators.")
{}
