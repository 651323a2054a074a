import { Effect, Layer } from "effect"
import { sampled } from "../observability/Loops.ts"
import { gauge } from "../observability/Metrics.ts"
import { VendorGuard } from "./VendorGuard.ts"

/** What all processes together use of the vendor, as figures of each, read every 15 seconds; and the circuits of this process. */
export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const guard = yield* VendorGuard
  yield* gauge({
    name: "vendor_circuit",
    help: "Circuits to the vendor in this process: 0 closed, 0.5 being probed, 1 open",
    labels: ["failing", "target"],
    read: Effect.map(
      guard.state,
      ({ breakers }) =>
        breakers.map(({ failing, state, target }) => ({ labels: [failing, target ?? ""], value: openness[state] }))
    )
  })
  const places = yield* sampled("vendor places", "15 seconds", guard.places)
  yield* gauge({
    name: "vendor_places",
    help: "Calls of the vendor under way or waiting their turn in all processes, and how many may be under way",
    labels: ["state"],
    read: Effect.map(
      places,
      (known) =>
        Object.entries({ in_use: known?.in_use, waiting: known?.waiting, limit: known?.limit }).flatMap(([state, value]) =>
          value === undefined || value === null ? [] : [{ labels: [state], value }]
        )
    )
  })
  const ledger = yield* sampled("vendor spend", "15 seconds", guard.ceiling)
  const dollars = (of: "spent_micros" | "ceiling_micros") =>
    Effect.map(ledger, (known) => known === undefined || known === null ? [] : [{ labels: [], value: known[of] / 1_000_000 }])
  yield* gauge({
    name: "vendor_spend_usd",
    help: "US dollars that today (UTC) has cost at most, calls under way included; no sample without a ceiling",
    read: dollars("spent_micros")
  })
  yield* gauge({
    name: "vendor_ceiling_usd",
    help: "US dollars that a day may cost; no sample without a ceiling",
    read: dollars("ceiling_micros")
  })
}))

const openness = { closed: 0, half_open: 0.5, open: 1 } as const
