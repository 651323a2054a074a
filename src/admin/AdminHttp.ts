import { Effect, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Audit } from "../audit/Audit.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { Usage } from "../observability/Usage.ts"
import { UserId } from "../users/UserId.ts"
import { UserAdmin } from "./UserAdmin.ts"

/** Handlers of `/admin`. */
export const layer = HttpApiBuilder.group(
  Api,
  "admin",
  Effect.fn(function*(handlers) {
    const users = yield* UserAdmin
    const audit = yield* Audit
    const usage = yield* Usage
    const cursors = yield* Cursor
    const position = (list: string, cursor: string | undefined) =>
      cursor === undefined ? Effect.undefined : cursors.decode(list, cursor)
    const instant = (text: string | undefined) => text === undefined ? undefined : instantOf(Date.parse(text))

    return handlers.handleAll({
      users: Effect.fn("AdminHttp.users")(function*({ query: { cursor, email, limit = defaultLimit, role, status }, request }) {
        const filter = { email, role, status }
        const list = `admin-users/${JSON.stringify(filter)}`
        const found = yield* users.list(filter, { after: yield* position(list, cursor), limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(Struct.omit(["position"])), page }
      }),
      user: Effect.fn("AdminHttp.user")(({ params }) => users.find(userOf(params.id))),
      role: Effect.fn("AdminHttp.role")(({ params, payload: { reason, role } }) =>
        users.change(userOf(params.id), { role }, reason)
      ),
      status: Effect.fn("AdminHttp.status")(({ params, payload: { reason, status } }) =>
        users.change(userOf(params.id), { status }, reason)
      ),
      audit: Effect.fn("AdminHttp.audit")(function*({ query, request }) {
        const { actor, cursor, limit = defaultLimit, subject_user } = query
        const filter = {
          action: query.action,
          actor: actor === undefined ? undefined : userOf(actor),
          subject: subject_user === undefined ? undefined : userOf(subject_user),
          subject_type: query.subject_type,
          subject_id: query.subject_id,
          since: instant(query.since),
          until: instant(query.until)
        }
        const list = `admin-audit/${JSON.stringify(filter)}`
        const found = yield* audit.list(filter, { after: yield* position(list, cursor), limit: limit + 1 })
        yield* audit.record({ action: "audit.read", subject: { type: "audit_log", id: "entries" } })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(Struct.omit(["position"])), page }
      }),
      usage: Effect.fn("AdminHttp.usage")(function*({ query }) {
        return { data: yield* usage.ofAll(query.since, query.until) }
      })
    })
  })
)

const userOf = (id: string) => UserId.make(id.toLowerCase())
