import { Effect, Layer } from "effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { Scope } from "../apikeys/ApiKey.ts"
import { noteOf } from "../http/Noted.ts"
import { Authenticator } from "./Authenticator.ts"
import { Authorization } from "./Authorization.ts"
import { CurrentUser } from "./CurrentUser.ts"
import { scopeOf } from "./KeyScopes.ts"

/** The server's side of `Authorization`. */
export const layer = Layer.effect(
  Authorization,
  Effect.gen(function*() {
    const authenticator = yield* Authenticator
    const currentUser = (needs: Scope | null) =>
      Effect.flatMap(
        HttpServerRequest,
        ({ headers, source }) =>
          Effect.tap(authenticator.authenticate(headers, needs), ({ id }) => {
            noteOf(source).user = id
            return Effect.void
          })
      )
    return Authorization.of({
      // The credential that the framework decoded is left aside, so that every way in reads the same headers by the same code.
      bearer: (httpEffect, { endpoint, group }) =>
        Effect.flatMap(currentUser(scopeOf(endpoint, group)), (user) => Effect.provideService(httpEffect, CurrentUser, user))
    })
  })
)

/** For tests of other rooms: every request is this user's. */
export const layerTest = (user: CurrentUser["Service"]) =>
  Layer.succeed(Authorization, { bearer: (httpEffect) => Effect.provideService(httpEffect, CurrentUser, user) })
