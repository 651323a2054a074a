import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Webhook as Verifier } from "standardwebhooks"
import type { DeliveryView, WebhookView } from "../../src/webhooks/WebhookView.ts"
import { Receiver } from "../support/Receiver.ts"
import { type Page, send, walk } from "../support/requests.ts"
import { TestApp, type TestUser } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { verified } from "./support.ts"

type Created = WebhookView & { readonly secret: string }

const url = "https://hooks.example.com/in"

layer(TestApp.layer({ settings: { WEBHOOK_WORKERS: "true", WEBHOOK_ALLOW_PRIVATE: "false" } }), { excludeTestServices: true })(
  "webhooks over HTTP",
  (it) => {
    const newUser = Effect.flatMap(TestApp, (app) => app.newUser)
    const created = Effect.fnUntraced(function*(user: TestUser, body: object = {}) {
      const answer = yield* send(user, "POST", "/me/webhooks", { url, events: ["job.finished"], ...body })
      assert.strictEqual(answer.status, 201, answer.text)
      return answer.json<Created>()
    })

    it.effect("a webhook shows its secret once, and is read back as it was said", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const { secret, ...made } = yield* created(user, { description: "CI" })
        assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
        assert.isDefined(new Verifier(secret))
        const read = yield* user.get(`/me/webhooks/${made.id}`)
        assert.deepStrictEqual(read.json(), made)
        assert.deepInclude(made, { url, events: ["job.finished"], description: "CI", status: "active", failing_since: null })
        const list = (yield* user.get("/me/webhooks")).json<Page<WebhookView>>()
        assert.deepStrictEqual(list.data, [made])
        const app = yield* TestApp
        const sql = yield* SqlClient
        const stored = yield* sql`SELECT sealed FROM webhook_secrets WHERE endpoint_id = ${made.id}`
        assert.lengthOf(stored, 1)
        for (const text of [JSON.stringify(stored), app.logs.join("\n"), read.text]) {
          assert.notInclude(text, secret.slice("whsec_".length))
        }
      }))

    it.effect("a change touches what it names; off is off until it is switched on", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const made = yield* created(user, { description: "CI" })
        const path = `/me/webhooks/${made.id}`
        const changed = (yield* send(user, "PATCH", path, { events: ["access.expiring"], description: null })).json<WebhookView>()
        assert.deepInclude(changed, { url, events: ["access.expiring"], description: null })
        const off = (yield* send(user, "PATCH", path, { status: "disabled" })).json<WebhookView>()
        assert.deepInclude(off, { status: "disabled", disabled_reason: "by_user" })
        assert.strictEqual((yield* send(user, "POST", `${path}/test`)).status, 409)
        const on = (yield* send(user, "PATCH", path, { status: "active" })).json<WebhookView>()
        assert.deepInclude(on, { status: "active", disabled_reason: null, disabled_at: null })
        assert.strictEqual((yield* send(user, "DELETE", path)).status, 204)
        assert.strictEqual((yield* user.get(path)).status, 404)
      }))

    it.effect("what is done to a webhook is in the audit log, without its address and its secret", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const made = yield* created(user)
        const path = `/me/webhooks/${made.id}`
        yield* send(user, "PATCH", path, { status: "disabled" })
        yield* send(user, "POST", `${path}/secret`, { overlap_hours: 0 })
        yield* send(user, "DELETE", path)
        assert.strictEqual((yield* send(user, "DELETE", path)).status, 404)
        const sql = yield* SqlClient
        const entries = yield* sql<{ action: string; actor_kind: string; details: object }>`
          SELECT e.action, e.actor_kind, e.details FROM audit_entries AS e JOIN audit_links AS l ON l.entry_id = e.id
          WHERE e.subject_type = 'webhook' AND e.subject_id = ${made.id} ORDER BY l.sequence`
        assert.deepStrictEqual(entries, [
          { action: "webhook.create", actor_kind: "user", details: { events: ["job.finished"] } },
          {
            action: "webhook.change",
            actor_kind: "user",
            details: { changed: ["status"], events: ["job.finished"], status: "disabled" }
          },
          { action: "webhook.rotate", actor_kind: "user", details: { overlap_hours: 0 } },
          { action: "webhook.delete", actor_kind: "user", details: {} }
        ])
      }))

    it.effect("what cannot be called, is not known or is an administrator's is refused, by name", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const problem = (body: object) =>
          Effect.map(send(user, "POST", "/me/webhooks", { url, events: ["job.finished"], ...body }), (answer) => [
            answer.status,
            answer.problem.type,
            answer.json<{ reason?: string }>().reason
          ])
        const refused = (reason: string) => [422, "/problems/webhook-target-refused", reason]
        assert.deepStrictEqual(yield* problem({ url: "http://example.com/" }), refused("scheme"))
        assert.deepStrictEqual(yield* problem({ url: "https://169.254.169.254/" }), refused("host"))
        assert.deepStrictEqual(yield* problem({ url: "https://2130706433/" }), refused("host"))
        assert.deepStrictEqual(yield* problem({ url: "https://a:b@example.com/" }), refused("credentials"))
        assert.deepStrictEqual(yield* problem({ url: "https://example.com:22/" }), refused("port"))
        assert.deepStrictEqual(yield* problem({ events: ["schema.drift"] }), [403, "/problems/webhook-event-refused", undefined])
        for (const events of [[], ["everything"], ["webhook.ping"], ["job.finished", "job.finished"]]) {
          assert.deepStrictEqual((yield* problem({ events }))[1], "/problems/invalid-request")
        }
        const made = yield* created(user)
        const patch = yield* send(user, "PATCH", `/me/webhooks/${made.id}`, { url: "https://localhost/" })
        assert.strictEqual(patch.problem.type, "/problems/webhook-target-refused")
        const drift = yield* send(user, "PATCH", `/me/webhooks/${made.id}`, { events: ["schema.drift"] })
        assert.strictEqual(drift.problem.type, "/problems/webhook-event-refused")
      }))

    it.effect("there are ten at most, however many are asked for at once", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const asked = yield* Effect.all(
          Array.from({ length: 14 }, () => send(user, "POST", "/me/webhooks", { url, events: ["job.finished"] })),
          { concurrency: "unbounded" }
        )
        const statuses = asked.map(({ status }) => status).toSorted()
        assert.deepStrictEqual(statuses, [...Array<number>(10).fill(201), ...Array<number>(4).fill(409)])
      }))

    it.effect("deliveries are listed page by page, all or those that failed, with no trace of another user's", () =>
      Effect.gen(function*() {
        const [user, other] = [yield* newUser, yield* newUser]
        const made = yield* created(user)
        const foreign = yield* created(other)
        for (let i = 0; i < 5; i++) yield* send(user, "POST", `/me/webhooks/${made.id}/test`)
        yield* send(other, "POST", `/me/webhooks/${foreign.id}/test`)
        const seen = yield* walk<DeliveryView>(user, `/me/webhooks/${made.id}/deliveries?limit=2`)
        assert.lengthOf(new Set(seen.map(({ id }) => id)), 5)
        assert.isTrue(seen.every(({ event }) => event === "webhook.ping"))
        assert.lengthOf(yield* walk(user, `/me/webhooks/${made.id}/deliveries?status=succeeded`), 0)
        const [one] = seen
        const path = `deliveries/${one?.id}/replay`
        assert.strictEqual((yield* send(other, "POST", `/me/webhooks/${made.id}/${path}`)).status, 404)
        assert.strictEqual((yield* send(other, "POST", `/me/webhooks/${foreign.id}/${path}`)).status, 404)
        assert.strictEqual((yield* send(user, "POST", `/me/webhooks/${made.id}/${path}`)).status, 202)
      }))

    it.effect("an export has webhooks and deliveries without a secret, and a deletion leaves nothing", () =>
      Effect.gen(function*() {
        const user = yield* newUser
        const made = yield* created(user)
        yield* send(user, "POST", `/me/webhooks/${made.id}/test`)
        const exported = (yield* user.get("/me/export")).text
        assert.include(exported, made.id)
        assert.include(exported, "webhook.ping")
        assert.notInclude(exported, made.secret)
        assert.notInclude(exported, "sealed")
        const erased = yield* send(user, "DELETE", "/me", { password: "user-password-of-the-test" })
        assert.strictEqual(erased.status, 200, erased.text)
        const sql = yield* SqlClient
        for (const table of ["webhook_endpoints", "webhook_deliveries"]) {
          assert.lengthOf(yield* sql`SELECT 1 FROM ${sql(table)} WHERE user_id = ${user.id}`, 0, table)
        }
        assert.lengthOf(yield* sql`SELECT 1 FROM webhook_secrets WHERE endpoint_id = ${made.id}`, 0)
      }))
  }
)

layer(
  TestApp.layer({ settings: { WEBHOOK_WORKERS: "true", WEBHOOK_ALLOW_PRIVATE: "true" } }),
  { excludeTestServices: true }
)("a server with workers", (it) => {
  it.effect("tells of what happens in it: a profile looked up, a post added to a campaign, a test", () =>
    Effect.gen(function*() {
      const app = yield* TestApp
      const user = yield* app.newUser
      const receiver = yield* Receiver.make()
      const events = ["profile.refreshed", "campaign.post_added"]
      const made = (yield* send(user, "POST", "/me/webhooks", { url: receiver.url, events })).json<Created>()
      const next = Effect.fnUntraced(function*(type: string) {
        const found = yield* until(
          Effect.sync(() => receiver.received.find(({ body }) => JSON.parse(body).type === type)),
          (one) => one !== undefined
        )
        assert(found !== undefined)
        verified(made.secret, found)
        return JSON.parse(found.body).data
      })

      yield* send(user, "POST", `/me/webhooks/${made.id}/test`)
      assert.deepStrictEqual(yield* next("webhook.ping"), { webhook_id: made.id })

      yield* user.get("/profile/some.creator")
      assert.deepInclude(yield* next("profile.refreshed"), { username: "some.creator", href: "/profile/some.creator" })

      const posts = (yield* user.get("/profile/some.creator/posts?limit=1")).json<Page<{ shortcode: string }>>()
      const shortcode = posts.data[0]?.shortcode
      const campaign = (yield* send(user, "POST", "/campaigns", { name: "Spring" })).json<{ id: string }>()
      for (let i = 0; i < 2; i++) {
        assert.strictEqual((yield* send(user, "PUT", `/campaigns/${campaign.id}/posts/${shortcode}`, {})).status, 200)
      }
      assert.deepInclude(yield* next("campaign.post_added"), { campaign_id: campaign.id, shortcode })
      const told = yield* walk<DeliveryView>(user, `/me/webhooks/${made.id}/deliveries`)
      assert.deepStrictEqual(told.map(({ event }) => event), ["campaign.post_added", "profile.refreshed", "webhook.ping"])
    }))
})
