import { Context } from "effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import type * as OpenApi from "effect/http-api/OpenApi"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { IdempotencyKeyInUse, IdempotencyKeyReused } from "./IdempotencyErrors.ts"

/**
 * On every endpoint that changes something, before `Authorization`: takes `Idempotency-Key`. The endpoint runs in one transaction with
 * the record of its answer, unless it says otherwise by `Repeats`. One without this says by `Repeats` why the key means nothing there.
 */
export class Idempotency extends HttpApiMiddleware.Service<Idempotency, { requires: CurrentUser; provides: never }>()(
  "analytics-following/idempotency/Idempotency",
  { error: [InvalidRequest, IdempotencyKeyInUse, IdempotencyKeyReused, DatabaseUnavailable, RowMismatch, RowRefused] }
) {}

/** Annotation: what a key means to an endpoint that cannot run in a transaction, or that takes none. */
export class Repeats extends Context.Service<Repeats, {
  readonly how: "leased" | "ignored"
  readonly because: string
}>()("analytics-following/idempotency/Repeats") {}

/** It asks others while it runs. */
export const asksVendor = { how: "leased", because: "It waits for the vendor, and no transaction is open meanwhile." } as const

/** Nothing of its answer may be kept. */
export const answersSecret = { how: "ignored", because: "Its answer is a secret, and no secret is kept." } as const

/** Once more is the same already: a mail that may come twice, a session that has ended. */
export const repeatsAlike = {
  how: "ignored",
  because: "Sent again it does the same; there may be no account to keep an answer for."
} as const

/** Who could ask for the answer again is gone. */
export const endsAccount = { how: "ignored", because: "The account that a kept answer would belong to is gone." } as const

/** Adds the header to the operations that take it. */
export const describeKeys = (operation: OpenApi.OpenAPISpecOperation): OpenApi.OpenAPISpecOperation =>
  JSON.stringify(operation.responses["409"] ?? null).includes("IdempotencyKeyInUse")
    ? {
      ...operation,
      parameters: [...operation.parameters, {
        name: "idempotency-key",
        in: "header",
        required: false,
        schema: { type: "string", minLength: 1, maxLength: 257 },
        description:
          "The same key with the same request gets the first answer again (`Idempotency-Replayed: true`) and does nothing; for a day"
      }]
    }
    : operation
