import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { defaults } from "../../src/users/UserSettings.ts"
import { send } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"

type Json = Record<string, unknown>

layer(TestApp.layer(), { excludeTestServices: true })("what a user says of themselves", (it) => {
  const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
  const read = Effect.fnUntraced(function*(user: TestUser, path = "/me") {
    return (yield* user.get(path)).json<Json>()
  })
  const change = Effect.fnUntraced(function*(user: TestUser, body: Json, path = "/me") {
    const answer = yield* send(user, "PATCH", path, body)
    assert.strictEqual(answer.status, 200, answer.text)
    return answer.json<Json>()
  })

  const said = {
    first_name: "Ada",
    last_name: "Lovelace",
    full_name: "Ada King, Countess of Lovelace 👩‍💻",
    company: "Engines",
    job_title: "Analyst",
    phone_number: "+44 20 7946 0000",
    bio: "Notes\nA to G",
    avatar_url: "https://example.com/ada.png",
    timezone: "Europe/London",
    language: "en-GB"
  }

  it.effect("is read back: absent stays, null clears", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const before = yield* read(user)
      assert.deepInclude(before, { id: user.id, email: user.email, first_name: null, timezone: "UTC", language: "en" })
      assert.deepInclude(yield* change(user, said), said)
      const after = yield* read(user)
      assert.deepStrictEqual(after, { ...before, ...said, updated_at: after["updated_at"] })
      assert.isAbove(Date.parse(String(after["updated_at"])), Date.parse(String(before["updated_at"])))

      yield* change(user, { bio: "shorter" })
      assert.deepInclude(yield* read(user), { ...said, bio: "shorter" })
      yield* change(user, {})
      assert.deepInclude(yield* read(user), { ...said, bio: "shorter" })
      const cleared = Object.fromEntries(Object.keys(said).map((name) => [name, null]))
      yield* change(user, cleared)
      assert.deepInclude(yield* read(user), { ...cleared, timezone: "UTC", language: "en" })
    }))

  it.effect("is nobody else's", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* newUser, yield* newUser]
      yield* change(one, said)
      assert.deepInclude(yield* read(other), { first_name: null, bio: null, timezone: "UTC" })
    }))

  it.effect("knows time zones and languages as the world writes them", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      for (const timezone of ["Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC"]) {
        yield* change(user, { timezone })
        assert.strictEqual((yield* read(user))["timezone"], timezone)
      }
      for (const [given, kept] of [["pt-br", "pt-BR"], ["zh-hant-tw", "zh-Hant-TW"], ["DE", "de"]]) {
        yield* change(user, { language: given })
        assert.strictEqual((yield* read(user))["language"], kept)
      }
    }))

  it.effect("is refused by the name of the field, and nothing of it is stored", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const before = yield* read(user)
      for (
        const body of [
          { timezone: "Mars/Olympus" },
          { timezone: "+02:00" },
          { timezone: "" },
          { language: "en_GB" },
          { language: "x".repeat(36) },
          { avatar_url: "http://example.com/a.png" },
          { avatar_url: "javascript:alert(1)" },
          { avatar_url: `https://example.com/${"a".repeat(2048)}` },
          { first_name: " " },
          { first_name: "x".repeat(101) },
          { full_name: "x".repeat(201) },
          { phone_number: "1".repeat(41) },
          { bio: "x".repeat(2001) },
          { bio: "nul \0" },
          { bio: 3 },
          { role: "admin" },
          { status: "active" },
          { subscription_tier: "enterprise" },
          { email: "other@example.com" },
          { id: "0b0f9c3e-6a53-4b53-9d0f-1c2d3e4f5a6b" }
        ]
      ) {
        const [field] = Object.keys(body)
        const refused = yield* send(user, "PATCH", "/me", { company: "kept out", ...body })
        assert.strictEqual(refused.problem.type, "/problems/invalid-request", JSON.stringify(body).slice(0, 60))
        assert.deepStrictEqual([...new Set(refused.problem.errors?.map(({ path }) => path.join(".")))], [`payload.${field}`])
      }
      assert.deepStrictEqual(yield* read(user), before)
      yield* change(user, { bio: "👋".repeat(2000), first_name: "👋".repeat(100) })
    }))

  const kinds = [
    { path: "/me/preferences", preset: defaults.preferences, set: { theme: "dark", currency: "EUR", page_size: 50 } },
    { path: "/me/notifications", preset: defaults.notifications, set: { email_product_news: true, email_credits_low: false } },
    { path: "/me/privacy", preset: defaults.privacy, set: { profile_visibility: false } }
  ]

  for (const { path, preset, set } of kinds) {
    it.effect(`${path} begins with its defaults, persists, and goes back to them`, () =>
      Effect.gen(function*() {
        const [user, other] = [yield* newUser, yield* newUser]
        assert.deepStrictEqual(yield* read(user, path), { ...preset })
        assert.deepStrictEqual(yield* change(user, set, path), { ...preset, ...set })
        assert.deepStrictEqual(yield* read(user, path), { ...preset, ...set })
        for (const [name, value] of Object.entries(set)) {
          assert.notStrictEqual((yield* read(other, path))[name], value)
          yield* change(user, { [name]: null }, path)
          assert.strictEqual((yield* read(user, path))[name], Object.entries(preset).find(([key]) => key === name)?.[1])
        }
        assert.deepStrictEqual(yield* read(user, path), { ...preset })
        for (
          const body of [{ unheard_of: true }, { currency: "XYZ", theme: "sepia" }, {
            ...set,
            [Object.keys(set)[0] ?? ""]: "no such value"
          }, []]
        ) {
          const refused = yield* send(user, "PATCH", path, body)
          assert.strictEqual(refused.problem.type, "/problems/invalid-request")
        }
        assert.deepStrictEqual(yield* read(user, path), { ...preset })
      }))
  }

  it.effect("keeps one kind of setting when another changes, and the old server's that this one does not know", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const sql = yield* SqlClient
      yield* sql`UPDATE user_profiles SET preferences = '{"dashboard_layout": "wide", "theme": "light"}' WHERE user_id = ${user.id}`
      yield* change(user, { theme: "dark" }, "/me/preferences")
      yield* change(user, { email_job_finished: false }, "/me/notifications")
      yield* change(user, { data_analytics_enabled: false }, "/me/privacy")
      yield* change(user, { company: "Engines" })
      assert.deepInclude(yield* read(user, "/me/preferences"), { theme: "dark" })
      assert.deepInclude(yield* read(user, "/me/notifications"), { email_job_finished: false, email_access_ending: true })
      assert.deepStrictEqual(yield* read(user, "/me/privacy"), { profile_visibility: true, data_analytics_enabled: false })
      const [row] = yield* sql<{ preferences: Json }>`SELECT preferences FROM user_profiles WHERE user_id = ${user.id}`
      assert.deepStrictEqual(row?.preferences, { dashboard_layout: "wide", theme: "dark" })
    }))

  it.effect("a stored setting that this version does not know is named, not replaced, and can be mended", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const sql = yield* SqlClient
      yield* sql`UPDATE user_profiles SET preferences = '{"theme": "sepia"}' WHERE user_id = ${user.id}`
      const refused = yield* user.get("/me/preferences")
      assert.deepStrictEqual([refused.status, refused.problem.type], [503, "/problems/schema-mismatch"])
      assert.include(refused.text, "preferences.theme")
      assert.notInclude(refused.text, "sepia")
      assert.strictEqual((yield* user.get("/me/notifications")).status, 200)
      assert.strictEqual((yield* change(user, { theme: null }, "/me/preferences"))["theme"], "system")
    }))

  it.effect("fifty changes at once lose none of each other", () =>
    Effect.gen(function*() {
      const user = yield* newUser
      const fields = Object.entries(said)
      yield* Effect.all(
        Array.from({ length: 50 }, (_, i) => send(user, "PATCH", "/me", Object.fromEntries([fields[i % fields.length]!]))),
        { concurrency: "unbounded" }
      )
      assert.deepInclude(yield* read(user), said)
    }))
})
