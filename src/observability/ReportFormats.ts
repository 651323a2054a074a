import { Effect } from "effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import packageJson from "../../package.json" with { type: "json" }
import type { Frame } from "./Faults.ts"

/** Errors of one kind since the last report of that kind. */
export interface ErrorReport {
  readonly fingerprint: string
  /** What the log's line said. */
  readonly title: string
  readonly error: string | null
  readonly frames: ReadonlyArray<Frame>
  readonly count: number
  readonly first_at: string
  readonly last_at: string
  /** Of the last one. */
  readonly request_id: string | null
  readonly trace_id: string | null
}

/** A report as the request that one kind of receiver expects. */
export type Format = (report: ErrorReport) => Effect.Effect<HttpClientRequest.HttpClientRequest>

/** The report as it is, with the service and its version. */
export const webhookRequest = (url: string): Format => {
  const request = HttpClientRequest.post(url)
  return (report) => Effect.succeed(HttpClientRequest.bodyJsonUnsafe(request, { service: packageJson.name, version, ...report }))
}

/** An envelope with one event, as Sentry takes it. */
export const sentryRequest = (dsn: string): Format => {
  const { host, pathname, protocol, username } = new URL(dsn)
  const at = pathname.lastIndexOf("/")
  const request = HttpClientRequest.post(`${protocol}//${host}${pathname.slice(0, at)}/api/${pathname.slice(at + 1)}/envelope/`)
    .pipe(
      HttpClientRequest.setHeader(
        "x-sentry-auth",
        `Sentry sentry_version=7, sentry_client=${packageJson.name}/${version}, sentry_key=${username}`
      )
    )
  return (report) =>
    Effect.sync(() => {
      const event = JSON.stringify(eventOf(report))
      const head = JSON.stringify({ sent_at: report.last_at })
      const item = JSON.stringify({ type: "event", length: Buffer.byteLength(event) })
      return HttpClientRequest.bodyText(request, `${head}\n${item}\n${event}\n`, "application/x-sentry-envelope")
    })
}

const { version } = packageJson

const eventOf = (report: ErrorReport) => ({
  // The same report sent twice, because its answer was lost, is one event.
  event_id: `${report.fingerprint.slice(0, 20)}${Date.parse(report.last_at).toString(16).padStart(12, "0")}`,
  timestamp: report.last_at,
  platform: "node",
  level: "error",
  release: `${packageJson.name}@${version}`,
  fingerprint: [report.fingerprint],
  tags: { request_id: report.request_id, trace_id: report.trace_id },
  extra: { count: report.count, first_at: report.first_at },
  exception: {
    values: [{
      type: report.error ?? report.title,
      value: report.title,
      stacktrace: {
        frames: report.frames.toReversed().map((frame) => ({
          filename: frame.file,
          function: frame.function,
          lineno: frame.line,
          in_app: frame.own
        }))
      }
    }]
  }
})
