import { assert, it } from "@effect/vitest"
import { Cause, Context, Effect, Layer, Logger, Option, Tracer } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Tracing from "../../src/observability/Tracing.ts"
import { receiver } from "../support/collector.ts"
import { TestApp, userPassword, vendorPassword } from "../support/TestApp.ts"

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Readonly<Record<string, unknown>> }>
  readonly status: { readonly code: number; readonly message?: string }
}

/** What the collector has been sent when the application has ended. */
const traced = Effect.fnUntraced(function*<A, E>(
  settings: Readonly<Record<string, string>>,
  use: (app: TestApp["Service"]) => Effect.Effect<A, E>
) {
  const collector = yield* receiver()
  const used = yield* Effect.scoped(Effect.gen(function*() {
    const layer = TestApp.layer({
      settings: { OTLP_ENDPOINT: `${collector.url}/`, OTLP_HEADERS: "x-key=of-the-collector", ...settings }
    })
    return yield* use(Context.get(yield* Layer.build(layer), TestApp))
  }))
  const spans = collector.received.flatMap(({ body }) =>
    (JSON.parse(body) as { resourceSpans: ReadonlyArray<{ scopeSpans: ReadonlyArray<{ spans: ReadonlyArray<Span> }> }> })
      .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans)
  )
  return { collector, spans, used }
})

const trace = "0af7651916cd43dd8448eb211c80319c"
const caller = "b7ad6b7169203331"

it.live("a look-up is one trace, the caller's: request, cache, vendor, transaction; and it names nobody", () =>
  Effect.gen(function*() {
    const { collector, spans, used } = yield* traced({ TRACE_SHARE: "1" }, (app) =>
      Effect.gen(function*() {
        const user = yield* app.newUser
        yield* user.get("/profile/sim.private_trace?secret=query", {
          traceparent: `00-${trace}-${caller}-01`,
          "user-agent": "agent-of-the-test"
        })
        yield* user.get("/profile/sim.613x9_trace")
        return { user, logs: [...app.logs] }
      }))
    assert.isTrue(
      collector.received.every(({ headers, path }) => path === "/v1/traces" && headers["x-key"] === "of-the-collector")
    )

    const own = spans.filter(({ traceId }) => traceId === trace)
    const named = (name: string) =>
      own.find((span) => span.name === name) ?? assert.fail(`no ${name} among ${own.map((span) => span.name)}`)
    const within = (inner: Span, outer: Span): boolean =>
      inner.spanId === outer.spanId || own.some((span) => span.spanId === inner.parentSpanId && within(span, outer))
    const attribute = ({ attributes }: Span, key: string) => attributes.find((each) => each.key === key)?.value
    const request = named("GET /profile/:username")
    assert.strictEqual(request.parentSpanId, caller)
    assert.deepStrictEqual(attribute(request, "http.response.status_code"), { intValue: 200 })
    for (const name of ["cache.get", "DecodoClient.fetchProfile", "vendor.call", "sql.transaction", "ProfileRepo.upsert"]) {
      assert.isTrue(within(named(name), request), name)
    }
    assert.deepStrictEqual(attribute(named("cache.get"), "cache.hit"), { boolValue: false })
    assert.deepStrictEqual(attribute(named("vendor.call"), "vendor.outcome"), { stringValue: "delivered" })
    assert.isTrue(within(named("vendor.call"), named("DecodoClient.fetchProfile")))
    assert.isTrue(spans.some((span) => span.name === "vendor.call" && span.status.code === 2), "a failed call is marked")
    assert.isTrue(used.logs.some((line) => line.includes(trace)), "the log names the trace")

    const { email, token } = used.user
    const secrets = [email, token, userPassword, vendorPassword, "_trace", "secret=query", "agent-of-the-test"]
    for (const { body } of collector.received) for (const secret of secrets) assert.notInclude(body, secret)
  }))

it.live("none is sent of a caller who asks for none, of what is not chosen, or without a collector", () =>
  Effect.gen(function*() {
    const asked = (flags: string) => (app: TestApp["Service"]) =>
      Effect.flatMap(app.newUser, (user) => user.get("/me", { traceparent: `00-${trace}-${caller}-${flags}` }))
    const declined = yield* traced({ TRACE_SHARE: "1" }, asked("00"))
    assert.isEmpty(declined.spans.filter(({ traceId }) => traceId === trace))
    const notChosen = yield* traced({ TRACE_SHARE: "0" }, asked("01"))
    assert.isEmpty(notChosen.spans)
    const off = yield* traced({ TRACE_SHARE: "1", OTLP_ENDPOINT: "" }, asked("01"))
    assert.isEmpty(off.collector.received)
  }))

it.live("a collector that fails costs no answer", () =>
  Effect.gen(function*() {
    const { used } = yield* traced({ TRACE_SHARE: "1", OTLP_ENDPOINT: "http://127.0.0.1:1" }, (app) =>
      Effect.flatMap(app.newUser, (user) => user.get("/me")))
    assert.strictEqual(used.status, 200)
  }))

it.live("a caller's trace is chosen by its id, whoever asks, and a line of the log does not go with it", () =>
  Effect.gen(function*() {
    const collector = yield* receiver()
    const low = `${"0".repeat(24)}10000000`
    const high = `${"0".repeat(24)}f0000000`
    yield* Effect.gen(function*() {
      for (const traceId of [low, high]) {
        yield* Effect.logWarning("failed", Cause.die("a value")).pipe(
          Effect.withSpan("work", { parent: Tracer.externalSpan({ traceId, spanId: caller }) }),
          Effect.provideService(Logger.LogToStderr, true)
        )
      }
    }).pipe(Effect.provide(
      Tracing.layer({ endpoint: collector.url, headers: Option.none(), share: 0.5 }).pipe(Layer.provide(FetchHttpClient.layer))
    ))
    const [sent] = collector.received
    assert.lengthOf(collector.received, 1)
    assert.include(sent?.body, low)
    assert.notInclude(sent?.body, high)
    assert.notInclude(sent?.body, "a value")
  }).pipe(Effect.scoped))
