import { Clock, Duration, Effect, Layer, Logger, Option, Redacted, References } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import { createHash } from "node:crypto"
import { faultOf } from "./Faults.ts"
import { loop } from "./Loops.ts"
import { counter } from "./Metrics.ts"
import { type ErrorReport, type Format, sentryRequest, webhookRequest } from "./ReportFormats.ts"

export interface ErrorReportsOptions {
  /** Gets each report as a JSON object. */
  readonly webhook: Option.Option<Redacted.Redacted>
  /** The address that Sentry, or what speaks its protocol, gives to a project. */
  readonly sentryDsn: Option.Option<Redacted.Redacted>
  readonly interval?: Duration.Input
}

/**
 * Reports what is logged as an error, once for each kind of it: errors of the same message, name and place are one group, reported when it
 * appears and at most every ten minutes from then on, with how many there were. A report holds no value: no message of an error,
 * no field of a line. It never delays what failed.
 */
export const layer = ({ interval = "5 seconds", sentryDsn, webhook }: ErrorReportsOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const targets = [
      ...Option.toArray(webhook).map((url) => webhookRequest(Redacted.value(url))),
      ...Option.toArray(sentryDsn).map((dsn) => sentryRequest(Redacted.value(dsn)))
    ]
    if (targets.length === 0) return Layer.empty
    const reporters = yield* Effect.forEach(targets, reporter)
    yield* Effect.addFinalizer(() =>
      Effect.forEach(reporters, ({ flush }) => Effect.timeoutOption(flush, "5 seconds"), { concurrency: "unbounded" })
    )
    for (const { flush } of reporters) yield* loop("error reports", Duration.zero, Effect.delay(flush, interval))
    return Logger.layer(reporters.map(({ logger }) => logger), { mergeWithExisting: true })
  }))

/** Each receiver has its own groups: one that is away makes another hear nothing twice. */
const reporter = Effect.fnUntraced(function*(request: Format) {
  const client = HttpClient.filterStatusOk(yield* HttpClient.HttpClient)
  const reports = yield* counter({
    name: "error_reports",
    help: "Reports of errors, by what became of them: sent, failed (and tried again), or dropped for want of room",
    labels: ["result"]
  })
  const groups = new Map<string, Group>()

  const logger = Logger.make(({ cause, date, fiber, logLevel, message }) => {
    if (logLevel !== "Error" && logLevel !== "Fatal") return
    const parts: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    const fault = faultOf(cause)
    const title = typeof parts[0] === "string" ? parts[0].slice(0, 120) : fault?.name ?? "error"
    const places = fault?.frames.filter(({ own }) => own).slice(0, 3).map(({ file, function: name }) => `${file} ${name}`) ?? []
    const fingerprint = createHash("sha256").update([title, fault?.name ?? "", ...places].join("\n")).digest("hex").slice(0, 32)
    const group = groups.get(fingerprint)
    if (group === undefined && groups.size >= mostGroups) return reports.add(["dropped"])
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    groups.set(fingerprint, {
      sentAt: group?.sentAt,
      report: {
        fingerprint,
        title,
        error: fault?.name ?? null,
        frames: fault?.frames ?? [],
        count: (group?.report.count ?? 0) + 1,
        first_at: group !== undefined && group.report.count > 0 ? group.report.first_at : date.toISOString(),
        last_at: date.toISOString(),
        request_id: textOf(annotations["request_id"]),
        trace_id: textOf(annotations["trace_id"])
      }
    })
  })

  const send = Effect.fnUntraced(function*(group: Group, now: number) {
    const { report } = group
    const sent = yield* Effect.flatMap(request(report), client.execute).pipe(
      Effect.scoped,
      Effect.timeout("5 seconds"),
      Effect.option
    )
    reports.add([Option.isSome(sent) ? "sent" : "failed"])
    if (Option.isNone(sent)) {
      return yield* Effect.logWarning("an error report was not taken", { fingerprint: report.fingerprint })
    }
    const later = groups.get(report.fingerprint) ?? group
    groups.set(report.fingerprint, { sentAt: now, report: { ...later.report, count: later.report.count - report.count } })
  })

  const flush = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    for (const [fingerprint, { report, sentAt }] of groups) {
      if (report.count === 0 && sentAt !== undefined && sentAt + quiet <= now) {
        groups.delete(fingerprint)
      }
    }
    const due = [...groups.values()].filter(({ report, sentAt }) =>
      report.count > 0 && (sentAt === undefined || sentAt + quiet <= now)
    )
    return Effect.forEach(due.slice(0, mostAtOnce), (group) => send(group, now), { discard: true })
  }).pipe(
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.provideService(References.TracerEnabled, false)
  )

  return { logger, flush }
})

interface Group {
  /** Milliseconds since 1970. */
  readonly sentAt: number | undefined
  /** Of what happened since then. */
  readonly report: ErrorReport
}

const quiet = Duration.toMillis("10 minutes")
const mostGroups = 200
const mostAtOnce = 10

const textOf = (annotation: unknown) => typeof annotation === "string" ? annotation : null
