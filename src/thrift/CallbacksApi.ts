import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { Repeats, repeatsAlike } from "../idempotency/IdempotencyApi.ts"
import { CallbackUnknown } from "./CallbackErrors.ts"

/** Where the vendor says that a task moved. */
export class CallbacksApi extends HttpApiGroup.make("callbacks")
  .add(
    HttpApiEndpoint.post("received", "/vendor/callbacks/:token", {
      params: { token: Schema.String.check(Schema.isMaxLength(200)) },
      success: HttpApiSchema.NoContent,
      error: CallbackUnknown
    })
      .annotate(Touches, { reads: [], writes: [] })
      .annotate(Repeats, repeatsAlike)
      .annotate(OpenApi.Summary, "The vendor's notice that a task is done")
      .annotate(
        OpenApi.Description,
        "The token in the address is the authentication. What is posted is not read: the result is asked for at the vendor."
      )
  )
  .annotate(OpenApi.Description, "For the vendor alone. No sign-in.")
{}
