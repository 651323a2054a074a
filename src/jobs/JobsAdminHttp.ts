import { Effect } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { UserId } from "../users/UserId.ts"
import { JobAdmin } from "./JobAdmin.ts"
import type { JobOverview } from "./JobOverview.ts"
import type { Counted } from "./JobRepo.ts"
import { bulkJobView } from "./JobView.ts"

/** Handlers of `/admin/jobs`, `/admin/fetches` and `/admin/backlog`. */
export const layer = HttpApiBuilder.group(
  Api,
  "jobs-admin",
  Effect.fn(function*(handlers) {
    const admin = yield* JobAdmin
    const cursors = yield* Cursor

    return handlers.handleAll({
      list: Effect.fn("JobsAdminHttp.list")(function*({ query, request }) {
        const { created_before, cursor, limit = defaultLimit, state, user } = query
        const filter = {
          state,
          user: user === undefined ? undefined : UserId.make(user.toLowerCase()),
          createdBefore: created_before === undefined ? undefined : instantOf(Date.parse(created_before))
        }
        const list = `admin-jobs/${JSON.stringify(filter)}`
        const after = cursor === undefined ? undefined : yield* cursors.decode(list, cursor)
        const found = yield* admin.list(filter, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        yield* linkNext(request, page.next_cursor)
        return { data: data.map(overviewOf), page }
      }),
      cancel: Effect.fn("JobsAdminHttp.cancel")(({ params, payload }) =>
        Effect.map(admin.cancel(params.id.toLowerCase(), payload.reason), overviewOf)
      ),
      fetches: Effect.fn("JobsAdminHttp.fetches")(function*({ query: { limit = defaultLimit } }) {
        return { data: yield* admin.fetches(limit) }
      }),
      backlog: () => admin.backlog
    })
  })
)

const overviewOf = (job: Counted): JobOverview => {
  const { created_at, credits, finished_at, max_credits, progress, started_at, status } = bulkJobView(job)
  return { id: job.id, user_id: job.user_id, status, created_at, started_at, finished_at, progress, max_credits, credits }
}
