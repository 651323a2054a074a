import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiTest from "effect/http-api/HttpApiTest"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Account } from "../../src/auth/Accounts.ts"
import { Authenticator, authenticatorDefaults } from "../../src/auth/Authenticator.ts"
import { Authorization } from "../../src/auth/Authorization.ts"
import * as AuthorizationHttp from "../../src/auth/AuthorizationHttp.ts"
import { CurrentUser } from "../../src/auth/CurrentUser.ts"
import { KeyHolders } from "../../src/auth/KeyHolders.ts"
import { TokenVerifier } from "../../src/auth/TokenVerifier.ts"
import { DatabaseUnavailable } from "../../src/database/DatabaseErrors.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { RateLimits } from "../../src/ratelimits/RateLimits.ts"
import { UserId } from "../../src/users/UserId.ts"
import { FakeAccounts } from "./support/accounts.ts"
import { claimsAt, FakeJwks, makeKey, options, sign, userId } from "./support/issuer.ts"

const Me = HttpApiGroup.make("me").add(
  HttpApiEndpoint.get("show", "/me", {
    success: Schema.Struct({ id: Schema.String, role: Schema.String }),
    error: DatabaseUnavailable
  })
).middleware(Authorization)
const Api = HttpApi.make("test").add(Me)

const handlers = HttpApiBuilder.group(
  Api,
  "me",
  (handlers) => handlers.handle("show", () => Effect.map(CurrentUser, ({ id, role }) => ({ id, role })))
)

const key = await makeKey("ES256", "one")
const token = await sign(key, claimsAt(0))

const authenticator = (accounts: FakeAccounts, jwks: FakeJwks) =>
  Authenticator.layerNoDeps(authenticatorDefaults).pipe(
    Layer.provide([KeyHolders.layerNone, accounts.layer, Layer.provide(TokenVerifier.layer(options), jwks.layer)])
  )

const serverOf = (accounts: FakeAccounts, jwks: FakeJwks) =>
  Layer.provideMerge(handlers, AuthorizationHttp.layer).pipe(
    Layer.provideMerge(RateLimits.layerNone),
    Layer.provideMerge(authenticator(accounts, jwks)),
    Layer.merge(HttpServer.layerServices)
  )

interface Situation {
  readonly name: string
  readonly token: string | null
  readonly account: Partial<Account> | null
  readonly jwks: ReadonlyArray<typeof key> | "down"
  readonly status: number
  readonly problem: Record<string, unknown>
  readonly header: readonly [name: string, value: string] | null
}

const challenge = (rest: string) => ["www-authenticate", `Bearer realm="analytics-following"${rest}`] as const
const usual = { token, account: {}, jwks: [key], header: null }

const situations: ReadonlyArray<Situation> = [
  {
    ...usual,
    name: "no token",
    token: null,
    status: 401,
    header: challenge(""),
    problem: {
      type: "/problems/unauthorized",
      title: "Sign in to use this",
      reason: "missing",
      detail: "Send an access token: `Authorization: Bearer <token>`. POST /auth/login gives one."
    }
  },
  {
    ...usual,
    name: "a forged token",
    token: `${token}x`,
    status: 401,
    header: challenge(`, error="invalid_token", error_description="The access token is invalid"`),
    problem: {
      type: "/problems/unauthorized",
      title: "Sign in to use this",
      reason: "invalid",
      detail: "The access token is not valid here. Sign in again with POST /auth/login."
    }
  },
  {
    ...usual,
    name: "a suspended account",
    account: { status: "suspended" },
    status: 403,
    problem: {
      type: "/problems/account-suspended",
      title: "This account is suspended",
      detail: "An administrator suspended this account. Ask support to review the suspension."
    }
  },
  {
    ...usual,
    name: "a banned account",
    account: { banned_until: instantOf(60_000) },
    status: 403,
    problem: {
      type: "/problems/account-banned",
      title: "This account is banned",
      banned_until: "1970-01-01T00:01:00.000Z",
      detail: "This account is banned until 1970-01-01T00:01:00.000Z. Wait until then, or ask support to review the ban."
    }
  },
  {
    ...usual,
    name: "a database that is away",
    account: null,
    status: 503,
    problem: {
      type: "/problems/auth-unavailable",
      title: "Sign-in cannot be checked at the moment",
      retry_after: 2,
      detail: "Nothing was done. Repeat the request after `retry_after` seconds; the token need not be renewed."
    }
  },
  {
    ...usual,
    name: "keys that could never be fetched",
    jwks: "down",
    status: 503,
    problem: {
      type: "/problems/auth-unavailable",
      title: "Sign-in cannot be checked at the moment",
      retry_after: 10,
      detail: "Nothing was done. Repeat the request after `retry_after` seconds; the token need not be renewed."
    }
  }
]

describe("an endpoint that needs a caller", () => {
  const client = HttpApiTest.groups(Api, ["me"])

  it.effect("hands the caller to its handler", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* (yield* client).me.show(), { id: userId, role: "user" })
    }).pipe(Effect.provide([
      Authorization.layerClient(Redacted.make(token)),
      serverOf(new FakeAccounts(), new FakeJwks([key]))
    ])))

  it.effect.each(situations)("answers $status for $name", (situation) => {
    const accounts = new FakeAccounts()
    accounts.account = situation.account
    return Effect.gen(function*() {
      const response = yield* (yield* client).me.show({ responseMode: "response-only" })
      assert.strictEqual(response.status, situation.status)
      assert.strictEqual(response.headers["content-type"], "application/problem+json")
      assert.deepStrictEqual(yield* response.json, { ...situation.problem, status: situation.status })
      if (situation.header !== null) assert.strictEqual(response.headers[situation.header[0]], situation.header[1])
    }).pipe(Effect.provide([
      Authorization.layerClient(situation.token === null ? null : Redacted.make(situation.token)),
      serverOf(accounts, new FakeJwks(situation.jwks))
    ]))
  })

  it.effect("gives the typed client the same error", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip((yield* client).me.show())
      assert.strictEqual(error._tag === "Unauthorized" && error.reason, "missing")
    }).pipe(Effect.provide([Authorization.layerClient(null), serverOf(new FakeAccounts(), new FakeJwks([key]))])))

  it.effect("documents its scheme, its problems and the challenge", () =>
    Effect.sync(() => {
      const { components, paths } = OpenApi.fromApi(Api)
      const responses = paths["/me"]?.get?.responses
      assert.deepStrictEqual(components.securitySchemes, { bearer: { type: "http", scheme: "bearer" } })
      assert.deepStrictEqual(Object.keys(responses ?? {}), ["200", "401", "403", "429", "503"])
      assert.property(responses?.["401"]?.headers, "www-authenticate")
    }))

  it.effect("is anybody's in the tests of other rooms", () => {
    const user = { id: UserId.make(userId), email: null, role: "admin", session_id: null } as const
    return Effect.gen(function*() {
      assert.deepStrictEqual(yield* (yield* client).me.show(), { id: userId, role: "admin" })
    }).pipe(Effect.provide([
      Authorization.layerClient(null),
      Layer.provideMerge(handlers, AuthorizationHttp.layerTest(user)).pipe(Layer.merge(HttpServer.layerServices))
    ]))
  })
})

describe("a route on the bare router", () => {
  const routes = HttpRouter.use(Effect.fnUntraced(function*(router) {
    const { authenticate } = yield* Authenticator
    yield* router.add(
      "GET",
      "/hot",
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => authenticate(request.headers, null)).pipe(
        Effect.map((user) => HttpServerResponse.text(user.id)),
        Effect.catch(HttpServerRespondable.toResponse)
      )
    )
  }))

  it.effect.each<Situation>([...situations, { ...usual, name: "a caller", status: 200, problem: {} }])(
    "answers $status for $name",
    (situation) => {
      const accounts = new FakeAccounts()
      accounts.account = situation.account
      const layer = Layer.provide(routes, authenticator(accounts, new FakeJwks(situation.jwks)))
      const headers = situation.token === null ? {} : { authorization: `Bearer ${situation.token}` }
      return Effect.gen(function*() {
        const app = yield* HttpRouter.toHttpEffect(layer)
        const request = HttpServerRequest.fromWeb(new Request("http://localhost/hot", { headers }))
        const response = HttpServerResponse.toWeb(
          yield* Effect.provideService(app, HttpServerRequest.HttpServerRequest, request)
        )
        assert.strictEqual(response.status, situation.status)
        if (situation.header !== null) assert.strictEqual(response.headers.get(situation.header[0]), situation.header[1])
        if (situation.status === 503) {
          assert.strictEqual(response.headers.get("retry-after"), String(situation.problem["retry_after"]))
        }
      })
    }
  )
})
