import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { call, password, said, someone } from "../auth/support/calls.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { columns, holding } from "../suppressions/scan.ts"

/** What of an erased user stays, column by column, and why. A line that nothing needs any longer fails. */
const stays: Readonly<Record<string, string>> = {
  "auth_users.id": "the id under which a token that is still out there finds a deleted account",
  "user_profiles.user_id": "the empty row that belongs to it",
  "credit_accounts.user_id": "the ledger balances by account",
  "credit_entries.user_id": "the ledger balances by account",
  "credit_entries.key": "names what an entry is about by ids, so that nothing is entered twice",
  "credit_reservations.user_id": "what was given for nothing or paid is counted by account"
}

/** What of a user is kept and not in the export, and why. */
const notExported: Readonly<Record<string, string>> = {
  "webhook_secrets.endpoint_id": "which webhook a secret is of; the secret itself is shown once, and is sealed here"
}

/** A word that nothing else says, for each thing that a user can write. */
const word = (place: string) => `yq7${place}zx`

layer(TestApp.layer({ settings: { CREDITS_ENABLED: "true", USAGE_FLUSH_INTERVAL: "100 millis" } }), {
  excludeTestServices: true
})(
  "a user who has used everything",
  (it) => {
    /** Does what a user can do, with a word of its own in every place that takes words. */
    const everything = Effect.gen(function*() {
      const sql = yield* SqlClient
      const { access_token: token, email, user } = yield* someone
      const send = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
        Effect.flatMap(TestApp, (app) =>
          Effect.map(
            app.call({
              method,
              path,
              headers: {
                authorization: `Bearer ${token}`,
                ...(body === undefined ? {} : { "content-type": "application/json" }),
                ...headers
              },
              ...(body === undefined ? {} : { body: JSON.stringify(body) })
            }),
            (answer) => {
              assert.isBelow(answer.status, 300, `${method} ${path}: ${answer.text}`)
              return answer
            }
          ))
      yield* send("GET", "/me")
      yield* send("PATCH", "/me", {
        first_name: word("first"),
        last_name: word("last"),
        full_name: word("full"),
        company: word("company"),
        job_title: word("title"),
        bio: word("bio"),
        avatar_url: `https://cdn.example/${word("avatar")}.jpg`
      })
      yield* send("GET", "/profile/some.creator")
      yield* send("GET", "/profile/natgeo")
      yield* send("PUT", "/me/favorites/natgeo", { notes: word("notes"), tags: [word("tag")] })
      const { id: campaign } = (yield* send("POST", "/campaigns", { name: word("name"), description: word("description") })).json<
        { id: string }
      >()
      yield* send("PUT", `/campaigns/${campaign}/profiles/natgeo`, { notes: word("profile") })
      const { data } = (yield* send("GET", "/profile/natgeo/posts?limit=1")).json<
        { data: ReadonlyArray<{ shortcode: string }> }
      >()
      yield* send("PUT", `/campaigns/${campaign}/posts/${data[0]?.shortcode}`, { notes: word("post") })
      const { href } = (yield* send("POST", "/jobs", { usernames: [`sim.gone_${word("job")}`] })).json<{ href: string }>()
      yield* until(send("GET", href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)
      yield* send("POST", "/me/api-keys", { name: word("key"), scopes: ["me:read"] })
      const hook = { url: `https://${word("hook")}.example.com/in`, description: word("hooked"), events: ["job.finished"] }
      const { id: webhook } = (yield* send("POST", "/me/webhooks", hook)).json<{ id: string }>()
      yield* send("POST", `/me/webhooks/${webhook}/test`)
      yield* send("POST", "/campaigns", { name: word("once") }, { "idempotency-key": randomUUID() })
      yield* send("GET", "/profiles/suggest?q=nat")
      yield* until(
        sql<{ n: number }>`SELECT count(*)::int AS n FROM api_usage WHERE user_id = ${user.id}`,
        ([row]) => (row?.n ?? 0) > 0
      )
      yield* until(
        sql<{ n: number }>`SELECT count(*)::int AS n FROM vendor_calls WHERE user_id = ${user.id}`,
        ([row]) => (row?.n ?? 0) > 0
      )
      return { id: user.id, email, token, send }
    })

    it.effect("takes all of it away by the export, and leaves of it what a list says", () =>
      Effect.gen(function*() {
        const app = yield* TestApp
        const { email, id, send } = yield* everything
        const markers = [id, email, "yq7"]
        const before = yield* holding(markers)
        for (
          const written of [
            "auth_users.email",
            "user_profiles.bio",
            "user_favorites.notes",
            "user_favorites.tags",
            "campaigns.name",
            "campaigns.description",
            "campaign_profiles.notes",
            "campaign_posts.notes",
            "job_items.username",
            "api_keys.name",
            "webhook_endpoints.url",
            "webhook_deliveries.user_id",
            "idempotency_keys.user_id",
            "user_searches.user_id",
            "search_history.user_id",
            "api_usage.user_id",
            "vendor_calls.user_id",
            "audit_people.user_id",
            "audit_origins.user_id",
            "credit_entries.key",
            "credit_reservations.user_id",
            "profile_fetch_callers.user_id"
          ]
        ) assert.include(before, written, "is written by this test")

        const { tables } = (yield* send("GET", "/me/export")).json<
          { readonly tables: Readonly<Record<string, ReadonlyArray<Readonly<Record<string, unknown>>>>> }
        >()
        const exported = (place: string) => {
          const [table = "", column = ""] = place.split(".")
          return (tables[table] ?? []).some((row) => {
            const text = String(typeof row[column] === "string" ? row[column] : JSON.stringify(row[column])).toLowerCase()
            return markers.some((marker) => text.includes(marker))
          })
        }
        // A username that was looked up in vain is noted under its own name too; what is noted there says nothing of who asked.
        const ofNobody = new Set(["vendor_absences.query", "profile_fetches.username"])
        assert.deepStrictEqual(
          before.filter((place) => !exported(place) && !ofNobody.has(place) && notExported[place] === undefined),
          []
        )

        const logs = app.logs.length
        assert.strictEqual((yield* send("DELETE", "/me", { password })).json<{ sign_in: string }>().sign_in, "signed_out")
        const after = (yield* holding(markers)).filter((place) => !ofNobody.has(place))
        assert.deepStrictEqual(after, Object.keys(stays).toSorted())
        for (const line of app.logs.slice(logs)) assert.notInclude(line, email)
        assert.isAbove((yield* columns).length, 300)
      }))

    it.effect("is erased although requests of theirs are still under way: those write nothing after it", () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const front = yield* VendorFront
        const { access_token: token, email, user } = yield* someone
        front.hold("held.up")
        const lookup = yield* Effect.forkChild(call("GET", "/profile/held.up", undefined, token))
        yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("held.up"))
        assert.strictEqual(said(yield* call("DELETE", "/me", { password }, token)), "200")
        front.release("held.up")
        yield* Fiber.join(lookup)
        const written = [
          sql`INSERT INTO campaigns (user_id, name) VALUES (${user.id}, 'late')`,
          sql`INSERT INTO jobs (user_id, total) VALUES (${user.id}, 1)`,
          sql`INSERT INTO user_searches (user_id, instagram_username, analysis_type, success) VALUES (${user.id}, 'late', 'lookup', true)`,
          sql`UPDATE user_profiles SET bio = 'late' WHERE user_id = ${user.id}`
        ]
        for (const write of written) assert.include(String((yield* Effect.flip(write)).reason.cause), "the account was erased")
        const left = (yield* holding([user.id, email])).filter((place) => stays[place] === undefined)
        assert.deepStrictEqual(left, [])
      }))
  }
)
