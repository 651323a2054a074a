import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ordinal } from "../../../src/insights/report/FigureText.ts"
import { Html, html } from "../../../src/insights/report/Html.ts"
import { posting_times, postingTimes } from "../../../src/insights/report/PostingTimes.ts"
import { prefersJson } from "../../../src/insights/report/PrefersJson.ts"
import { Report } from "../../../src/insights/report/Report.ts"
import { reportPage } from "../../../src/insights/report/ReportPage.ts"
import { profileContent } from "../../support/payload.ts"
import { insertProfile } from "../../support/rows.ts"
import { TestApp, type TestUser } from "../../support/TestApp.ts"
import { VendorFront } from "../../support/VendorFront.ts"

const page = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }
const json = { accept: "application/json" }
const charts = (text: string) => text.match(/<svg /g)?.length ?? 0

/** Anything that a browser would fetch, run or follow. */
const reachesOut =
  /<(script|link|img|iframe|object|embed|base|form|image|use)\b|\bon\w+=|url\((?!#)|@import|(src|href)\s*=|javascript:/i

layer(TestApp.layer(), { excludeTestServices: true })("GET /profile/{username}/report", (it) => {
  const reportOf = (user: TestUser, name: string) =>
    Effect.gen(function*() {
      const shown = yield* user.get(`/profile/${name}/report`, page)
      const said = yield* user.get(`/profile/${name}/report`, json)
      assert.deepStrictEqual([shown.status, said.status], [200, 200], shown.text.slice(0, 300))
      assert.strictEqual(shown.headers.get("content-type"), "text/html; charset=utf-8")
      assert.strictEqual(said.headers.get("content-type"), "application/json")
      return { shown, said, report: Schema.decodeUnknownSync(Report)(said.json()) }
    })

  it.effect("is a page with its charts in it that needs no script and nothing from elsewhere, and the same as JSON", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/report.painter")
      yield* user.post("/profile/report.painter/sentiment?posts=4")
      app.clock.advance("26 hours")
      const later = yield* app.signInAgain(user)
      yield* later.post("/profile/report.painter/refresh")
      const { report, said, shown } = yield* reportOf(later, "report.painter")
      assert.strictEqual(charts(shown.text), 5, "engagement, growth, week, mix, sentiment")
      assert.notMatch(shown.text.replace(/<p class="bio"[^]*?<\/p>/, ""), reachesOut)
      assert.match(shown.headers.get("content-security-policy") ?? "", /default-src 'none'/)
      assert.strictEqual(shown.text, reportPage(report), "made of what the JSON says and of nothing else")
      for (const tagged of [shown, said]) {
        const again = yield* later.get("/profile/report.painter/report", {
          accept: tagged === shown ? page.accept : json.accept,
          "if-none-match": tagged.headers.get("etag") ?? ""
        })
        assert.strictEqual(again.status, 304)
      }
      assert.notStrictEqual(shown.headers.get("etag"), said.headers.get("etag"))
      assert.strictEqual((yield* later.get("/profile/report.painter/report?format=json", page)).text, said.text)
    }))

  it.effect("says what is missing and why, and invents nothing", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      for (
        const [name, words] of [
          ["sim.private", "the account is private"],
          ["sim.noposts", "it was not collected"],
          ["sim.nolikes", "the owner hides the counts"]
        ] as const
      ) {
        yield* user.get(`/profile/${name}`)
        const { shown } = yield* reportOf(user, name)
        assert.include(shown.text, words, name)
        assert.notMatch(shown.text, /NaN|undefined|\bnull\b|Infinity|\[object/, name)
      }
    }))

  it.effect("shows what people wrote as they wrote it, in its own direction, and never as markup", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      const front = yield* VendorFront
      const account = { id: "91", username: "right.to.left" }
      const hostile = `</style><script>alert(1)</script><img src=x onerror="a()">`
      front.says(
        account.username,
        profileContent(
          account,
          [1, 2, 3].map((n) => ({
            n: 900 + n,
            more: { edge_media_to_caption: { edges: [{ node: { text: `#قهوة #${n} ${hostile} صباح الخير` } }] } }
          })),
          { full_name: `نور ${hostile}`, biography: `مصورة من دبي ${hostile}`, category_name: hostile }
        )
      )
      yield* user.get(`/profile/${account.username}`)
      const { shown } = yield* reportOf(user, account.username)
      assert.notInclude(shown.text, "<script")
      assert.notInclude(shown.text, "<img")
      assert.include(shown.text, `<p class="bio" dir="auto">مصورة من دبي &#60;`)
      assert.include(shown.text, "<bdi>نور ")
    }))

  it.effect("needs an open window", () =>
    Effect.gen(function*() {
      const user = yield* (yield* TestApp).newUser
      yield* insertProfile("closed.report")
      assert.strictEqual((yield* user.get("/profile/closed.report/report", page)).problem.type, "/problems/access-required")
      assert.strictEqual((yield* user.get("/profile/nobody.here/report", page)).status, 404)
    }))
})

describe("The page of a report", () => {
  it("JSON is answered to whoever prefers it, a page to everybody else", () => {
    for (const accept of [undefined, "", "*/*", "text/html", "text/html, application/json", "application/json;q=0.5, */*"]) {
      assert.isFalse(prefersJson(accept), accept)
    }
    for (
      const accept of ["application/json", "Application/JSON; charset=utf-8", "text/html;q=0.2, application/*", "text/*;q=0, */*"]
    ) {
      assert.isTrue(prefersJson(accept), accept)
    }
  })

  it("a percentile is read as people say it", () => {
    assert.deepStrictEqual([1, 11, 22, 50, 93, 100].map(ordinal), ["1st", "11th", "22nd", "50th", "93rd", "100th"])
  })

  it("every value is escaped, unless it is markup", () => {
    assert.strictEqual(
      html`<p title="${`"<'&>`}">${null}${false}${0}${["<", html`<b>${"<"}</b>`]}</p>`.markup,
      `<p title="&#34;&#60;&#39;&#38;&#62;">0&#60;<b>&#60;</b></p>`
    )
    assert.instanceOf(html``, Html)
  })

  it("the worked example of the posting times gives what it says", () => {
    const { as_of, input, output } = posting_times.example
    const { posts } = input as unknown as { posts: ReadonlyArray<{ posted_at: string }> }
    assert.deepStrictEqual(postingTimes(false, posts, as_of).value as unknown, output)
    assert.strictEqual(postingTimes(true, posts, as_of).reason, "private")
    assert.strictEqual(postingTimes(false, [{ posted_at: null }], as_of).reason, "not_collected")
  })
})
