import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { Usage } from "./Usage.ts"

/** Handlers of `/me/usage`. */
export const layer = HttpApiBuilder.group(
  Api,
  "usage",
  Effect.fn(function*(handlers) {
    const usage = yield* Usage
    return handlers.handleAll({ own: () => Effect.flatMap(CurrentUser, ({ id }) => usage.ofUser(id)) })
  })
)
