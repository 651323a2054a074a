import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../http/Api.ts"
import { Alignment } from "./Alignment.ts"

/** Handler of `/admin/schema`. */
export const layer = HttpApiBuilder.group(
  Api,
  "schema-admin",
  Effect.fn(function*(handlers) {
    const alignment = yield* Alignment
    return handlers.handleAll({ report: () => alignment.report })
  })
)
