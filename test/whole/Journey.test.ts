import { assert, layer } from "@effect/vitest"
import { createClient } from "@supabase/supabase-js"
import { Effect, Redacted } from "effect"
import { Client, untilFinished } from "../../src/client.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"

layer(TestApp.layer(), { excludeTestServices: true })("a newcomer", (it) => {
  it.effect("signs up with supabase-js, looks a profile up, reads what that unlocked, and finds it under /me/access", () =>
    Effect.gen(function*() {
      const { auth, url } = yield* TestApp
      const supabase = createClient(auth.url, Redacted.value(auth.anonKey), {
        auth: { persistSession: false, autoRefreshToken: false }
      })
      const { data } = yield* Effect.promise(() =>
        supabase.auth.signUp({ email: "newcomer@test.invalid", password: "correct horse battery" })
      )
      const token = Redacted.make(data.session?.access_token ?? "")
      yield* Effect.gen(function*() {
        const client = yield* Client
        const params = { username: "a.new.name" }

        const unknown = yield* Effect.flip(client.profiles.posts({ params, query: {}, headers: {} }))
        assert.strictEqual(unknown._tag, "ProfileNotFound")

        const found = yield* client.profiles.lookup({ params, query: {}, headers: {} })
        if (!("profile" in found)) return assert.fail("a job")
        assert.strictEqual(found.profile.username, "a.new.name")
        assert.strictEqual(found.freshness.status, "fresh")
        assert.isAbove(found.posts.length, 0)

        const posts = yield* client.profiles.posts({ params, query: { limit: 100 }, headers: {} })
        assert.deepStrictEqual(posts.data.slice(0, 12).map((post) => post.shortcode), found.posts.map((post) => post.shortcode))
        const { analytics } = yield* client.profiles.analytics({ params, query: {}, headers: {} })
        assert.deepStrictEqual(analytics, found.analytics)

        const access = yield* client.access.list({ query: {} })
        assert.deepStrictEqual(access.data.map((it) => [it.username, it.days_remaining]), [["a.new.name", 30]])
      }).pipe(Effect.provide(Client.layer({ baseUrl: url, token })))
    }))

  it.effect("waits for a slow one as a job, and gets it", () =>
    Effect.gen(function*() {
      const front = yield* VendorFront
      const user = yield* (yield* TestApp).newUser
      front.hold("a.slow.name")
      yield* Effect.gen(function*() {
        const client = yield* Client
        const lookup = client.profiles.lookup({ params: { username: "a.slow.name" }, query: {}, headers: { prefer: "wait=0" } })
        const job = yield* lookup
        if (!("href" in job)) return assert.fail("no job")
        front.release("a.slow.name")
        yield* until(user.get(job.href), (answer) => answer.json<{ status: string }>().status !== "running")
        assert.strictEqual((yield* untilFinished(job.id)).status, "succeeded")
        assert.property(yield* lookup, "profile")
      }).pipe(Effect.provide(user.client))
    }))
})
