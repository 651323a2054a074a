import { Effect, Stream } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { bearerToken } from "../auth/Authenticator.ts"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Statements } from "../credits/Statements.ts"
import { Api } from "../http/Api.ts"
import { Account } from "./Account.ts"
import { AccountData } from "./AccountData.ts"
import { Users } from "./Users.ts"

/** Handlers of `/me`. */
export const layer = HttpApiBuilder.group(
  Api,
  "me",
  Effect.fn(function*(handlers) {
    const users = yield* Users
    const account = yield* Account
    const data = yield* AccountData
    const statements = yield* Statements

    const own = <A, E>(use: (user: CurrentUser["Service"]["id"]) => Effect.Effect<A, E>) =>
      Effect.flatMap(CurrentUser, ({ id }) => use(id))

    return handlers.handleAll({
      show: () => own(users.me),
      change: ({ payload }) => own((user) => users.changeMe(user, payload)),
      preferences: () => own(users.preferences),
      changePreferences: ({ payload }) => own((user) => users.changePreferences(user, payload)),
      notifications: () => own(users.notifications),
      changeNotifications: ({ payload }) => own((user) => users.changeNotifications(user, payload)),
      privacy: () => own(users.privacy),
      changePrivacy: ({ payload }) => own((user) => users.changePrivacy(user, payload)),
      password: Effect.fn("UsersHttp.password")(function*({ payload }) {
        return yield* account.changePassword(yield* CurrentUser, payload.current_password, payload.new_password)
      }),
      dashboard: Effect.fn("UsersHttp.dashboard")(function*() {
        const { id } = yield* CurrentUser
        const { balance } = yield* statements.balance(id)
        return { ...(yield* users.dashboard(id)), credits: balance === null ? null : { balance } }
      }),
      export: Effect.fn("UsersHttp.export")(function*() {
        const { id } = yield* CurrentUser
        return HttpServerResponse.stream(Stream.encodeText(yield* data.export(id)), {
          contentType: "application/json",
          headers: {
            "cache-control": "no-store",
            "content-disposition": "attachment; filename=\"analytics-following-export.json\""
          }
        })
      }),
      erase: Effect.fn("UsersHttp.erase")(function*({ payload, request }) {
        const user = yield* CurrentUser
        return yield* account.erase(user, bearerToken(request.headers["authorization"]) ?? "", payload?.password)
      })
    })
  })
)
