import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { Authorization } from "../auth/Authorization.ts"
import { Report } from "./Finding.ts"
import { Touches } from "./Touches.ts"

/** What administrators see of the database's shape. */
export class SchemaAdminApi extends HttpApiGroup.make("schema-admin")
  .add(
    HttpApiEndpoint.get("report", "/admin/schema", { success: Report.annotate({ identifier: "SchemaReport" }) })
      .annotate(Touches, { reads: [], writes: [] })
      .annotate(OpenApi.Summary, "How the database differs from what the service relies on, with the SQL that mends it")
      .annotate(
        OpenApi.Description,
        "The last check of the process that answers, worst first. It changes nothing; `npm run schema:check -- --sql` makes one script of the repairs."
      )
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "Code against database, for administrators.")
{}
