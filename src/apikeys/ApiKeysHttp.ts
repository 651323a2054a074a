import { Duration, Effect, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import type { ApiKey } from "./ApiKey.ts"
import { ApiKeys, type NewKey } from "./ApiKeys.ts"

/** Handlers of `/me/api-keys`. */
export const layer = HttpApiBuilder.group(
  Api,
  "api-keys",
  Effect.fn(function*(handlers) {
    const keys = yield* ApiKeys
    const user = Effect.map(CurrentUser, ({ id }) => id)
    return handlers.handleAll({
      create: Effect.fn("ApiKeysHttp.create")(function*({ payload }) {
        return yield* shown(yield* keys.create(yield* user, { ...payload, expires_at: expiryOf(payload.expires_at ?? null) }))
      }),
      list: Effect.fn("ApiKeysHttp.list")(function*() {
        return { data: (yield* keys.list(yield* user)).map(viewOf) }
      }),
      change: Effect.fn("ApiKeysHttp.change")(function*({ params, payload: { expires_at, ...change } }) {
        const expiry = expires_at === undefined ? {} : { expires_at: expiryOf(expires_at) }
        return viewOf(yield* keys.change(yield* user, params.id, { ...change, ...expiry }))
      }),
      revoke: Effect.fn("ApiKeysHttp.revoke")(function*({ params }) {
        yield* keys.revoke(yield* user, params.id)
      }),
      rotate: Effect.fn("ApiKeysHttp.rotate")(function*({ params, payload }) {
        return yield* shown(yield* keys.rotate(yield* user, params.id, Duration.seconds(payload?.overlap_seconds ?? 86_400)))
      })
    })
  })
)

const viewOf = (key: ApiKey) => Struct.omit({ ...key }, ["user_id", "secret_hash"])

/** The one answer with the key in it: no cache on the way may keep it. */
const shown = ({ key, text }: NewKey) =>
  Effect.as(
    HttpEffect.appendPreResponseHandler((_, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "cache-control", "no-store"))
    ),
    { ...viewOf(key), key: text }
  )

const expiryOf = (text: string | null) => text === null ? null : instantOf(Date.parse(text))
