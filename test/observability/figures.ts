import { assert } from "@effect/vitest"

export interface Figures {
  readonly text: string
  readonly families: ReadonlyMap<string, string>
  /** The labels of each family. */
  readonly declared: ReadonlyMap<string, ReadonlyArray<string>>
  /** The figure that has these labels and no others. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

const sampleLine = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$/

/** Reads an exposition as strictly as OpenMetrics writes it: every figure belongs to a declared family, and the end is marked. */
export const figuresOf = (text: string): Figures => {
  assert.isTrue(text.endsWith("\n# EOF\n"), "the end is marked")
  const families = new Map<string, string>()
  const declared = new Map<string, ReadonlyArray<string>>()
  const samples = new Map<string, number>()
  for (const line of text.split("\n").slice(0, -2)) {
    const [, name, type] = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (name !== undefined && type !== undefined) {
      assert.isFalse(families.has(name), `${name} is declared once`)
      families.set(name, type)
    } else if (line.startsWith("# HELP ")) {
      const [, family = "", by] = /^# HELP (\w+) .*?(?: \(by ([\w, ]+)\))?$/.exec(line) ?? []
      assert.isTrue(families.has(family), line)
      declared.set(family, by?.split(", ") ?? [])
    } else {
      const [, sample = "", labels = "", figure] = sampleLine.exec(line) ?? []
      const base = sample.replace(/_(bucket|sum|count|total)$/, "")
      const family = families.get(sample) ?? families.get(base)
      assert.isDefined(family, `${line} belongs to a family`)
      assert.strictEqual(family === "gauge", families.has(sample), `${line} has the ending of its kind`)
      const key = keyOf(
        sample,
        Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, k = "", v = ""]) => [k, v]))
      )
      assert.isFalse(samples.has(key), `${line} is there once`)
      const value = figure === "+Inf" ? Infinity : Number(figure)
      assert.isFalse(Number.isNaN(value), line)
      samples.set(key, value)
    }
  }
  return { text, families, declared, value: (name, labels = {}) => samples.get(keyOf(name, labels)) }
}

const keyOf = (name: string, labels: Readonly<Record<string, string>>) =>
  `${name} ${
    Object.entries(labels).toSorted(([a], [b]) => a.localeCompare(b)).map(([key, value]) => `${key}=${value}`).join(",")
  }`
