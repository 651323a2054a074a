import { Effect, Option, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { InvalidUsername } from "../profiles/ProfileErrors.ts"
import { normalizeUsername } from "../profiles/Username.ts"
import { Erasures } from "./Erasures.ts"

/** Handlers of `/admin/erasures`. */
export const layer = HttpApiBuilder.group(
  Api,
  "erasures",
  Effect.fn(function*(handlers) {
    const erasures = yield* Erasures
    const cursors = yield* Cursor

    return handlers.handleAll({
      erase: Effect.fn("ErasuresHttp.erase")(function*({ payload: { instagram_user_id, reason, username } }) {
        if (username === undefined && instagram_user_id === undefined) return yield* nobody
        return yield* erasures.erase({
          creator: {
            usernames: username === undefined ? [] : [yield* usernameOf(username)],
            ids: instagram_user_id === undefined ? [] : [instagram_user_id]
          },
          reason
        })
      }),
      list: Effect.fn("ErasuresHttp.list")(function*({ query: { cursor, limit = defaultLimit, username: given }, request }) {
        const username = given === undefined ? undefined : yield* usernameOf(given)
        const list = username === undefined ? "admin-erasures" : "admin-erasures/one"
        const after = cursor === undefined ? undefined : yield* cursors.decode(list, cursor)
        const found = yield* erasures.list({ username, after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(Struct.omit(["position"])), page }
      }),
      lift: ({ params }) => erasures.lift(params.id.toLowerCase())
    })
  })
)

const nobody = Effect.fail(
  InvalidRequest.of([{ path: ["username"], message: "Give a username, an instagram_user_id, or both" }])
)

const usernameOf = (name: string) =>
  Option.match(normalizeUsername(name), { onNone: () => Effect.fail(InvalidUsername.problem), onSome: Effect.succeed })
