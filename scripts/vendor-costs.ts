/**
 * Prints what the vendor's calls have cost, by day (UTC), purpose and user, in US dollars; `unknown` is what may have been charged or not.
 *
 * When: whenever it is wanted, such as against the vendor's bill. Only reads, so that twice is safe, beside running servers too.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer, Logger, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { VendorCosts } from "../src/thrift/VendorCosts.ts"
import { databaseUrl, oneConnection } from "./maintenance/options.ts"

const vendorCosts = Command.make("vendor-costs", {
  url: databaseUrl,
  days: Flag.Int("days").pipe(
    Flag.withDescription("So many days, today the last"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3660 }))),
    Flag.withDefault(30)
  )
}, ({ days, url }) =>
  Effect.gen(function*() {
    const costs = yield* VendorCosts.use((room) => room.latest(days))
    const line = (...fields: ReadonlyArray<string | number>) => Console.log(fields.join("\t"))
    yield* line("day", "purpose", "user", "calls", "billed", "unknown")
    for (const { billed_micros, calls, day, purpose, unknown_micros, user_id } of costs) {
      yield* line(day, purpose, user_id ?? "", calls, dollars(billed_micros), dollars(unknown_micros))
    }
    const total = (of: "billed_micros" | "unknown_micros") => dollars(costs.reduce((sum, cost) => sum + cost[of], 0))
    yield* line(
      "total",
      "",
      "",
      costs.reduce((sum, { calls }) => sum + calls, 0),
      total("billed_micros"),
      total("unknown_micros")
    )
  }).pipe(Effect.provide(
    VendorCosts.layer.pipe(Layer.provide(oneConnection(url)))
  ))).pipe(Command.withDescription("Prints what the vendor's calls have cost"))

const dollars = (micros: number): string => (micros / 1_000_000).toFixed(6)

Command.run(vendorCosts, { version: "1" }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
