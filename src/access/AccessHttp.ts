import { Effect, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { AccessTracker } from "./AccessTracker.ts"

/** Handlers of `/me/access`. */
export const layer = HttpApiBuilder.group(
  Api,
  "access",
  Effect.fn(function*(handlers) {
    const access = yield* AccessTracker
    const cursors = yield* Cursor
    return handlers.handleAll({
      list: Effect.fn("AccessHttp.list")(function*({ query, request }) {
        const user = yield* CurrentUser
        const state = query.state ?? "active"
        const endingWithinDays = query.expiring_within_days
        const list = `access/${user.id}/${state}/${endingWithinDays ?? ""}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(list, query.cursor)
        const found = yield* access.list(user.id, { state, endingWithinDays, after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(Struct.omit(["id", "position"])), page }
      })
    })
  })
)
