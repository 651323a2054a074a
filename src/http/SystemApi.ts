import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"

const Part = Schema.Struct({
  state: Schema.Literals(["up", "degraded", "down"]),
  reason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "ReadinessPart" })

const readiness = <const S extends string>(status: ReadonlyArray<S>, name: string) =>
  Schema.Struct({ status: Schema.Literals(status), checks: Schema.Record(Schema.String, Part) }).annotate({ identifier: name })

export const Ready = readiness(["ready", "degraded"], "Readiness")
export const NotReady = readiness(["down"], "NotReady")

export const Version = Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  node: Schema.String
}).annotate({ identifier: "Version" })

const nothing = { reads: [], writes: [] } as const

/** Liveness, readiness, version: public, and never rate limited. */
export class SystemApi extends HttpApiGroup.make("system")
  .add(
    HttpApiEndpoint.get("livez", "/livez", { success: Schema.Struct({ status: Schema.Literal("alive") }) })
      .annotate(Touches, nothing).annotate(OpenApi.Summary, "The process runs"),
    HttpApiEndpoint.get("readyz", "/readyz", { success: [Ready, NotReady.pipe(HttpApiSchema.status(503))] })
      .annotate(Touches, nothing).annotate(OpenApi.Summary, "The process can serve: each part with its state and reason"),
    HttpApiEndpoint.get("version", "/version", { success: Version }).annotate(Touches, nothing).annotate(
      OpenApi.Summary,
      "Which version runs"
    )
  )
  .annotate(OpenApi.Description, "Liveness, readiness and version. No sign-in.")
{}
