import { Context, Effect, Layer, Option, Stream } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { csvLine } from "../http/Csv.ts"
import type { UserId } from "../users/UserId.ts"
import type { Campaign, CampaignId } from "./Campaign.ts"
import { CampaignContents } from "./CampaignContents.ts"
import type { CampaignNotFound } from "./CampaignErrors.ts"
import { type Columns, postColumns, profileColumns } from "./CampaignExport.ts"
import { type CampaignReport, reportOf } from "./CampaignReport.ts"
import type { Page } from "./CampaignRows.ts"
import { Campaigns } from "./Campaigns.ts"

/** What a campaign did, as a report and as lines for a spreadsheet. */
export class CampaignReports extends Context.Service<CampaignReports, {
  report(user: UserId, id: CampaignId): Effect.Effect<CampaignReport, CampaignNotFound | DatabaseError>
  /** The campaign, and CSV, read page by page as it is taken; no connection is held in between. Fails before the first line, or within. */
  lines(user: UserId, id: CampaignId, of: "posts" | "profiles"): Effect.Effect<
    { readonly campaign: Campaign; readonly lines: Stream.Stream<string, CampaignNotFound | DatabaseError> },
    CampaignNotFound | DatabaseError
  >
}>()("analytics-following/campaigns/CampaignReports") {
  static readonly layerNoDeps = Layer.effect(
    CampaignReports,
    Effect.gen(function*() {
      const campaigns = yield* Campaigns
      const contents = yield* CampaignContents

      const report = Effect.fn("CampaignReports.report")(function*(user: UserId, id: CampaignId) {
        const campaign = yield* campaigns.get(user, id)
        const [profiles, posts] = yield* Effect.all([
          contents.profiles(user, id, everything),
          contents.posts(user, id, everything)
        ], {
          concurrency: "unbounded"
        })
        return reportOf(campaign, profiles, posts)
      })

      const lines = Effect.fn("CampaignReports.lines")(function*(user: UserId, id: CampaignId, of: "posts" | "profiles") {
        const campaign = yield* campaigns.get(user, id)
        const lines = of === "posts"
          ? yield* paged(postColumns(campaign), (page) => contents.posts(user, id, page))
          : yield* paged(profileColumns, (page) => contents.profiles(user, id, page))
        return { campaign, lines }
      })

      return { report, lines }
    })
  )

  /** The whole room. */
  static readonly layer = this.layerNoDeps.pipe(Layer.provideMerge(CampaignContents.layer), Layer.provideMerge(Campaigns.layer))
}

/** What is attached is bounded when it is attached. */
const everything: Page = { after: undefined, limit: 1_000_000 }

const rowsAtOnce = 250

/** A header and a line for each row. The first page is read before the stream is handed out, so that its failure can be answered. */
const paged = Effect.fnUntraced(function*<Row extends { readonly position: string }, E>(
  columns: Columns<Row>,
  read: (page: Page) => Effect.Effect<ReadonlyArray<Row>, E>
) {
  const cells = Object.values(columns)
  const page = (rows: ReadonlyArray<Row>) =>
    [
      rows.map((row) => csvLine(cells.map((cell) => cell(row)))),
      rows.length < rowsAtOnce ? Option.none<string>() : Option.fromUndefinedOr(rows.at(-1)?.position)
    ] as const
  const [first, next] = page(yield* read({ after: undefined, limit: rowsAtOnce }))
  return Stream.make(csvLine(Object.keys(columns)), ...first).pipe(
    Stream.concat(
      Option.match(next, {
        onNone: () => Stream.empty,
        onSome: (position) => Stream.paginate(position, (after) => Effect.map(read({ after, limit: rowsAtOnce }), page))
      })
    )
  )
})
