import { Schema, Struct } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { recorded } from "../audit/Recorded.ts"
import { Authorization } from "../auth/Authorization.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { name } from "../http/Text.ts"
import { UtcInstant } from "../http/UtcInstant.ts"
import { answersSecret, Idempotency, Repeats } from "../idempotency/IdempotencyApi.ts"
import { ApiKey, Scope } from "./ApiKey.ts"
import { ApiKeyEnded, ApiKeyNotFound, TooManyApiKeys } from "./ApiKeyErrors.ts"

/** A key as answers show it: what it may do and when it was used, and nothing that would let anybody use it. */
export const ApiKeyView = Schema.Struct(Struct.omit(ApiKey.fields, ["user_id", "secret_hash"])).annotate({ identifier: "ApiKey" })

export const NewApiKeyView = Schema.Struct({
  ...ApiKeyView.fields,
  key: Schema.String.annotate({ description: "Shown now and never again: `Authorization: Bearer af_live_…`" })
}).annotate({ identifier: "NewApiKey" })

const fields = {
  name: name(100),
  scopes: Schema.Array(Scope).check(Schema.isMinLength(1), Schema.isUnique()),
  expires_at: Schema.NullOr(UtcInstant.annotate({ description: "Null: it does not expire" }))
}

export const NewApiKeyBody = Schema.Struct({ ...fields, expires_at: Schema.optionalKey(fields.expires_at) })
export const ApiKeyChange = Schema.Struct(Struct.map(fields, Schema.optionalKey))

const params = { id: Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" }) }
const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const touches = { reads: ["auth_users"], writes: ["api_keys", ...recorded] } as const
const Created = NewApiKeyView.pipe(HttpApiSchema.status(201))

/** The caller's API keys. No key reaches these: who holds one could give itself more. */
export class ApiKeysApi extends HttpApiGroup.make("api-keys")
  .add(
    HttpApiEndpoint.post("create", "/me/api-keys", {
      payload: NewApiKeyBody,
      success: Created,
      error: [TooManyApiKeys, ...error]
    })
      .annotate(Repeats, answersSecret)
      .annotate(Touches, touches)
      .annotate(OpenApi.Summary, "Make an API key; it is shown once"),
    HttpApiEndpoint.get("list", "/me/api-keys", {
      success: Schema.Struct({ data: Schema.Array(ApiKeyView) }).annotate({ identifier: "ApiKeyList" }),
      error
    })
      .annotate(Touches, { reads: ["api_keys"], writes: [] })
      .annotate(OpenApi.Summary, "The caller's API keys, latest first, those that have ended too"),
    HttpApiEndpoint.patch("change", "/me/api-keys/:id", {
      params,
      payload: ApiKeyChange,
      success: ApiKeyView,
      error: [ApiKeyNotFound, ApiKeyEnded, ...error]
    })
      .middleware(Idempotency)
      .annotate(Touches, touches)
      .annotate(OpenApi.Summary, "Change name, scopes or expiry of a key that has not ended"),
    HttpApiEndpoint.delete("revoke", "/me/api-keys/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: [ApiKeyNotFound, ...error]
    })
      .middleware(Idempotency)
      .annotate(Touches, touches)
      .annotate(OpenApi.Summary, "Revoke a key, for good; it is refused within two seconds"),
    HttpApiEndpoint.post("rotate", "/me/api-keys/:id/rotate", {
      params,
      payload: [
        Schema.Struct({
          overlap_seconds: Schema.optionalKey(
            Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 604_800 })).annotate({
              description: "How long the old key goes on, at most a week (86400, a day)"
            })
          )
        }),
        Schema.Null
      ],
      success: Created,
      error: [ApiKeyNotFound, ApiKeyEnded, TooManyApiKeys, ...error]
    })
      .annotate(Repeats, answersSecret)
      .annotate(Touches, touches)
      .annotate(OpenApi.Summary, "Make a new key like this one, which ends after an overlap")
  )
  .middleware(Authorization)
  .annotate(
    OpenApi.Description,
    "Keys for scripts and partner servers. Each has the scopes it was given; none reaches these addresses."
  )
{}
