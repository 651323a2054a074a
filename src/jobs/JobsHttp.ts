import { Effect, Stream } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Api } from "../http/Api.ts"
import { csvLine } from "../http/Csv.ts"
import { Cursor } from "../http/Cursor.ts"
import { nextLink } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { lookupJobView } from "../profiles/LookupJobView.ts"
import { ProfileFetches } from "../profiles/ProfileFetches.ts"
import { type JobEvent, Jobs } from "./Jobs.ts"
import { bulkJobView, itemColumns, jobItemView } from "./JobView.ts"

/** Handlers of the job endpoints: parameters in, answers out. */
export const layer = HttpApiBuilder.group(
  Api,
  "jobs",
  Effect.fn(function*(handlers) {
    const jobs = yield* Jobs
    const fetches = yield* ProfileFetches
    const cursors = yield* Cursor

    return handlers.handleAll({
      create: Effect.fn("JobsHttp.create")(function*({ payload }) {
        const user = yield* CurrentUser
        const job = bulkJobView(
          yield* jobs.create(user.id, {
            usernames: payload.usernames,
            maxCredits: payload.max_credits ?? null
          })
        )
        return HttpServerResponse.jsonUnsafe(job, {
          status: 202,
          headers: { location: job.href, "retry-after": "5", "cache-control": "no-store" }
        })
      }),
      list: Effect.fn("JobsHttp.list")(function*({ query, request }) {
        const user = yield* CurrentUser
        const scope = `jobs/${user.id}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(scope, query.cursor)
        const found = yield* jobs.list(user.id, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(scope, last.position))
        return listed(request.url, { data: data.map(bulkJobView), page })
      }),
      get: Effect.fn("JobsHttp.get")(function*({ params }) {
        const user = yield* CurrentUser
        const fetch = yield* fetches.find(params.id, user.id)
        return fetch === undefined ? bulkJobView(yield* jobs.find(user.id, params.id)) : lookupJobView(fetch)
      }),
      cancel: Effect.fn("JobsHttp.cancel")(function*({ params }) {
        const user = yield* CurrentUser
        const fetch = yield* fetches.find(params.id, user.id)
        if (fetch !== undefined) return yield* fetches.leave([fetch.id], user.id)
        yield* jobs.find(user.id, params.id)
        yield* jobs.cancel(user.id, params.id)
      }),
      items: Effect.fn("JobsHttp.items")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const scope = `jobs/${params.id}/items`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? 0 : Number(yield* cursors.decode(scope, query.cursor))
        const found = yield* jobs.items(user.id, params.id, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(scope, String(last.position)))
        return listed(request.url, { data: data.map(jobItemView), page })
      }),
      export: Effect.fn("JobsHttp.export")(function*({ params }) {
        const user = yield* CurrentUser
        // A job has at most a thousand names.
        const items = yield* jobs.items(user.id, params.id, { after: 0, limit: 1000 })
        const lines = items.map(jobItemView).map((item) => csvLine(Object.values(itemColumns).map((cell) => cell(item))))
        return HttpServerResponse.text(csvLine(Object.keys(itemColumns)) + lines.join(""), {
          contentType: "text/csv; charset=utf-8; header=present",
          headers: {
            "content-disposition": `attachment; filename="job-${params.id.slice(0, 8)}.csv"`,
            "cache-control": "private, no-store"
          }
        })
      }),
      events: Effect.fn("JobsHttp.events")(function*({ headers, params }) {
        const user = yield* CurrentUser
        const events = yield* jobs.events(user.id, params.id, Number(headers["last-event-id"] ?? 0))
        // Silence longer than this is taken for a dead connection by what stands between.
        const stillHere = Stream.fromEffectRepeat(Effect.as(Effect.sleep("15 seconds"), ": still here\n\n"))
        return HttpServerResponse.stream(
          Stream.merge(Stream.map(events, eventText), stillHere, { haltStrategy: "left" }).pipe(Stream.encodeText),
          { contentType: "text/event-stream", headers: { "cache-control": "no-store", "x-accel-buffering": "no" } }
        )
      })
    })
  })
)

const listed = (
  url: string,
  body: { readonly data: ReadonlyArray<object>; readonly page: { readonly next_cursor: string | null } }
) =>
  HttpServerResponse.jsonUnsafe(body, {
    headers: {
      "cache-control": "no-store",
      ...(body.page.next_cursor === null ? {} : { link: nextLink(url, body.page.next_cursor) })
    }
  })

const eventText = (event: JobEvent): string =>
  event._tag === "Item"
    ? `id: ${event.revision}\nevent: item\ndata: ${JSON.stringify(jobItemView(event.item))}\n\n`
    : `id: ${event.revision}\nevent: ended\ndata: ${JSON.stringify(bulkJobView(event.job))}\n\n`
