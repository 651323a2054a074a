import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import type { Username } from "../profiles/Username.ts"
import type { CampaignId } from "./Campaign.ts"
import type { CampaignProfileChange } from "./CampaignBody.ts"
import { type Page, ProfileRow, type Viewer } from "./CampaignRows.ts"

/** All SQL of `campaign_profiles`. What it answers joins the profile's summary and the viewer's window. */
export class CampaignProfileRepo extends Context.Service<CampaignProfileRepo, {
  /** Attaches a profile or changes what is given of it: one statement, so that any number at once make one row. */
  upsert(campaign: CampaignId, profile: ProfileId, given: CampaignProfileChange, viewer: Viewer): Effect.Effect<
    ProfileRow,
    DatabaseError
  >
  /** Changes what is given; undefined when the profile is not attached. */
  update(campaign: CampaignId, profile: Username, given: CampaignProfileChange, viewer: Viewer): Effect.Effect<
    ProfileRow | undefined,
    DatabaseError
  >
  delete(campaign: CampaignId, profile: Username): Effect.Effect<void, DatabaseError>
  count(campaign: CampaignId): Effect.Effect<number, DatabaseError>
  /** Latest attached first, after the `position` of a former row. */
  list(campaign: CampaignId, viewer: Viewer, page: Page): Effect.Effect<
    ReadonlyArray<ProfileRow>,
    DatabaseError
  >
}>()("analytics-following/campaigns/CampaignProfileRepo") {
  static readonly layer = Layer.effect(
    CampaignProfileRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeOne = row("campaign_profiles", ProfileRow)
      const decodeList = rows("campaign_profiles", ProfileRow)
      const decodeId = rows("campaign_profiles", Schema.Struct({ id: Column.uuid }))
      const decodeCount = row("campaign_profiles", Schema.Struct({ count: Column.bigint }))
      const page = newestFirst(sql, "c.added_at", "c.id")
      /** A report reads everything: the reads that share a connection must not wait behind it. */
      const pool = (limit: number) => limit > 101 ? sql : read
      const columns = sql.literal([
        ...Object.keys(ProfileSummary.fields).map((name) => `p.${name}`),
        ...["profile_id", "role", "priority", "notes", "added_at", "updated_at"].map((name) => `c.${name}`),
        "p.last_refreshed"
      ].join(", "))

      const selected = (attached: Fragment, { now, user }: Viewer) =>
        sql`
          SELECT ${columns}, ${page.position}, access.id IS NOT NULL AS unlocked
          FROM ${attached} AS c JOIN profiles AS p ON p.id = c.profile_id
          LEFT JOIN user_profile_access AS access
            ON access.user_id = ${user} AND access.profile_id = c.profile_id AND access.expires_at > ${now}`

      const upsert = Effect.fn("CampaignProfileRepo.upsert")(function*(
        ...[campaign, profile, given, viewer]: Parameters<CampaignProfileRepo["Service"]["upsert"]>
      ) {
        const changes = sql.literal([...Object.keys(given), "updated_at"].map((name) => `${name} = excluded.${name}`).join(", "))
        const saved = yield* decodeOne(sql`
          WITH saved AS (
            INSERT INTO campaign_profiles ${
          sql.insert({ campaign_id: campaign, profile_id: profile, ...given, added_at: viewer.now, updated_at: viewer.now })
        }
            ON CONFLICT (campaign_id, profile_id) DO UPDATE SET ${changes}
            RETURNING *
          ) ${selected(sql`saved`, viewer)}`)
        return saved ?? (yield* Effect.die("an upsert returns its row"))
      })

      const update = Effect.fn("CampaignProfileRepo.update")((
        ...[campaign, profile, given, viewer]: Parameters<CampaignProfileRepo["Service"]["update"]>
      ) =>
        decodeOne(sql`
          WITH saved AS (
            UPDATE campaign_profiles AS c SET ${sql.update({ ...given, updated_at: viewer.now })}
            FROM profiles WHERE profiles.username = ${profile} AND c.profile_id = profiles.id AND c.campaign_id = ${campaign}
            RETURNING c.*
          ) ${selected(sql`saved`, viewer)}`)
      )

      const remove = Effect.fn("CampaignProfileRepo.delete")((campaign: CampaignId, profile: Username) =>
        Effect.asVoid(decodeId(sql`
          DELETE FROM campaign_profiles AS c USING profiles
          WHERE profiles.username = ${profile} AND c.profile_id = profiles.id AND c.campaign_id = ${campaign}
          RETURNING c.id`))
      )

      const count = Effect.fn("CampaignProfileRepo.count")((campaign: CampaignId) =>
        Effect.map(
          decodeCount(sql`SELECT count(*) AS count FROM campaign_profiles WHERE campaign_id = ${campaign}`),
          (found) => found?.count ?? 0
        )
      )

      const list = Effect.fn("CampaignProfileRepo.list")((
        ...[campaign, viewer, { after, limit }]: Parameters<CampaignProfileRepo["Service"]["list"]>
      ) =>
        decodeList(pool(limit)`
          ${selected(sql`campaign_profiles`, viewer)}
          WHERE c.campaign_id = ${campaign} AND ${page.after(after)}
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      return { upsert, update, delete: remove, count, list }
    })
  )
}
