import { Effect } from "effect"
import { counter, type Family, type MetricDeclaration, Metrics, type Sample } from "./Metrics.ts"

export const openMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

/** Every figure of the application in the text form of OpenMetrics 1.0; what cannot be read within two seconds is left out. */
export const openMetrics = Effect.gen(function*() {
  const failures = yield* counter(readFailures)
  const { families } = yield* Metrics
  const texts = yield* Effect.forEach(
    [...families.values()].filter(({ declaration }) => declaration !== readFailures),
    (family) => Effect.map(linesOf(family, failures.add.bind(failures)), (lines) => text(family.declaration, family.type, lines)),
    { concurrency: "unbounded" }
  )
  // Last, so that the failures of this reading are in it.
  const failed = families.get(readFailures.name)
  const own = failed === undefined ? "" : text(failed.declaration, failed.type, yield* linesOf(failed, () => {}))
  return `${texts.join("")}${own}# EOF\n`
})

const readFailures: MetricDeclaration = {
  name: "metrics_read_failures",
  help: "Figures that could not be read when they were scraped, by their name",
  labels: ["metric"]
}

/** The labels stand in the help too: a family without a figure says by what it will be told apart. */
const text = ({ help, labels = [], name }: MetricDeclaration, type: string, lines: ReadonlyArray<string>) => {
  const by = labels.length === 0 ? "" : ` (by ${labels.join(", ")})`
  return [`# TYPE ${name} ${type}`, `# HELP ${name} ${escaped(help)}${by}`, ...lines, ""].join("\n")
}

const linesOf = (family: Family, failed: (labels: ReadonlyArray<string>) => void): Effect.Effect<ReadonlyArray<string>> => {
  const { labels: names = [], name } = family.declaration
  const line = (suffix: string, sample: Sample, ...more: ReadonlyArray<string>) =>
    `${name}${suffix}${labelled(names, sample.labels, more)} ${figure(sample.value)}`
  switch (family.type) {
    case "counter":
      return Effect.sync(() => [...family.counter.cells.values()].map((cell) => line("_total", cell)))
    case "histogram":
      return Effect.sync(() =>
        [...family.histogram.cells.values()].flatMap(({ counts, labels, sum }) => {
          let below = 0
          const buckets = Array.from(counts, (count, index) => {
            below += count
            return line("_bucket", { labels, value: below }, `le="${figure(family.histogram.buckets[index] ?? Infinity)}"`)
          })
          return [...buckets, line("_sum", { labels, value: sum }), line("_count", { labels, value: below })]
        })
      )
    case "gauge":
      return family.read.pipe(
        Effect.timeout("2 seconds"),
        Effect.map((read) => (typeof read === "number" ? [{ labels: [], value: read }] : read).map((sample) => line("", sample))),
        Effect.catchCause(() => {
          failed([name])
          return Effect.as(Effect.logWarning("a figure could not be read", { metric: name }), [])
        })
      )
  }
}

const labelled = (names: ReadonlyArray<string>, values: ReadonlyArray<string>, more: ReadonlyArray<string>) => {
  const all = [...names.map((name, index) => `${name}="${escaped(values[index] ?? "")}"`), ...more]
  return all.length === 0 ? "" : `{${all.join(",")}}`
}

const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\"", "\\\"")

const figure = (value: number) => value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value)
