import { Effect, Option } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../../auth/CurrentUser.ts"
import { Api } from "../../http/Api.ts"
import { conditional, representationOf, taggedJson } from "../../http/Conditional.ts"
import { InvalidUsername } from "../../profiles/ProfileErrors.ts"
import { Profiles } from "../../profiles/Profiles.ts"
import { normalizeUsername } from "../../profiles/Username.ts"
import { prefersJson } from "./PrefersJson.ts"
import { Reports } from "./Reports.ts"

/** The handler of the report: its page is drawn only for whoever has not got it already. */
export const layer = HttpApiBuilder.group(
  Api,
  "report",
  Effect.fn(function*(handlers) {
    const profiles = yield* Profiles
    const reports = yield* Reports
    return handlers.handleAll({
      report: Effect.fn("ReportHttp.report")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const username = normalizeUsername(params.username)
        if (Option.isNone(username)) return yield* InvalidUsername.problem
        const report = yield* reports.of(yield* profiles.unlocked(user.id, username.value))
        const json = taggedJson(report)
        const headers = { vary: "authorization, origin, accept" }
        const format = query.format ?? (prefersJson(request.headers["accept"]) ? "json" : "html")
        if (format === "json") return conditional(request, json, headers)
        const known = { body: nothing, etag: `${json.etag.slice(0, -1)}-page-${pageForm}"` }
        const { body: wanted, headers: all } = representationOf(request.headers["if-none-match"], known, {
          ...headers,
          // Of everything that a page may do, it only has styles of its own.
          "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        })
        if (wanted === null) return HttpServerResponse.empty({ status: 304, headers: all })
        // The charting library is read by whoever asks for the first page, and by no server that is never asked for one.
        const { reportPage } = yield* Effect.promise(() => import("./ReportPage.ts"))
        return HttpServerResponse.uint8Array(encoder.encode(reportPage(report)), {
          contentType: "text/html; charset=utf-8",
          headers: all
        })
      })
    })
  })
)

/** Raised when the page looks different: a copy of the old one must not count as current. */
const pageForm = 1

const encoder = new TextEncoder()
const nothing = new Uint8Array()
