import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { CampaignView } from "../../src/campaigns/CampaignView.ts"
import { type Page, send, walk } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

type View = typeof CampaignView.Type

const statuses = ["draft", "active", "paused", "completed", "archived"] as const

const transitions: Readonly<Record<typeof statuses[number], ReadonlyArray<string>>> = {
  draft: ["active"],
  active: ["paused", "completed"],
  paused: ["active", "completed"],
  completed: ["archived"],
  archived: []
}

/** The statuses a campaign goes through to be in each. */
const ways = {
  draft: [],
  active: ["active"],
  paused: ["active", "paused"],
  completed: ["active", "completed"],
  archived: ["active", "completed", "archived"]
} as const

layer(TestApp.layer(), { excludeTestServices: true })("campaigns", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const created = Effect.fnUntraced(function*(user: TestUser, body: object = {}) {
    const answer = yield* send(user, "POST", "/campaigns", { name: "Spring", ...body })
    assert.strictEqual(answer.status, 201, answer.text)
    return answer.json<View>()
  })
  const read = (user: TestUser, id: string) => Effect.map(user.get(`/campaigns/${id}`), (answer) => answer.json<View>())
  const inStatus = Effect.fnUntraced(function*(user: TestUser, status: typeof statuses[number]) {
    const { id } = yield* created(user)
    for (const step of ways[status]) yield* send(user, "PATCH", `/campaigns/${id}`, { status: step })
    return id
  })

  const everything = {
    name: "Ramadan 2026 🌙",
    description: "Line one\nline two",
    logo_url: "https://example.com/logo.png",
    start_date: "2026-02-18",
    end_date: "2026-03-19",
    budget: "1500.5",
    currency: "AED",
    target_audience: {
      countries: ["AE", "SA"],
      languages: ["ar"],
      genders: ["female"],
      age_min: 18,
      age_max: 35,
      interests: ["food"]
    },
    campaign_goals: { posts: 10, engagement: 5000, engagement_rate: 2.5 }
  }

  it.effect("a campaign is read back as it was said; what was not said is null or empty, never a default that means something", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const full = yield* created(user, everything)
      assert.deepInclude(yield* read(user, full.id), { ...everything, budget: "1500.50", status: "draft", deleted_at: null })
      const bare = yield* created(user)
      assert.deepInclude(yield* read(user, bare.id), {
        description: null,
        logo_url: null,
        start_date: null,
        end_date: null,
        budget: null,
        currency: null,
        target_audience: {},
        campaign_goals: {},
        allowed_transitions: ["active"]
      })
    }))

  it.effect("a change touches what it names: absent stays, null clears, zero is zero", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const before = yield* created(user, everything)
      const path = `/campaigns/${before.id}`
      assert.strictEqual((yield* send(user, "PATCH", path, {})).status, 200)
      assert.deepInclude(yield* read(user, before.id), { ...before, updated_at: (yield* read(user, before.id)).updated_at })
      yield* send(user, "PATCH", path, { name: "Renamed", budget: "0" })
      assert.deepInclude(yield* read(user, before.id), {
        name: "Renamed",
        budget: "0.00",
        currency: "AED",
        description: everything.description
      })
      const cleared = { description: null, logo_url: null, start_date: null, end_date: null, budget: null, currency: null }
      yield* send(user, "PATCH", path, { ...cleared, target_audience: null, campaign_goals: null })
      assert.deepInclude(yield* read(user, before.id), { ...cleared, target_audience: {}, campaign_goals: {}, name: "Renamed" })
      yield* send(user, "PATCH", path, { campaign_goals: { likes: 5 } })
      assert.deepStrictEqual((yield* read(user, before.id)).campaign_goals, { likes: 5 }, "replaced whole")
      assert.strictEqual((yield* send(user, "PATCH", path, { name: null })).status, 400)
    }))

  it.effect.each(statuses.flatMap((from) => statuses.map((to) => ({ from, to }))))(
    "a status goes its way and no other: from $from to $to",
    ({ from, to }) =>
      Effect.gen(function*() {
        const user = yield* newUser
        const id = yield* inStatus(user, from)
        const answer = yield* send(user, "PATCH", `/campaigns/${id}`, { status: to, name: "Moved" })
        const allowed = from === to || transitions[from].includes(to)
        assert.deepInclude(yield* read(user, id), allowed ? { status: to, name: "Moved" } : { status: from, name: "Spring" })
        if (allowed) return assert.strictEqual(answer.status, 200)
        assert.deepInclude(answer.json<object>(), {
          type: "/problems/transition-not-allowed",
          status: 409,
          from,
          to,
          allowed: transitions[from]
        })
      })
  )

  it.effect("what would contradict itself is refused by name, against what the campaign has already", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const { id } = yield* created(user, everything)
      for (
        const [body, field] of [
          [{ end_date: "2026-02-17" }, "end_date"],
          [{ start_date: "2026-03-20" }, "end_date"],
          [{ currency: null }, "currency"]
        ] as const
      ) {
        const refused = yield* send(user, "PATCH", `/campaigns/${id}`, { ...body, name: "Not this" })
        assert.deepStrictEqual([refused.status, refused.problem.type], [422, "/problems/invalid-campaign"])
        assert.deepStrictEqual(refused.problem.errors?.map((error) => error.path.join(".")), [`payload.${field}`])
      }
      assert.deepInclude(yield* read(user, id), { ...everything, budget: "1500.50" })
      const both = yield* send(user, "POST", "/campaigns", {
        name: "n",
        start_date: "2026-02-02",
        end_date: "2026-02-01",
        budget: "1"
      })
      assert.lengthOf(both.problem.errors ?? [], 2)
      const sameDay = yield* created(user, { start_date: "2026-02-02", end_date: "2026-02-02" })
      assert.strictEqual(sameDay.end_date, "2026-02-02")
    }))

  it.effect("what a body may hold is told by name, and nothing of a refused one is stored", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      for (
        const [body, field] of [
          [{ name: "" }, "name"],
          [{ name: "  " }, "name"],
          [{ name: "n".repeat(256) }, "name"],
          [{ name: "nul\0" }, "name"],
          [{ status: "active" }, "status"],
          [{ nmae: "typo" }, "nmae"],
          [{ user_id: user.id }, "user_id"],
          [{ description: "d".repeat(10_001) }, "description"],
          [{ logo_url: "javascript:alert(1)" }, "logo_url"],
          [{ logo_url: "logo.png" }, "logo_url"],
          [{ start_date: "2026-02-30" }, "start_date"],
          [{ start_date: "2026-02-01T00:00:00Z" }, "start_date"],
          [{ end_date: "0000-01-01" }, "end_date"],
          [{ budget: 12.5, currency: "EUR" }, "budget"],
          [{ budget: "-1", currency: "EUR" }, "budget"],
          [{ budget: "1.005", currency: "EUR" }, "budget"],
          [{ budget: "1e3", currency: "EUR" }, "budget"],
          [{ budget: "1234567890123", currency: "EUR" }, "budget"],
          [{ currency: "eur" }, "currency"],
          [{ currency: "EUX" }, "currency"],
          [{ campaign_goals: { reach: 1000 } }, "campaign_goals.reach"],
          [{ campaign_goals: { likes: 0 } }, "campaign_goals.likes"],
          [{ campaign_goals: { likes: 1.5 } }, "campaign_goals.likes"],
          [{ campaign_goals: [] }, "campaign_goals"],
          [{ target_audience: { countries: ["Dubai"] } }, "target_audience.countries.0"],
          [{ target_audience: { countries: ["AE", "AE"] } }, "target_audience.countries"],
          [{ target_audience: { age_min: 40, age_max: 20 } }, "target_audience"],
          [{ target_audience: { mood: "happy" } }, "target_audience.mood"]
        ] as const
      ) {
        const refused = yield* send(user, "POST", "/campaigns", { name: "ok", ...body })
        assert.deepStrictEqual(
          [refused.status, refused.problem.type],
          [400, "/problems/invalid-request"],
          JSON.stringify(body).slice(0, 60)
        )
        assert.include((refused.problem.errors ?? []).map((error) => error.path.join(".")), `payload.${field}`)
      }
      assert.isEmpty((yield* user.get("/campaigns")).json<Page<View>>().data)
      const longest = yield* created(user, { name: "🌙".repeat(255), description: "🌙".repeat(10_000) })
      assert.deepInclude(yield* read(user, longest.id), { name: "🌙".repeat(255) })
    }))

  it.effect("the bin keeps a campaign whole, out of every route but its way back", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const before = yield* created(user, everything)
      const path = `/campaigns/${before.id}`
      for (let i = 0; i < 2; i++) assert.strictEqual((yield* send(user, "DELETE", path)).status, 204, "once more is the same")
      for (
        const [method, sub, body] of [
          ["GET", "", undefined],
          ["PATCH", "", { name: "x" }],
          ["GET", "/profiles", undefined],
          ["PUT", "/profiles/some.creator", {}],
          ["DELETE", "/profiles/some.creator", undefined],
          ["GET", "/posts", undefined],
          ["PUT", "/posts/CwA1b2C3d4E", {}],
          ["DELETE", "/posts/CwA1b2C3d4E", undefined],
          ["GET", "/report", undefined],
          ["GET", "/export", undefined]
        ] as const
      ) {
        const answer = yield* send(user, method, path + sub, body)
        assert.deepStrictEqual([answer.status, answer.problem.type], [404, "/problems/campaign-not-found"], `${method} ${sub}`)
        assert.strictEqual(answer.json<{ restore: string }>().restore, `${path}/restore`)
      }
      assert.isEmpty((yield* user.get("/campaigns")).json<Page<View>>().data)
      const bin = (yield* user.get("/campaigns?status=deleted")).json<Page<View>>().data
      assert.deepStrictEqual(bin.map((campaign) => campaign.id), [before.id])
      assert.isNotNull(bin[0]?.deleted_at)
      for (let i = 0; i < 2; i++) assert.strictEqual((yield* user.post(`${path}/restore`)).status, 200, "once more is the same")
      const after = yield* read(user, before.id)
      assert.deepStrictEqual({ ...after, updated_at: "" }, { ...before, updated_at: "" })
    }))

  it.effect("lists are latest first, once over pages, all or of one status; a cursor is good for its own list and user alone", () =>
    Effect.gen(function*() {
      const [user, other] = [yield* newUser, yield* newUser]
      const ids: Array<string> = []
      for (let i = 0; i < 7; i++) ids.unshift((yield* created(user, { name: `c${i}` })).id)
      yield* send(user, "PATCH", `/campaigns/${ids[2]}`, { status: "active" })
      yield* send(user, "PATCH", `/campaigns/${ids[5]}`, { status: "active" })
      const seen = (yield* walk<View>(user, "/campaigns?limit=2")).map((campaign) => campaign.id)
      assert.deepStrictEqual(seen, ids)
      const active = (yield* walk<View>(user, "/campaigns?limit=1&status=active")).map((campaign) => campaign.id)
      assert.deepStrictEqual(active, [ids[2], ids[5]])
      assert.isEmpty((yield* other.get("/campaigns")).json<Page<View>>().data)
      const { page } = (yield* user.get("/campaigns?limit=1&status=active")).json<Page<View>>()
      for (
        const attempt of [
          user.get(`/campaigns?cursor=${page.next_cursor}`),
          other.get(`/campaigns?status=active&cursor=${page.next_cursor}`)
        ]
      ) {
        assert.strictEqual((yield* attempt).problem.type, "/problems/invalid-request")
      }
      assert.strictEqual((yield* user.get("/campaigns?status=lost")).status, 400)
    }))

  it.effect("another's campaign is not found, on every route and by every method, as is an id that is none", () =>
    Effect.gen(function*() {
      const [owner, other] = [yield* newUser, yield* newUser]
      const before = yield* created(owner, everything)
      const missing = "00000000-0000-4000-8000-000000000000"
      for (const id of [before.id, missing, "1", "not-a-uuid", "%00", `${before.id}'--`]) {
        for (
          const [method, sub, body] of [
            ["GET", "", undefined],
            ["PATCH", "", { name: "mine now" }],
            ["DELETE", "", undefined],
            ["POST", "/restore", undefined],
            ["GET", "/profiles", undefined],
            ["PUT", "/profiles/some.creator", {}],
            ["DELETE", "/profiles/some.creator", undefined],
            ["GET", "/posts", undefined],
            ["PUT", "/posts/CwA1b2C3d4E", {}],
            ["DELETE", "/posts/CwA1b2C3d4E", undefined],
            ["GET", "/report", undefined],
            ["GET", "/export", undefined]
          ] as const
        ) {
          const answer = yield* send(other, method, `/campaigns/${id}${sub}`, body)
          assert.deepStrictEqual(
            [answer.status, answer.problem.type],
            [404, "/problems/campaign-not-found"],
            `${method} ${id}${sub}`
          )
          assert.isNull(answer.json<{ restore: string | null }>().restore)
        }
      }
      assert.deepStrictEqual(yield* read(owner, before.id), before)
    }))

  it.effect("50 changes of status at once: one way is taken, none is skipped", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const id = yield* inStatus(user, "active")
      const answers = yield* Effect.all(
        Array.from({ length: 50 }, (_, i) =>
          send(user, "PATCH", `/campaigns/${id}`, { status: i % 2 === 0 ? "archived" : "completed" })),
        { concurrency: "unbounded" }
      )
      assert.isTrue(answers.every((answer) =>
        answer.status === 200 || answer.status === 409
      ))
      // Archived only after completed, and nothing goes back from there.
      const { status } = yield* read(user, id)
      assert.include(["completed", "archived"], status)
      const firstOk = answers.find((answer) => answer.status === 200)
      assert.isDefined(firstOk)
    }))
})
