import { assert, it } from "@effect/vitest"
import { Cause, Effect, Layer, Option, Redacted } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as TestClock from "effect/testing/TestClock"
import * as ErrorReports from "../../src/observability/ErrorReports.ts"
import type { ErrorReport } from "../../src/observability/ReportFormats.ts"
import { receiver } from "../support/collector.ts"
import { until } from "../support/until.ts"

const secret = (text: string) => Option.some(Redacted.make(text))

class Refused extends Error {
  readonly _tag = "Refused"
}

const refused = (value: string) => Cause.die(new Refused(`the value was ${value}`))
const mistaken = (value: string) => Cause.die(new TypeError(`cannot read ${value}`))

/** Reports as they are sent, and answered with `status`. */
const reported = (sent: Array<ErrorReport>, status: () => number) =>
  ErrorReports.layer({ webhook: secret("http://reports.invalid/"), sentryDsn: Option.none() }).pipe(
    Layer.provide(Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.sync(() => {
          const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
          sent.push(JSON.parse(body))
          return HttpClientResponse.fromWeb(request, new Response("{}", { status: status() }))
        })
      )
    ))
  )

it.effect("one kind of error is one report, whatever it was about, and no more than one in ten minutes", () => {
  const sent: Array<ErrorReport> = []
  return Effect.gen(function*() {
    for (let times = 0; times < 50; times++) yield* Effect.logError("request failed", refused(`secret ${times}`))
    yield* Effect.logError("request failed", mistaken("secret"))
    yield* Effect.logWarning("only a warning", refused("secret"))
    yield* TestClock.adjust("5 seconds")
    assert.deepStrictEqual(sent.map(({ count, error, title }) => [title, error, count]), [
      ["request failed", "Refused", 50],
      ["request failed", "TypeError", 1]
    ])
    assert.match(sent[0]!.frames[0]!.file, /^test\/observability\/ErrorReports/)
    assert.notInclude(JSON.stringify(sent), "secret")

    for (let times = 0; times < 7; times++) yield* Effect.logError("request failed", refused("secret"))
    yield* TestClock.adjust("9 minutes")
    assert.lengthOf(sent, 2)
    yield* TestClock.adjust("2 minutes")
    assert.lengthOf(sent, 3)
    assert.strictEqual(sent[2]!.count, 7)
    assert.strictEqual(sent[2]!.fingerprint, sent[0]!.fingerprint)
    assert.notStrictEqual(sent[1]!.fingerprint, sent[0]!.fingerprint)
  }).pipe(Effect.annotateLogs("request_id", "one"), Effect.provide(reported(sent, () => 200)))
})

it.effect("a report that is not taken is sent again, and does not become an error itself", () => {
  const sent: Array<ErrorReport> = []
  let status = 503
  return Effect.gen(function*() {
    yield* Effect.logError("request failed", refused("secret"))
    yield* TestClock.adjust("5 seconds")
    status = 200
    yield* TestClock.adjust("1 minute")
    assert.deepStrictEqual(sent.map(({ count }) => count), [1, 1])
  }).pipe(Effect.provide(reported(sent, () => status)))
})

it.live("a receiver that is away makes another one hear nothing twice", () =>
  Effect.gen(function*() {
    const up = yield* receiver()
    const down = yield* receiver(() => 503)
    const dsn = down.url.replace("http://", "http://key@")
    yield* Effect.gen(function*() {
      yield* Effect.logError("request failed", refused("secret"))
      yield* until(Effect.sync(() => down.received.length), (tries) => tries >= 3)
    }).pipe(Effect.provide(
      ErrorReports.layer({ webhook: secret(up.url), sentryDsn: secret(`${dsn}/1`), interval: "1 millis" }).pipe(
        Layer.provide(FetchHttpClient.layer)
      )
    ))
    assert.lengthOf(up.received, 1)
  }).pipe(Effect.scoped))

it.effect("a flood of kinds is sent a few at a time and takes bounded memory", () => {
  const sent: Array<ErrorReport> = []
  return Effect.gen(function*() {
    for (let kind = 0; kind < 1000; kind++) yield* Effect.logError(`kind ${kind}`)
    yield* TestClock.adjust("5 seconds")
    assert.isAtMost(sent.length, 10)
    yield* TestClock.adjust("5 minutes")
    assert.lengthOf(sent, 200)
  }).pipe(Effect.provide(reported(sent, () => 200)))
})

it.live("both forms arrive as their receivers expect them, at the end of the process too", () =>
  Effect.gen(function*() {
    const { received, url } = yield* receiver()
    const dsn = url.replace("http://", "http://publickey@")
    yield* Effect.logError("request failed", refused("secret")).pipe(
      Effect.annotateLogs({ request_id: "one", trace_id: "two", other: "secret" }),
      Effect.provide(
        ErrorReports.layer({ webhook: secret(`${url}/hook?token=t`), sentryDsn: secret(`${dsn}/base/42`) }).pipe(
          Layer.provide(FetchHttpClient.layer)
        )
      )
    )
    const [hook, sentry] = ["/hook", "/base"].map((start) => received.find(({ path }) => path.startsWith(start)))
    assert(hook !== undefined && sentry !== undefined)
    assert.strictEqual(hook.path, "/hook?token=t")
    const report = JSON.parse(hook.body)
    assert.deepInclude(report, {
      service: "analytics-following",
      title: "request failed",
      error: "Refused",
      count: 1,
      request_id: "one",
      trace_id: "two"
    })
    assert.strictEqual(sentry.path, "/base/api/42/envelope/")
    assert.match(String(sentry.headers["x-sentry-auth"]), /^Sentry sentry_version=7, .*sentry_key=publickey$/)
    const [head, item, event] = sentry.body.split("\n").map((line) => line === "" ? undefined : JSON.parse(line))
    assert.isString(head.sent_at)
    assert.deepStrictEqual(item, { type: "event", length: Buffer.byteLength(sentry.body.split("\n")[2]!) })
    assert.match(event.event_id, /^[0-9a-f]{32}$/)
    assert.deepInclude(event, { platform: "node", level: "error", fingerprint: [report.fingerprint] })
    assert.strictEqual(event.exception.values[0].type, "Refused")
    assert.isTrue(event.exception.values[0].stacktrace.frames.at(-1).in_app)
    for (const { body } of received) assert.notInclude(body, "secret")
  }).pipe(Effect.scoped))
