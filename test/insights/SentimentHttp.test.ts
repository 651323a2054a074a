import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { ContentSentiment } from "../../src/insights/ContentSentiment.ts"
import type { AudienceAnswer, SentimentAnswer } from "../../src/insights/InsightsApi.ts"
import { mediaNode } from "../decodo/samples.ts"
import { profileContent } from "../support/payload.ts"
import { insertProfile } from "../support/rows.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { assertHonestInsight } from "./support/honest.ts"

type Sentiment = typeof SentimentAnswer.Type
type Audience = typeof AudienceAnswer.Type

layer(TestApp.layer(), { excludeTestServices: true })("comments of a profile", (it) => {
  it.effect("say nothing before they were collected: no number, and the reason", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/not.collected")
      const sentiment: Sentiment = (yield* user.get("/profile/not.collected/sentiment")).json()
      assert.strictEqual(assertHonestInsight(sentiment), 6)
      assert.deepStrictEqual(sentiment.posts, [])
      for (const figure of Object.values(sentiment.overall)) {
        assert.deepStrictEqual([figure.value, figure.reason], [null, "not_collected"])
      }
      const { audience }: Audience = (yield* user.get("/profile/not.collected/audience")).json()
      assert.strictEqual(assertHonestInsight(audience), 6)
      assert.deepStrictEqual(
        [audience.languages, audience.gender, audience.age, audience.countries].map(({ reason, value }) => [value, reason]),
        [[null, "not_collected"], [null, "not_supported"], [null, "not_supported"], [null, "not_supported"]]
      )
    }))

  it.effect("are asked for once a day, post by post, kept as they came, and summed up over people and posts", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const name = yield* look(user, "51", "much.loved", [1, 2, 3])
      const english = Array.from(
        { length: 15 },
        (_, n) => ({ from: `en_${n}`, text: "I absolutely love this, such a wonderful place" })
      )
      const german = Array.from(
        { length: 8 },
        (_, n) => ({ from: `de_${n}`, text: "Wie schrecklich, das ist wirklich furchtbar geworden" })
      )
      front.says("Post1", post(1, english))
      front.says("Post2", post(2, [...german, { from: name, text: "thank you all so much for the love, my dear friends" }]))
      front.says("Post3", post(3, [{ from: "en_1", text: "🔥🔥" }]))
      const before = front.asked.length
      const answer = yield* user.post(`/profile/${name}/sentiment?posts=3`)
      assert.strictEqual(answer.status, 200, answer.text)
      const body: Sentiment = answer.json()
      assert.sameMembers(front.asked.slice(before), ["Post1", "Post2", "Post3"])
      assert.sameMembers([...body.collection?.collected ?? []], ["Post1", "Post2", "Post3"])
      assert.isAbove(assertHonestInsight({ ...body, collection: null }), 6)
      assert.strictEqual(body.overall.sentiment.sample?.unit, "comments")
      const first = body.posts.find(({ shortcode }) => shortcode === "Post1")?.figures
      assert.strictEqual(first?.sentiment.value?.positive, 1)
      assert.strictEqual(first?.overall_sentiment.value, "positive")
      assert.strictEqual(body.posts.find(({ shortcode }) => shortcode === "Post2")?.figures.overall_sentiment.value, "negative")

      const { audience }: Audience = (yield* user.get(`/profile/${name}/audience`)).json()
      assertHonestInsight(audience)
      assert.strictEqual(audience.sample?.size, 23, "people, not comments, and not the owner")
      assert.deepStrictEqual(audience.languages.value?.map(({ label }) => label), ["en", "de"])
      const [share] = audience.languages.value ?? []
      assert.closeTo(share?.share ?? 0, 15 / 23, 1e-6)

      const kept = yield* sql`SELECT 1 FROM post_answers WHERE shortcode IN ('Post1', 'Post2', 'Post3')`
      assert.lengthOf(kept, 3)
      // The meter writes within a second.
      const calls = yield* until(
        sql<{ purpose: string; user_id: string }>`
          SELECT purpose, user_id FROM vendor_calls WHERE target = 'instagram_graphql_post'`,
        (found) => found.length >= 3
      )
      for (const call of calls) assert.deepStrictEqual(call, { purpose: "comments", user_id: user.id })
      const rows = yield* sql<{ comments_analyzed: number }>`
        SELECT comments_analyzed FROM comment_sentiment JOIN posts ON posts.id = post_id WHERE shortcode IN ('Post1', 'Post2', 'Post3')`
      assert.sameMembers(rows.map(({ comments_analyzed }) => comments_analyzed), [15, 9, 1])

      const again = yield* user.post(`/profile/${name}/sentiment?posts=3`)
      assert.strictEqual(again.status, 200)
      assert.lengthOf(front.asked.slice(before), 3, "paid once")
      const stored: Sentiment = (yield* user.get(`/profile/${name}/sentiment`)).json()
      assert.deepStrictEqual(stored.overall, body.overall)
    }))

  it.effect("come with the tone of the captions, which the creator shows and can be filtered by", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const sql = yield* SqlClient
      const user = yield* app.newUser
      const name = yield* look(user, "57", "warm.words", [71, 72, 73])
      interface Shown {
        readonly content_sentiment: ContentSentiment
      }
      const shown = Effect.map(user.get(`/profile/${name}/creator`), (answer) => answer.json<Shown>().content_sentiment)
      assert.strictEqual((yield* shown).reason, "not_collected")
      for (const [n, text] of [[71, "So happy today"], [72, "I love this place"], [73, "What a beautiful morning"]] as const) {
        const { data: { xdt_shortcode_media: media }, status } = post(n, [{ from: "a", text: "hi" }])
        const captioned = {
          ...media,
          owner: { id: "57", username: name },
          edge_media_to_caption: { edges: [{ node: { text } }] }
        }
        front.says(`Post${n}`, { data: { xdt_shortcode_media: captioned }, status })
      }
      yield* user.post(`/profile/${name}/sentiment`)
      const { sample, value } = yield* shown
      assert.deepStrictEqual([value?.verdict, value?.positive, sample?.size], ["positive", 1, 3])
      assert.deepStrictEqual(value?.evidence.positive.shortcodes, ["Post71", "Post72", "Post73"])
      const stored = sql`
        SELECT content_sentiment FROM creator_metadata JOIN profiles ON profiles.id = profile_id WHERE username = ${name}`
      assert.deepStrictEqual(yield* stored, [{ content_sentiment: "positive" }])
      app.clock.advance("2 minutes")
      yield* user.post(`/profile/${name}/refresh`)
      yield* user.get(`/profile/${name}/creator`)
      assert.deepStrictEqual(yield* stored, [{ content_sentiment: "positive" }], "deriving the creator anew keeps it")
    }))

  it.effect("lead to the accounts that they mention, each once a post, with no stranger's words", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const name = yield* look(user, "56", "mention.host", [61, 62])
      front.says(
        "Post61",
        post(61, [
          { from: "fan.one", text: "@friend.one look at this, @friend.two too" },
          { from: "fan.two", text: "@Friend.One!! @mention.host mail me@example.com" },
          { from: name, text: "thanks @maker.of.it for the light" }
        ])
      )
      front.says("Post62", post(62, [{ from: "fan.one", text: "@friend.one" }]))
      interface Edge {
        readonly mentioned_username: string
        readonly mention_type: string
        readonly mention_context: string | null
        readonly shortcode: string | null
      }
      const edges = Effect.gen(function*() {
        const answer = yield* user.get(`/profile/${name}/mentions?limit=100`)
        const { data } = answer.json<{ data: ReadonlyArray<Edge> }>()
        const found = data.filter(({ mention_type }) => mention_type === "comment")
        return {
          etag: answer.headers.get("etag"),
          found: found.map((edge) => [edge.shortcode, edge.mentioned_username, edge.mention_context]).toSorted()
        }
      })
      const before = yield* edges
      assert.deepStrictEqual(before.found, [])
      yield* user.post(`/profile/${name}/sentiment?posts=2`)
      const after = yield* edges
      assert.deepStrictEqual(after.found, [
        ["Post61", "friend.one", null],
        ["Post61", "friend.two", null],
        ["Post61", "maker.of.it", "thanks @maker.of.it for the light"],
        ["Post62", "friend.one", null]
      ])
      assert.notStrictEqual(after.etag, before.etag)
      app.clock.advance("2 days")
      const later = yield* app.signInAgain(user)
      yield* later.post(`/profile/${name}/sentiment?posts=2`)
      const { data } = (yield* later.get(`/profile/${name}/mentions?limit=100`)).json<{ data: ReadonlyArray<Edge> }>()
      assert.lengthOf(data.filter(({ mention_type }) => mention_type === "comment"), 4)
    }))

  it.effect("of the posts that could be read count; those that could not are named", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const name = yield* look(user, "52", "half.read", [11, 12])
      front.says("Post11", 500)
      front.says("Post12", post(12, [{ from: "a", text: "lovely" }]))
      const body: Sentiment = (yield* user.post(`/profile/${name}/sentiment?posts=2`)).json()
      assert.deepStrictEqual(body.collection, {
        collected: ["Post12"],
        failed: [{ shortcode: "Post11", reason: "VendorUnavailable" }]
      })
      assert.deepStrictEqual(body.posts.map(({ shortcode }) => shortcode), ["Post12"])
      assert.strictEqual(body.overall.sentiment.reason, "too_few_comments")
    }))

  it.effect("that cannot be read at all are a problem, and nothing is stored", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const name = yield* look(user, "53", "never.read", [21])
      front.says("Post21", 503)
      const answer = yield* user.post(`/profile/${name}/sentiment`)
      assert.deepStrictEqual([answer.status, answer.problem.type], [503, "/problems/profile-temporarily-unavailable"])
      const stored: Sentiment = (yield* user.get(`/profile/${name}/sentiment`)).json()
      assert.strictEqual(stored.overall.sentiment.reason, "not_collected")
    }))

  it.effect("are collected on when the caller no longer waits", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const name = yield* look(user, "54", "patience.please", [31])
      front.says("Post31", post(31, [{ from: "a", text: "so good" }]))
      front.hold("Post31")
      const answer = yield* user.post(`/profile/${name}/sentiment`, { prefer: "wait=0" })
      assert.deepStrictEqual([answer.status, answer.headers.get("location")], [202, `/profile/${name}/sentiment`])
      front.release("Post31")
      const found = yield* until(
        Effect.map(user.get(`/profile/${name}/sentiment`), (answer) => answer.json<Sentiment>().posts),
        (posts) => posts.length > 0
      )
      assert.deepStrictEqual(found.map(({ shortcode }) => shortcode), ["Post31"])
    }))

  it.effect("are not asked for where nobody may comment", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const front = yield* VendorFront
      const user = yield* app.newUser
      const name = yield* look(user, "55", "closed.comments", [41, 42], { comments_disabled: true })
      const before = front.asked.length
      const body: Sentiment = (yield* user.post(`/profile/${name}/sentiment`)).json()
      assert.deepStrictEqual(body.collection, { collected: [], failed: [] })
      assert.lengthOf(front.asked, before)
    }))

  it.effect("need an open window, and a sensible number of posts", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* insertProfile("closed.to.you")
      assert.strictEqual((yield* user.get("/profile/closed.to.you/sentiment")).status, 403)
      assert.strictEqual((yield* user.post("/profile/closed.to.you/sentiment")).status, 403)
      assert.strictEqual((yield* user.get("/profile/closed.to.you/audience")).status, 403)
      for (const posts of ["0", "13", "1.5", "x"]) {
        assert.strictEqual((yield* user.post(`/profile/closed.to.you/sentiment?posts=${posts}`)).status, 400, posts)
      }
    }))

  it.effect("of the simulated vendor go through whole", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      yield* user.get("/profile/some.creator")
      const answer = yield* user.post("/profile/some.creator/sentiment?posts=4")
      assert.strictEqual(answer.status, 200, answer.text)
      const body: Sentiment = answer.json()
      assert.isAbove(assertHonestInsight({ ...body, collection: null }), 12)
      assert.isNotNull(body.overall.sentiment.value)
    }))
})

const look = Effect.fnUntraced(function*(
  user: TestUser,
  id: string,
  username: string,
  numbers: ReadonlyArray<number>,
  more: object = {}
) {
  const front = yield* VendorFront
  const account = { id, username }
  front.says(username, profileContent(account, numbers.map((n) => ({ n, more }))))
  yield* user.get(`/profile/${username}`)
  return username
})

const post = (n: number, comments: ReadonlyArray<{ readonly from: string; readonly text: string }>) => ({
  data: {
    xdt_shortcode_media: mediaNode(n, {
      id: String(3_000_000_000_000_000_000n + BigInt(n)),
      shortcode: `Post${n}`,
      edge_media_to_parent_comment: {
        count: comments.length,
        edges: comments.map(({ from, text }, index) => ({
          node: { id: `${n}00${index}`, text, created_at: 1_750_000_000 + index, owner: { id: "1", username: from } }
        }))
      }
    })
  },
  status: "ok"
})
