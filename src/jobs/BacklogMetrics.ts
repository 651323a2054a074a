import { Effect, Layer } from "effect"
import { sampled } from "../observability/Loops.ts"
import { gauge } from "../observability/Metrics.ts"
import { JobAdmin } from "./JobAdmin.ts"
import type { Backlog } from "./JobOverview.ts"

/** What waits in all processes together, as figures of each: one statement every 15 seconds. */
export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const { backlog } = yield* JobAdmin
  const last = yield* sampled("backlog", "15 seconds", backlog)
  const of = <A>(figures: (backlog: Backlog) => ReadonlyArray<A>) =>
    Effect.map(last, (known) => known === undefined ? [] : figures(known))

  yield* gauge({
    name: "queue_elements",
    help: "Work for any process: what waits, and what some process has",
    labels: ["queue", "state"],
    read: of(({ queues }) =>
      queues.flatMap(({ name, running, waiting }) => [
        { labels: [name, "waiting"], value: waiting },
        { labels: [name, "running"], value: running }
      ])
    )
  })
  yield* gauge({
    name: "queue_oldest_seconds",
    help: "How long the oldest work waits for a process",
    labels: ["queue"],
    read: of(({ queues }) => queues.map(({ name, oldest_seconds }) => ({ labels: [name], value: oldest_seconds })))
  })
  yield* gauge({
    name: "work_under_way",
    help: "Fetches of profiles, and bulk jobs, that have not ended",
    labels: ["kind", "state"],
    read: of(({ fetches, jobs }) =>
      Object.entries({ fetch: fetches, bulk_job: jobs }).flatMap(([kind, { queued, running }]) => [
        { labels: [kind, "queued"], value: queued },
        { labels: [kind, "running"], value: running }
      ])
    )
  })
  yield* gauge({
    name: "work_oldest_seconds",
    help: "Age of the oldest that has not ended",
    labels: ["kind"],
    read: of(({ fetches, jobs }) => [
      { labels: ["fetch"], value: fetches.oldest_seconds },
      { labels: ["bulk_job"], value: jobs.oldest_seconds }
    ])
  })
  yield* gauge({
    name: "webhooks_due",
    help: "Deliveries that no worker has taken although it is time, 10,000 at the most",
    read: of(({ webhooks }) => [{ labels: [], value: webhooks.due }])
  })
  yield* gauge({
    name: "webhooks_oldest_seconds",
    help: "How long the oldest delivery that is due waits for a worker",
    read: of(({ webhooks }) => [{ labels: [], value: webhooks.oldest_seconds }])
  })
}))
