import { Layer, Option, References } from "effect"
import * as ErrorReports from "./ErrorReports.ts"
import { Metrics, MetricsRegistry } from "./Metrics.ts"
import * as Tracing from "./Tracing.ts"

export interface ObservabilityOptions extends ErrorReports.ErrorReportsOptions {
  readonly tracing: Option.Option<Tracing.TracingOptions>
}

/**
 * Figures, traces and reports of errors: to be provided to everything, so that all of it is seen. Where no collector takes spans none are
 * made: a look-up that reads the database would spend a fifth of its time on them.
 */
export const layer = ({ tracing, ...reports }: ObservabilityOptions) =>
  Layer.mergeAll(
    Option.match(tracing, { onNone: () => Layer.succeed(References.TracerEnabled, false), onSome: Tracing.layer }),
    ErrorReports.layer(reports)
  ).pipe(
    Layer.provideMerge(Layer.sync(Metrics, () => new MetricsRegistry()))
  )
