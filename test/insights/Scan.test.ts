import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { insightRegistry } from "../../src/insights/InsightRegistry.ts"
import type { HistoryAnswer as HistoryAnswerSchema } from "../../src/insights/InsightsApi.ts"
import type { Report } from "../../src/insights/report/Report.ts"
import { assertHonest } from "../support/figures.ts"
import { unlockedProfile } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { assertHonestInsight } from "./support/honest.ts"

type HistoryAnswer = typeof HistoryAnswerSchema.Type

const parts = ["creator", "audience", "sentiment", "authenticity", "benchmarks"]

/** Where each table keeps by what, in which version and over how much its numbers were computed. */
const provenance: Readonly<Record<string, ReadonlyArray<string>>> = {
  creator_metadata: ["analysis_version", "posts_analyzed"],
  audience_demographics: ["analysis_method", "analysis_version", "sample_size"],
  comment_sentiment: ["method", "method_version", "comments_analyzed", "comments_decided"]
}

layer(TestApp.layer(), { excludeTestServices: true })("no number stands alone", (it) => {
  it.effect("in any answer about insights, of whatever account", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      for (const name of ["scan.painter", "scan.runner", "sim.private", "sim.noposts", "sim.nolikes"]) {
        yield* user.get(`/profile/${name}`)
        if (name.startsWith("scan")) assert.strictEqual((yield* user.post(`/profile/${name}/sentiment?posts=3`)).status, 200)
        for (const part of parts) {
          const answer = yield* user.get(`/profile/${name}/${part}`)
          assert.strictEqual(answer.status, 200, `${name} ${part}`)
          assert.isAtLeast(assertHonestInsight(answer.json(), `${name}.${part}`), 1)
        }
      }
    }))

  it.effect("in a history, whose columns say what they are, or in a report, which is made of these", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      for (const name of ["scan.painter", "sim.private", "sim.noposts", "sim.nolikes"]) {
        yield* user.get(`/profile/${name}`)
        const history = (yield* user.get(`/profile/${name}/history?days=400`)).json<HistoryAnswer>()
        assertHonestHistory(history, `${name}.history`)
        assert.isAtLeast(assertHonestInsight(history.posts, `${name}.history.posts`), history.posts.length)
        const answer = (yield* user.get(`/profile/${name}/report?format=json`)).json<Report>()
        const { analytics, history: shown, posts, profile: _counts, ...insights } = answer
        assertHonestHistory(shown, `${name}.report.history`)
        assert.isAtLeast(assertHonest(analytics, `${name}.report.analytics`), 20)
        assert.isAtLeast(assertHonestInsight(insights, `${name}.report`), 25)
        assert.isAtLeast(assertHonestInsight(posts.map((post) => post.engagement_rate), `${name}.report.posts`), posts.length)
      }
    }))

  it.effect("in any insight table", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* until(sql`SELECT 1 FROM creator_metadata`, (rows) => rows.length === 5)
      for (const [table, columns] of Object.entries(provenance)) {
        const rows = yield* sql`SELECT * FROM ${sql(table)}`
        assert.isNotEmpty(rows, table)
        for (const row of rows) {
          for (const column of columns) assert.isNotNull(row[column], `${table}.${column}`)
          const numbers = Object.entries(row).filter(([column, value]) => typeof value === "number" && !columns.includes(column))
          if (numbers.length > 0) assert.isAbove(Number(row[columns.at(-1) ?? ""]), 0, `${table}: numbers over no sample`)
          const { first_party: _, ...details } = row["details"] as Record<string, unknown>
          assert.isAbove(assertHonestInsight(details, table), 4)
        }
        const known = yield* sql`
          SELECT column_name FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name = ${table} AND column_name = ANY (${columns}::text[])`
        assert.lengthOf(known, columns.length)
      }
    }))

  it.effect("of an account without data, for it has none", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const { id, username } = yield* unlockedProfile(user)
      assert.strictEqual((yield* user.post(`/profile/${username}/sentiment`)).status, 200)
      for (const part of [...parts, "analytics", "report?format=json"]) {
        const text = (yield* user.get(`/profile/${username}/${part}`)).text
        const { freshness: _, ...answer } = JSON.parse(text)
        for (const figure of figuresIn(answer)) assert.isNull(figure.value, `${part}: ${JSON.stringify(figure)}`)
      }
      for (const table of ["creator_metadata", "audience_demographics"]) {
        assert.deepStrictEqual(yield* sql`SELECT 1 FROM ${sql(table)} WHERE profile_id = ${id}`, [], table)
      }
    }))
})

type History = Pick<HistoryAnswer, "columns" | "growth" | "points">

/** Each number of a point has a column that says what it is, or is its sample. */
const assertHonestHistory = ({ columns, growth, points }: History, path: string) => {
  for (const column of Object.values(columns)) {
    assert.include(["measured", "derived"], column.status, path)
    assert.isTrue(insightRegistry.some(({ method, version }) => method === column.method && version === column.version), path)
  }
  assert.isNotEmpty(points, path)
  for (const point of points) {
    const { date: _, fetches, posts_received, ...numbers } = point
    assert.sameMembers(Object.keys(numbers), Object.keys(columns), path)
    if (fetches === 0) assert.isTrue(Object.values({ posts_received, ...numbers }).every((value) => value === null), path)
  }
  const { spikes, windows } = growth
  assert.isAbove(assertHonestInsight([spikes, windows.map(({ days: _days, ...figures }) => figures)], `${path}.growth`), 10)
}

const figuresIn = (value: unknown): ReadonlyArray<{ readonly value: unknown }> => {
  if (typeof value !== "object" || value === null) return []
  if ("status" in value && "value" in value) return [value]
  return Object.values(value).flatMap(figuresIn)
}
