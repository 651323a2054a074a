import { Effect, Layer } from "effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { AdminRequired } from "./AuthErrors.ts"
import { CurrentUser } from "./CurrentUser.ts"

/** For an endpoint or group of administrators: `.middleware(AdminOnly).middleware(Authorization)`. The role is the database's. */
export class AdminOnly extends HttpApiMiddleware.Service<AdminOnly, { provides: never; requires: CurrentUser }>()(
  "analytics-following/auth/AdminOnly",
  { error: AdminRequired }
) {
  static readonly layer = Layer.succeed(AdminOnly)(AdminOnly.of((httpEffect) =>
    Effect.gen(function*() {
      const { role } = yield* CurrentUser
      return role === "admin" ? yield* httpEffect : yield* AdminRequired.problem
    })
  ))
}
