import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../http/Api.ts"
import { CallbackUnknown } from "./CallbackErrors.ts"
import { VendorCallbacks } from "./VendorCallbacks.ts"

/** Handlers of the vendor's callbacks. */
export const layer = HttpApiBuilder.group(
  Api,
  "callbacks",
  Effect.fn(function*(handlers) {
    const callbacks = yield* VendorCallbacks
    return handlers.handleAll({
      received: ({ params }) =>
        Effect.flatMap(callbacks.received(params.token), (ours) =>
          ours ? Effect.void : Effect.fail(
            new CallbackUnknown({ detail: "This address was not given out by this server. Nothing was done." })
          ))
    })
  })
)
