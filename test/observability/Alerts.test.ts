import { assert, describe, it, layer } from "@effect/vitest"
import { parser } from "@prometheus-io/lezer-promql"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { DecodoReason } from "../../src/decodo/DecodoReason.ts"
import { siteOf } from "../../src/docs/Site.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { figuresOf } from "./figures.ts"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

interface Rules {
  readonly groups: ReadonlyArray<{
    readonly name: string
    readonly rules: ReadonlyArray<
      {
        readonly record?: string
        readonly alert?: string
        readonly expr: string
        readonly labels?: { severity: string }
        readonly annotations?: { readonly runbook?: string }
      }
    >
  }>
}

interface Dashboard {
  readonly panels: ReadonlyArray<{ readonly title: string; readonly targets?: ReadonlyArray<{ readonly expr: string }> }>
}

const rules = (parse(read("deploy/prometheus/alerts.yml")) as Rules).groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(read("deploy/grafana/dashboard.json")) as Dashboard
const recorded = rules.flatMap(({ record }) => record ?? [])

const expressions = [
  ...rules.map(({ alert, expr, record }) => ({ where: alert ?? record ?? "?", expr })),
  ...dashboard.panels.flatMap(({ targets = [], title }) => targets.map(({ expr }) => ({ where: title, expr })))
]

/** The names and label names that an expression asks for; fails where it is not PromQL. */
const asked = (expr: string) => {
  // What Grafana fills in.
  const text = expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*")
  const selectors: Array<{ name: string; labels: Array<string> }> = []
  parser.parse(text).iterate({
    enter: (node) => {
      assert.isFalse(node.type.isError, `${text} is no PromQL near ${text.slice(Math.max(0, node.from - 10), node.to + 10)}`)
      if (node.name === "VectorSelector") {
        const within = text.slice(node.from, node.to)
        selectors.push({
          name: /^[\w:]+/.exec(within)?.[0] ?? "",
          labels: [...within.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)"/g)].map((match) => match[1] ?? "")
        })
      }
    }
  })
  assert.isNotEmpty(selectors, expr)
  return selectors
}

/** What is asked for and not there. */
const missing = (names: ReadonlyMap<string, ReadonlySet<string>>) =>
  expressions.flatMap(({ expr, where }) =>
    asked(expr).flatMap(({ labels, name }) => {
      const known = names.get(name)
      if (known === undefined) return [`${where}: ${name}`]
      return labels.filter((label) => !known.has(label)).map((label) => `${where}: ${name}{${label}}`)
    })
  )

const settings = { METRICS_TOKEN: "metrics-token-of-the-test", ERROR_WEBHOOK_URL: "http://127.0.0.1:1/" }

layer(TestApp.layer({ settings }), { excludeTestServices: true })((it) => {
  it.effect("every alert and every panel asks for figures, and labels of them, that the server gives", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const scrape = Effect.promise(async () => {
        const answer = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${settings.METRICS_TOKEN}` } })
        return figuresOf(await answer.text())
      })
      // What is read beside the requests has its first reading soon after the start.
      const { declared, families, text } = yield* until(
        scrape,
        ({ value }) => value("vendor_places", { state: "waiting" }) !== undefined && value("webhooks_due") !== undefined
      )
      const names = new Map<string, ReadonlySet<string>>(recorded.map((name) => [name, new Set()]))
      for (const [name, type] of families) {
        const labels = new Set([...declared.get(name) ?? [], "instance", "job"])
        if (type === "histogram") {
          names.set(`${name}_count`, labels).set(`${name}_sum`, labels).set(`${name}_bucket`, new Set([...labels, "le"]))
        } else names.set(type === "counter" ? `${name}_total` : name, labels)
      }
      assert.deepStrictEqual(missing(names), [])

      // The check can fail.
      names.delete("vendor_call_seconds_count")
      assert.isNotEmpty(missing(names))

      // A gauge has all its samples at every scrape: what is asked of one has to pick some.
      const picked = expressions.flatMap(({ expr, where }) =>
        [...expr.matchAll(/(\w+)\{(\w+)=~?"([^"$]+)"\}/g)].flatMap(([selector, name = "", label = "", value = ""]) => {
          if (families.get(name) !== "gauge") return []
          const sample = new RegExp(`^${name}\\{(?:.*,)?${label}="(?:${value})"`, "m")
          return [{ selector: `${where}: ${selector}`, found: sample.test(text) }]
        })
      )
      assert.isAbove(picked.length, 5)
      assert.deepStrictEqual(picked.filter(({ found }) => !found), [])
    }))
})

describe("alerts", () => {
  it("each has a severity, and those of the objectives are in the page about them", () => {
    const page = read("docs/slo.md")
    const alerts = rules.filter(({ alert }) => alert !== undefined)
    assert.isAbove(alerts.length, 15)
    for (const { alert, labels } of alerts) assert.include(["page", "ticket"], labels?.severity, alert)
    for (const { alert = "", expr } of alerts) if (expr.includes("af:")) assert.include(page, `\`${alert}\``)
    for (const [, name = ""] of page.matchAll(/^\| `(\w+)`/gm)) assert.isTrue(alerts.some(({ alert }) => alert === name), name)
  })

  it("each names the section that says what to do about it, and each section is an alert's", () => {
    const page = siteOf(fileURLToPath(new URL("../../docs", import.meta.url))).get("/docs/operations")?.text ?? ""
    const alerts = rules.flatMap(({ alert, annotations }) =>
      alert === undefined ? [] : [{ alert, runbook: annotations?.runbook }]
    )
    for (const { alert, runbook } of alerts) {
      assert.strictEqual(runbook, `docs/operations.md#${alert.toLowerCase()}`)
      assert.include(page, `id="${alert.toLowerCase()}"`)
    }
    const sections = [...read("docs/operations.md").matchAll(/^### (\w+)$/gm)].map(([, name]) => name)
    assert.sameMembers(sections, alerts.map(({ alert }) => alert))
  })

  it("each recorded share is used, and no name is recorded twice", () => {
    assert.strictEqual(new Set(recorded).size, recorded.length)
    for (const name of recorded) assert.isTrue(rules.some(({ alert, expr }) => alert !== undefined && expr.includes(name)), name)
  })

  it("only outcomes that calls of the vendor have stand in expressions", () => {
    const asked = expressions.flatMap(({ expr }) =>
      [...expr.matchAll(/outcome(?:=|=~|!~|!=)"([^"]+)"/g)].flatMap(([, values = ""]) => values.split("|"))
    )
    assert.isNotEmpty(asked)
    const reasons = DecodoReason.members.map(({ fields }) => fields._tag.schema.literal)
    for (const outcome of asked) assert.include(["delivered", "given_up", ...reasons], outcome)
  })

  it("only routes that there are stand in expressions", async () => {
    const { routePatterns } = await import("../../src/http/Routes.ts")
    for (const { expr } of expressions) {
      for (const [, pattern = ""] of expr.matchAll(/route[=!]~"([^"]+)"/g)) {
        for (const alternative of pattern.split("|")) {
          assert.isTrue(routePatterns.some(({ path }) => new RegExp(`^(?:${alternative})$`).test(path)), alternative)
        }
      }
    }
  })

  it("the dashboard's panels have a title, a place and no other data source", () => {
    const panels = JSON.parse(read("deploy/grafana/dashboard.json")).panels as ReadonlyArray<Record<string, unknown>>
    for (const { datasource, gridPos, title, type } of panels) {
      assert.isString(title)
      assert.isDefined(gridPos)
      if (type !== "row") assert.deepStrictEqual(datasource, { type: "prometheus", uid: "${datasource}" })
    }
  })
})
