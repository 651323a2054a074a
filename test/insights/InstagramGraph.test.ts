import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { createServer } from "node:http"
import { audienceOf } from "../../src/insights/audience/Audience.ts"
import { FirstPartyAudience } from "../../src/insights/FirstPartyAudience.ts"
import * as InstagramGraph from "../../src/insights/InstagramGraph.ts"

const token = "a-token-of-the-owner"

/** Instagram's Graph API, as its documentation shows it, for one account. */
const graph = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly requests: Array<URL>; answer: number | null }>((resume) => {
    const state: { url: string; requests: Array<URL>; answer: number | null } = { url: "", requests: [], answer: null }
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://graph.invalid")
      state.requests.push(url)
      const send = (status: number, body: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
      }
      if (request.headers.authorization !== `Bearer ${token}`) {
        return send(401, { error: { code: 190, message: "Invalid OAuth access token" } })
      }
      if (state.answer !== null) return send(state.answer, { error: { code: 1 } })
      const by = url.searchParams.get("breakdown") ?? ""
      const results = Object.entries(counts[by as keyof typeof counts] ?? {}).map(([label, value]) => ({
        dimension_values: [label],
        value
      }))
      send(200, {
        data: [{
          name: "follower_demographics",
          period: "lifetime",
          title: "Follower demographics",
          total_value: { breakdowns: [{ dimension_keys: [by], results }] },
          id: "17841400000000001/insights/follower_demographics/lifetime"
        }]
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      state.url = `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}/v23.0`
      Object.assign(state, { server })
      resume(Effect.succeed(state))
    })
  }),
  (state) =>
    Effect.sync(() => {
      const { server } = state as unknown as { server: ReturnType<typeof createServer> }
      server.close()
      server.closeAllConnections()
    })
)

const counts = {
  gender: { F: 600, M: 300, U: 100 },
  age: { "18-24": 250, "25-34": 750 },
  country: { DE: 900, AT: 100 },
  city: {}
}

const audience = (url: string, accessToken = token) =>
  FirstPartyAudience.use(({ of }) => of("mine")).pipe(Effect.provide(
    InstagramGraph.layer({
      baseUrl: url,
      timeout: "2 seconds",
      accounts: new Map([["mine", { userId: "17841400000000001", accessToken: Redacted.make(accessToken) }]])
    }).pipe(Layer.provide(NodeHttpClient.layerUndici))
  ))

describe("Instagram's Graph API", () => {
  it.live("gives the gender, age and places that only the owner sees, and what it does not know stays unknown", () =>
    Effect.gen(function*() {
      const server = yield* graph
      const found = yield* audience(server.url)
      assert.deepInclude(found, { gender: counts.gender, age: counts.age, country: counts.country, city: null })
      assert.lengthOf(server.requests, 4)
      for (const { pathname, searchParams } of server.requests) {
        assert.strictEqual(pathname, "/v23.0/17841400000000001/insights")
        assert.deepInclude(Object.fromEntries(searchParams), { metric: "follower_demographics", metric_type: "total_value" })
        assert.isNull(searchParams.get("access_token"), "a token in an address ends in a log")
      }
      const figures = audienceOf("mine", [], "2026-02-01T00:00:00.000Z", () => null, found)
      assert.deepStrictEqual(figures.gender.value, [{ label: "F", share: 0.6 }, { label: "M", share: 0.3 }, {
        label: "U",
        share: 0.1
      }])
      assert.deepStrictEqual([figures.gender.status, figures.gender.sample?.size], ["measured", 1000])
      assert.deepStrictEqual([figures.cities.value, figures.cities.reason], [null, "not_supported"])
    }).pipe(Effect.scoped))

  it.live("is not asked for an account that nobody connected", () =>
    Effect.gen(function*() {
      const server = yield* graph
      const found = yield* FirstPartyAudience.use(({ of }) => of("somebody.else")).pipe(Effect.provide(
        InstagramGraph.layer({ baseUrl: server.url, accounts: new Map() }).pipe(Layer.provide(NodeHttpClient.layerUndici))
      ))
      assert.isUndefined(found)
      assert.lengthOf(server.requests, 0)
    }).pipe(Effect.scoped))

  it.live("says in a word why it could not be read, and never what it holds", () =>
    Effect.gen(function*() {
      const server = yield* graph
      assert.strictEqual((yield* Effect.flip(audience(server.url, "another")))["reason"], "refused")
      server.answer = 503
      assert.strictEqual((yield* Effect.flip(audience(server.url)))["reason"], "unreachable")
      const nowhere = yield* Effect.flip(audience("http://127.0.0.1:1"))
      assert.deepStrictEqual([nowhere.reason, JSON.stringify(nowhere).includes(token)], ["unreachable", false])
    }).pipe(Effect.scoped))

  it("accounts are read from the setting, and a token is never shown", () => {
    const accounts = InstagramGraph.parseAccounts("Mine=17841:secret-a, other.one=2:secret-b,, broken, x=y:z")
    assert.deepStrictEqual([...accounts.keys()], ["mine", "other.one"])
    assert.notInclude(JSON.stringify([...accounts]), "secret")
  })
})
