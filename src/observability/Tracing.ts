import { Cause, type Context, type Duration, Effect, Exit, Layer, Option, Random, Redacted, Tracer } from "effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import packageJson from "../../package.json" with { type: "json" }
import { faultOf } from "./Faults.ts"

export interface TracingOptions {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string
  /** What it wants to be sent along: `name=value`, comma-separated. */
  readonly headers: Option.Option<Redacted.Redacted>
  /** The share of traces that are sent, 0 to 1. */
  readonly share: number
  readonly exportInterval?: Duration.Input
}

/**
 * Sends a share of the traces to a collector, as OTLP over HTTP. Nothing of a caller leaves with them: no address, query, agent or
 * message of an error.
 */
export const layer = (options: TracingOptions): Layer.Layer<never, never, HttpClient.HttpClient> =>
  Layer.effect(
    Tracer.Tracer,
    Effect.flatMap(
      OtlpTracer.make({
        url: `${options.endpoint.replace(/\/$/, "")}/v1/traces`,
        headers: Option.match(options.headers, {
          onNone: () => ({}),
          onSome: (headers) => parseHeaders(Redacted.value(headers))
        }),
        resource: { serviceName: packageJson.name, serviceVersion: packageJson.version },
        ...(options.exportInterval === undefined ? {} : { exportInterval: options.exportInterval })
      }),
      (tracer) => Effect.map(Random.Random, (random) => discreet(tracer, options.share, random))
    )
  ).pipe(Layer.provide([OtlpExporter.layerFlusher, OtlpSerialization.layerJson]))

const parseHeaders = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at < 1 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]]
    })
  )

type SpanOptions = Parameters<Tracer.Tracer["span"]>[0]

/**
 * A trace is sent whole or not at all. One that a caller began keeps its id, and is chosen by that id, as every service of the same share
 * would: its flag can keep us from sending, but not make us.
 */
const discreet = (tracer: Tracer.Tracer, share: number, random: typeof Random.Random.Service): Tracer.Tracer =>
  Tracer.make({
    span: (options) => {
      const sampled = options.sampled && chosen(options.parent, share, random)
      const span = tracer.span({ ...options, sampled })
      return sampled ? new DiscreetSpan(span, options) : span
    }
  })

const chosen = (parent: SpanOptions["parent"], share: number, random: typeof Random.Random.Service): boolean =>
  Option.isNone(parent)
    ? random.nextDoubleUnsafe() < share
    : parent.value._tag === "Span" || Number.parseInt(parent.value.traceId.slice(-8), 16) / 2 ** 32 < share

/** What names the caller or what they asked for. The route stands in the span's name. */
const personal: ReadonlySet<string> = new Set(["url.full", "url.query", "user_agent.original", "client.address"])

class DiscreetSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly sampled = true
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly annotations: Context.Context<never>
  readonly kind: Tracer.SpanKind
  readonly #inner: Tracer.Span

  constructor(inner: Tracer.Span, { annotations, kind, name, parent }: SpanOptions) {
    this.#inner = inner
    this.name = name
    this.parent = parent
    this.annotations = annotations
    this.kind = kind
  }

  get spanId() {
    return this.#inner.spanId
  }
  get traceId() {
    return this.#inner.traceId
  }
  get status() {
    return this.#inner.status
  }
  get attributes() {
    return this.#inner.attributes
  }
  get links() {
    return this.#inner.links
  }

  attribute(key: string, value: unknown): void {
    if (!personal.has(key) && !(key === "url.path" && this.kind === "server")) this.#inner.attribute(key, value)
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.#inner.end(endTime, Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause) ? Exit.fail(named(exit.cause)) : exit)
  }

  /** None: lines of the log become events where that is not turned off, with what their error said. */
  event(): void {}

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.#inner.addLinks(links)
  }
}

/** An error that says what failed and where, and nothing of what it said. */
const named = (cause: Cause.Cause<unknown>): Error => {
  const { frames, name } = faultOf(cause) ?? { name: "unknown", frames: [] }
  const error = new Error(name)
  error.name = name
  error.stack = [name, ...frames.map((frame) => `    at ${frame.function} (${frame.file}:${frame.line}:1)`)].join("\n")
  return error
}
