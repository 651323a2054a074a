import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { Statements } from "./Statements.ts"

/** Handlers of `/credits` and of the caller's own. */
export const layer = HttpApiBuilder.group(
  Api,
  "credits",
  Effect.fn(function*(handlers) {
    const statements = yield* Statements
    const cursors = yield* Cursor
    return handlers.handleAll({
      pricing: () => statements.pricing,
      balance: () => Effect.flatMap(CurrentUser, ({ id }) => statements.balance(id)),
      entries: Effect.fn("CreditsHttp.entries")(function*({ query, request }) {
        const { id } = yield* CurrentUser
        const list = `credits/${id}`
        const limit = query.limit ?? defaultLimit
        const before = query.cursor === undefined ? undefined : Number(yield* cursors.decode(list, query.cursor))
        const found = yield* statements.entries(id, { before, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, String(last.sequence)))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(({ sequence: _, ...entry }) => entry), page }
      }),
      statement: ({ query }) => Effect.flatMap(CurrentUser, ({ id }) => statements.month(id, query.month)),
      subscription: () => Effect.flatMap(CurrentUser, ({ id }) => statements.subscription(id))
    })
  })
)
