import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import packageJson from "../../package.json" with { type: "json" }
import { Api } from "./Api.ts"
import { Readiness } from "./Readiness.ts"

/** Handlers of the system endpoints. */
export const layer = HttpApiBuilder.group(
  Api,
  "system",
  Effect.fn(function*(handlers) {
    const readiness = yield* Readiness
    return handlers.handleAll({
      livez: () => Effect.succeed({ status: "alive" as const }),
      readyz: () =>
        Effect.map(readiness.check, (checks) => {
          if (checks["database"]?.state === "down") return { status: "down" as const, checks }
          const degraded = Object.values(checks).some((part) => part.state !== "up")
          return { status: degraded ? "degraded" as const : "ready" as const, checks }
        }),
      version: () => Effect.succeed({ name: packageJson.name, version: packageJson.version, node: process.version })
    })
  })
)
