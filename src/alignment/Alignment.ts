import { Context, Duration, Effect, Layer, Option, Queue, Semaphore } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { RowMismatch } from "../database/DatabaseErrors.ts"
import { loop } from "../observability/Loops.ts"
import { AlignmentListener } from "./AlignmentListener.ts"
import { announce, countedMismatches } from "./Announcement.ts"
import { blocks } from "./Check.ts"
import { checkDatabase } from "./CheckDatabase.ts"
import { currentContract, currentMethods } from "./CurrentContract.ts"
import type { Finding, Report } from "./Finding.ts"
import type { CatalogUnreadable } from "./Introspection.ts"
import type { Route } from "./Touches.ts"
import { touchIndexOf } from "./TouchIndex.ts"

export interface AlignmentOptions {
  readonly interval: Duration.Duration
  /** From `routesOf(api)`. */
  readonly routes: ReadonlyArray<Route>
}

/**
 * Holds the database against the contract: at start, every `interval`, and soon after a row did not decode. A difference that breaks reads or
 * writes blocks the routes it touches and no other, until a check finds it mended.
 */
export class Alignment extends Context.Service<Alignment, {
  /** The last check. One that could not be done leaves its findings as they were and says why. */
  readonly report: Effect.Effect<Report>
  /** Checks now. */
  readonly check: Effect.Effect<Report>
  /** A row did not decode: asks for a check, at most one every five seconds however many ask. */
  notify(mismatch: RowMismatch): Effect.Effect<void>
  /** What to answer instead of running the route (`GET /campaigns/:id`), if anything. One look into a map. */
  blocked(route: string): RowMismatch | undefined
}>()("analytics-following/alignment/Alignment") {
  static readonly layer = (options: AlignmentOptions): Layer.Layer<Alignment, never, SqlClient> =>
    Layer.effect(Alignment, make(options))

  /** Never checks; blocks what it is given. */
  static readonly layerTest = (blocked: ReadonlyMap<string, RowMismatch> = new Map()) =>
    Layer.succeed(Alignment, {
      report: Effect.succeed(notChecked),
      check: Effect.succeed(notChecked),
      notify: () => Effect.void,
      blocked: (route) => blocked.get(route)
    })
}

const make = Effect.fnUntraced(function*({ interval, routes }: AlignmentOptions) {
  const sql = yield* SqlClient
  const listener = yield* AlignmentListener
  const countMismatch = yield* countedMismatches
  const touches = touchIndexOf(currentMethods, routes)
  const asked = yield* Queue.sliding<void>(1)
  const one = yield* Semaphore.make(1)
  let report = notChecked
  let blocked: ReadonlyMap<string, RowMismatch> = new Map()

  const take = Effect.fnUntraced(function*(next: Report) {
    yield* announce(report, next)
    report = next
    blocked = blockedBy(next.findings, interval)
    return next
  })

  const failed = (failure: string) => take({ ...report, status: "unknown", failure })

  const check = checkDatabase(currentContract, touches).pipe(
    Effect.flatMap((looked) => take(looked.report)),
    Effect.timeout(Duration.seconds(20)),
    Effect.catchTags({
      SqlError: ({ reason }: SqlError) => failed(`the catalog could not be read: ${reason._tag}`),
      CatalogUnreadable: ({ message }: CatalogUnreadable) => failed(message),
      TimeoutError: () => failed("the catalog could not be read within 20 seconds")
    }),
    Effect.tap((taken) => listener.checked(taken)),
    one.withPermits(1),
    Effect.provideService(SqlClient, sql),
    Effect.withSpan("Alignment.check")
  )

  // Serving waits for the first look, so that a broken route is never tried; a database that is away is not waited for.
  yield* Effect.timeoutOption(check, Duration.seconds(5))
  const next = Effect.gen(function*() {
    const request = yield* Effect.timeoutOption(Queue.take(asked), interval)
    yield* check
    if (Option.isSome(request)) yield* Effect.sleep(Duration.min(interval, shortestGap))
  })
  yield* loop("schema check", Duration.zero, next)

  return Alignment.of({
    report: Effect.sync(() => report),
    check,
    notify: (mismatch) =>
      Effect.suspend(() => {
        countMismatch(mismatch)
        return Queue.offer(asked, undefined)
      }),
    blocked: (route) => blocked.get(route)
  })
})

const shortestGap = Duration.seconds(5)

const notChecked: Report = {
  status: "unknown",
  checked_at: null,
  duration_ms: 0,
  server_version: null,
  findings: [],
  notices: [],
  failure: "not checked yet"
}

/** The worst finding of each route it touches; findings come worst first. */
const blockedBy = (findings: ReadonlyArray<Finding>, interval: Duration.Duration): ReadonlyMap<string, RowMismatch> => {
  const blocked = new Map<string, RowMismatch>()
  for (const finding of findings.filter(blocks)) {
    const mismatch = mismatchOf(finding, interval)
    for (const route of finding.touches.routes) if (!blocked.has(route)) blocked.set(route, mismatch)
  }
  return blocked
}

const mismatchOf = ({ columns, expected, found, relation }: Finding, interval: Duration.Duration): RowMismatch =>
  new RowMismatch({
    detail: "This part of the API is paused until the database has been brought in line; other routes go on. Try again later.",
    relation,
    column: columns.length === 0 ? "*" : columns.join(", "),
    expected,
    found,
    retry_after: Math.max(1, Math.round(Duration.toSeconds(interval)))
  })
