import { Context, Effect } from "effect"

/** What a family of figures is: its name as it is scraped (a counter without `_total`), and the labels each figure carries, in order. */
export interface MetricDeclaration {
  readonly name: string
  readonly help: string
  readonly labels?: ReadonlyArray<string>
}

/** One figure: the values of its family's labels, in order. */
export interface Sample {
  readonly labels: ReadonlyArray<string>
  readonly value: number
}

/** A figure that is read when somebody scrapes. What it reads may be away: it then has no samples, and `metrics_read_failures` counts. */
export interface GaugeDeclaration<E> extends MetricDeclaration {
  readonly read: Effect.Effect<ReadonlyArray<Sample> | number, E>
}

export type Family =
  | { readonly type: "counter"; readonly declaration: MetricDeclaration; readonly counter: Counter }
  | { readonly type: "histogram"; readonly declaration: MetricDeclaration; readonly histogram: Histogram }
  | {
    readonly type: "gauge"
    readonly declaration: MetricDeclaration
    readonly read: Effect.Effect<ReadonlyArray<Sample> | number, unknown>
  }

/**
 * The figures of one application, in plain memory: counting is an addition, and nothing is encoded before somebody scrapes. A family is
 * there from its declaration on, also while it has no figure, so that an alert can be held against the names that exist.
 * A room declares its own where its layer is built, and needs nothing provided for it.
 */
export class MetricsRegistry {
  readonly families = new Map<string, Family>()
}

/** The application's registry; the root provides a new one for each application, what is built alone shares one. */
export const Metrics = Context.Reference("analytics-following/observability/Metrics", {
  defaultValue: () => new MetricsRegistry()
})

/** Something that happens. Declared twice, it is the same counter. */
export const counter = (declaration: MetricDeclaration): Effect.Effect<Counter> =>
  Effect.map(Metrics, ({ families }) => {
    const known = families.get(declaration.name)
    if (known?.type === "counter") return known.counter
    const made = new Counter()
    families.set(declaration.name, { type: "counter", declaration, counter: made })
    return made
  })

/** How something is distributed; `buckets` are upper bounds, ascending, without the infinite one. */
export const histogram = (declaration: MetricDeclaration, buckets: ReadonlyArray<number>): Effect.Effect<Histogram> =>
  Effect.map(Metrics, ({ families }) => {
    const known = families.get(declaration.name)
    if (known?.type === "histogram") return known.histogram
    const made = new Histogram(buckets)
    families.set(declaration.name, { type: "histogram", declaration, histogram: made })
    return made
  })

/** Something that is so many at the moment, read while the scope is open. A later one of the same name takes its place. */
export const gauge = <E>({ read, ...declaration }: GaugeDeclaration<E>) =>
  Effect.flatMap(Metrics, ({ families }) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const family: Family = { type: "gauge", declaration, read }
        families.set(declaration.name, family)
        return family
      }),
      (family) =>
        Effect.sync(() => {
          if (families.get(declaration.name) === family) families.delete(declaration.name)
        })
    ))

/** Seconds, from a cached answer to a vendor that takes its time. */
export const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180] as const

export interface CounterCell {
  readonly labels: ReadonlyArray<string>
  /** To be raised, never lowered. */
  value: number
}

export class Counter {
  readonly cells = new Map<string, CounterCell>()

  add(labels: ReadonlyArray<string>, by = 1): void {
    this.cell(labels).value += by
  }

  /** Keep the cell where the same labels are counted often. */
  cell(labels: ReadonlyArray<string>): CounterCell {
    const key = labels.join("\0")
    let cell = this.cells.get(key)
    if (cell === undefined) {
      cell = { labels, value: 0 }
      this.cells.set(key, cell)
    }
    return cell
  }
}

export class Histogram {
  readonly buckets: ReadonlyArray<number>
  readonly cells = new Map<string, HistogramCell>()

  constructor(buckets: ReadonlyArray<number>) {
    this.buckets = buckets
  }

  /** Keep the cell where many observations have the same labels. */
  cell(labels: ReadonlyArray<string>): HistogramCell {
    const key = labels.join("\0")
    let cell = this.cells.get(key)
    if (cell === undefined) {
      cell = new HistogramCell(labels, this.buckets)
      this.cells.set(key, cell)
    }
    return cell
  }
}

export class HistogramCell {
  readonly labels: ReadonlyArray<string>
  /** Of each bucket alone; the last one is beyond all bounds. */
  readonly counts: Float64Array
  sum = 0
  readonly #bounds: ReadonlyArray<number>

  constructor(labels: ReadonlyArray<string>, bounds: ReadonlyArray<number>) {
    this.labels = labels
    this.counts = new Float64Array(bounds.length + 1)
    this.#bounds = bounds
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sum += value
  }
}
