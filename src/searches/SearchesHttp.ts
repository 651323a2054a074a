import { Effect, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { SearchNotFound } from "./SearchErrors.ts"
import { beginningOf, Searches } from "./Searches.ts"
import { defaultSuggestions } from "./SearchesApi.ts"

/** Handlers of `/me/searches` and `/profiles/suggest`. */
export const layer = HttpApiBuilder.group(
  Api,
  "searches",
  Effect.fn(function*(handlers) {
    const searches = yield* Searches
    const cursors = yield* Cursor
    return handlers.handleAll({
      list: Effect.fn("SearchesHttp.list")(function*({ query, request }) {
        const user = yield* CurrentUser
        const { q, since, success, until } = query
        const filter = {
          success: success === undefined ? undefined : success === "true",
          beginning: q === undefined ? undefined : beginningOf(q),
          since: since === undefined ? undefined : instantOf(Date.parse(since)),
          until: until === undefined ? undefined : instantOf(Date.parse(until))
        }
        const list = `searches/${user.id}/${JSON.stringify(filter)}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(list, query.cursor)
        const found = yield* searches.list(user.id, filter, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(Struct.omit(["position"])), page }
      }),
      clear: Effect.fn("SearchesHttp.clear")(function*() {
        const user = yield* CurrentUser
        return { deleted: yield* searches.deleteAll(user.id) }
      }),
      remove: Effect.fn("SearchesHttp.remove")(function*({ params }) {
        const user = yield* CurrentUser
        if (!(yield* searches.delete(user.id, params.id))) return yield* SearchNotFound.problem
      }),
      suggest: Effect.fn("SearchesHttp.suggest")(function*({ query }) {
        const user = yield* CurrentUser
        return { data: yield* searches.suggest(user.id, query.q, query.limit ?? defaultSuggestions) }
      })
    })
  })
)
