import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { usernameOf } from "../profiles/UsernameParam.ts"
import { Favorites } from "./Favorites.ts"
import type { SavedProfile, SavedProfileRow } from "./SavedProfile.ts"

/** Handlers of `/me/favorites`. */
export const layer = HttpApiBuilder.group(
  Api,
  "favorites",
  Effect.fn(function*(handlers) {
    const favorites = yield* Favorites
    const cursors = yield* Cursor
    return handlers.handleAll({
      list: Effect.fn("FavoritesHttp.list")(function*({ query, request }) {
        const user = yield* CurrentUser
        const list = `favorites/${user.id}/${query.tag ?? ""}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(list, query.cursor)
        const found = yield* favorites.list(user.id, { tag: query.tag, after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(withoutPosition), page }
      }),
      save: Effect.fn("FavoritesHttp.save")(function*({ params, payload }) {
        const user = yield* CurrentUser
        return withoutPosition(yield* favorites.save(user.id, yield* usernameOf(params.username), payload ?? {}))
      }),
      remove: Effect.fn("FavoritesHttp.remove")(function*({ params }) {
        const user = yield* CurrentUser
        yield* favorites.remove(user.id, yield* usernameOf(params.username))
      })
    })
  })
)

const withoutPosition = ({ position: _, ...saved }: SavedProfileRow): SavedProfile => saved
