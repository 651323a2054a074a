import { Effect, Option, Stream, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Charges } from "../credits/Charges.ts"
import { creditHeaders } from "../credits/CreditHeaders.ts"
import { paidAnswer } from "../credits/PaidAnswerHttp.ts"
import { isUuid } from "../database/Uuid.ts"
import { Api } from "../http/Api.ts"
import { taggedJson } from "../http/Conditional.ts"
import { Cursor } from "../http/Cursor.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { InvalidShortcode } from "../posts/PostErrors.ts"
import { normalizeShortcode, type Shortcode } from "../posts/Shortcode.ts"
import { usernameOf } from "../profiles/UsernameParam.ts"
import { type Campaign, CampaignId } from "./Campaign.ts"
import { exportCharge, reportCharge } from "./CampaignCharges.ts"
import { CampaignContents } from "./CampaignContents.ts"
import { CampaignNotFound } from "./CampaignErrors.ts"
import { CampaignReports } from "./CampaignReports.ts"
import type { Page, PostRow, ProfileRow } from "./CampaignRows.ts"
import { Campaigns } from "./Campaigns.ts"
import { transitions } from "./CampaignStatus.ts"
import { type CampaignView, PostInCampaign, ProfileInCampaign } from "./CampaignView.ts"

/** Handlers of `/campaigns`. */
export const layer = HttpApiBuilder.group(
  Api,
  "campaigns",
  Effect.fn(function*(handlers) {
    const campaigns = yield* Campaigns
    const contents = yield* CampaignContents
    const reports = yield* CampaignReports
    const charges = yield* Charges
    const cursors = yield* Cursor

    /** One page of a list: `scope` names the list and whose it is. */
    const page = Effect.fnUntraced(function*<Row extends { readonly position: string }, View, E>(
      { query, request }: { readonly query: ListQuery; readonly request: HttpServerRequest.HttpServerRequest },
      scope: string,
      read: (page: Page) => Effect.Effect<ReadonlyArray<Row>, E>,
      view: (row: Row) => View
    ) {
      const limit = query.limit ?? defaultLimit
      const after = query.cursor === undefined ? undefined : yield* cursors.decode(scope, query.cursor)
      const found = yield* read({ after, limit: limit + 1 })
      const { data, page } = pageOf(found, limit, (last) => cursors.encode(scope, last.position))
      yield* linkNext(request, page.next_cursor)
      return { data: data.map(view), page }
    })

    return handlers.handleAll({
      list: Effect.fn("CampaignsHttp.list")(function*({ query, request }) {
        const user = yield* CurrentUser
        const scope = `campaigns/${user.id}/${query.status ?? ""}`
        return yield* page(
          { query, request },
          scope,
          (at: Page) => campaigns.list(user.id, { status: query.status, ...at }),
          viewOf
        )
      }),
      create: Effect.fn("CampaignsHttp.create")(function*({ payload }) {
        const user = yield* CurrentUser
        return viewOf(yield* campaigns.create(user.id, payload))
      }),
      get: Effect.fn("CampaignsHttp.get")(function*({ params }) {
        const user = yield* CurrentUser
        return viewOf(yield* campaigns.get(user.id, yield* idOf(params)))
      }),
      change: Effect.fn("CampaignsHttp.change")(function*({ params, payload }) {
        const user = yield* CurrentUser
        return viewOf(yield* campaigns.change(user.id, yield* idOf(params), payload))
      }),
      remove: Effect.fn("CampaignsHttp.remove")(function*({ params }) {
        const user = yield* CurrentUser
        yield* campaigns.remove(user.id, yield* idOf(params))
      }),
      restore: Effect.fn("CampaignsHttp.restore")(function*({ params }) {
        const user = yield* CurrentUser
        return viewOf(yield* campaigns.restore(user.id, yield* idOf(params)))
      }),
      profiles: Effect.fn("CampaignsHttp.profiles")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const id = yield* idOf(params)
        const scope = `campaigns/${user.id}/${id}/profiles`
        return yield* page({ query, request }, scope, (at: Page) => contents.profiles(user.id, id, at), profileView)
      }),
      attachProfile: Effect.fn("CampaignsHttp.attachProfile")(function*({ params, payload }) {
        const user = yield* CurrentUser
        const [id, username] = [yield* idOf(params), yield* usernameOf(params.username)]
        return profileView(yield* contents.attachProfile(user.id, id, username, payload ?? {}))
      }),
      detachProfile: Effect.fn("CampaignsHttp.detachProfile")(function*({ params }) {
        const user = yield* CurrentUser
        yield* contents.detachProfile(user.id, yield* idOf(params), yield* usernameOf(params.username))
      }),
      posts: Effect.fn("CampaignsHttp.posts")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const id = yield* idOf(params)
        const scope = `campaigns/${user.id}/${id}/posts`
        return yield* page({ query, request }, scope, (at: Page) => contents.posts(user.id, id, at), postView)
      }),
      attachPost: Effect.fn("CampaignsHttp.attachPost")(function*({ params, payload, query }) {
        const user = yield* CurrentUser
        const [id, shortcode] = [yield* idOf(params), yield* shortcodeOf(params)]
        if (query.dry_run === "true") return yield* contents.quotePost(user.id, id, shortcode)
        const { charge, row } = yield* contents.attachPost(user.id, id, shortcode, payload ?? {})
        return HttpServerResponse.jsonUnsafe(postView(row), { headers: charge === null ? {} : creditHeaders(charge) })
      }),
      detachPost: Effect.fn("CampaignsHttp.detachPost")(function*({ params }) {
        const user = yield* CurrentUser
        yield* contents.detachPost(user.id, yield* idOf(params), yield* shortcodeOf(params))
      }),
      report: Effect.fn("CampaignsHttp.report")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const id = yield* idOf(params)
        if (query.dry_run === "true") {
          return yield* charges.quote(user.id, reportCharge(yield* campaigns.get(user.id, id)))
        }
        const report = yield* reports.report(user.id, id)
        const payable = reportCharge(report.campaign)
        return yield* paidAnswer(charges, { request, answer: taggedJson(report), user: user.id, payable })
      }),
      export: Effect.fn("CampaignsHttp.export")(function*({ params, query, request }) {
        const user = yield* CurrentUser
        const id = yield* idOf(params)
        const of = query.of ?? "posts"
        if (query.dry_run === "true") {
          return yield* charges.quote(user.id, exportCharge(yield* campaigns.get(user.id, id), of))
        }
        const { campaign, lines } = yield* reports.lines(user.id, id, of)
        const charge = request.method === "HEAD" ? null : yield* charges.pay(user.id, exportCharge(campaign, of))
        return HttpServerResponse.stream(Stream.encodeText(lines), {
          contentType: "text/csv; charset=utf-8; header=present",
          headers: {
            "content-disposition": `attachment; filename="campaign-${id.slice(0, 8)}-${of}.csv"`,
            "cache-control": "private, no-store",
            ...(charge === null ? {} : creditHeaders(charge))
          }
        })
      })
    })
  })
)

interface ListQuery {
  readonly limit?: number
  readonly cursor?: string
}

/** An id that is no uuid is nobody's campaign. */
const idOf = ({ id }: { readonly id: string }) =>
  isUuid(id)
    ? Effect.succeed(CampaignId.make(id.toLowerCase()))
    : Effect.fail(new CampaignNotFound({ restore: null, detail: "A campaign's id is a UUID. GET /campaigns lists yours." }))

const shortcodeOf = ({ shortcode }: { readonly shortcode: string }): Effect.Effect<Shortcode, InvalidShortcode> =>
  Option.match(normalizeShortcode(shortcode), {
    onNone: () => Effect.fail(InvalidShortcode.problem),
    onSome: Effect.succeed
  })

const viewOf = ({ id, name, ...campaign }: Campaign): CampaignView => ({
  id,
  name,
  description: campaign.description,
  logo_url: campaign.logo_url,
  status: campaign.status,
  start_date: campaign.start_date,
  end_date: campaign.end_date,
  budget: campaign.budget,
  currency: campaign.currency,
  target_audience: campaign.target_audience,
  campaign_goals: campaign.campaign_goals,
  deleted_at: campaign.deleted_at,
  created_at: campaign.created_at,
  updated_at: campaign.updated_at,
  allowed_transitions: [...transitions[campaign.status]]
})

const profileView = (row: ProfileRow): ProfileInCampaign => Struct.pick(row, Struct.keys(ProfileInCampaign.fields))
const postView = (row: PostRow): PostInCampaign => Struct.pick(row, Struct.keys(PostInCampaign.fields))
