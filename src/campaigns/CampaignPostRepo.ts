import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import type { PostId } from "../posts/Post.ts"
import type { Shortcode } from "../posts/Shortcode.ts"
import type { CampaignId } from "./Campaign.ts"
import type { CampaignPostChange } from "./CampaignBody.ts"
import { type Page, PostRow, type Viewer } from "./CampaignRows.ts"

/** All SQL of `campaign_posts`. What it answers joins the post, who lists it, and the viewer's windows on those. */
export class CampaignPostRepo extends Context.Service<CampaignPostRepo, {
  /** Attaches a post or changes what is given of it: one statement, so that any number at once make one row. */
  upsert(campaign: CampaignId, post: PostId, given: CampaignPostChange, viewer: Viewer): Effect.Effect<PostRow, DatabaseError>
  /** Changes what is given; undefined when the post is not attached. */
  update(campaign: CampaignId, post: Shortcode, given: CampaignPostChange, viewer: Viewer): Effect.Effect<
    PostRow | undefined,
    DatabaseError
  >
  delete(campaign: CampaignId, post: Shortcode): Effect.Effect<void, DatabaseError>
  count(campaign: CampaignId): Effect.Effect<number, DatabaseError>
  /** Latest attached first, after the `position` of a former row. */
  list(campaign: CampaignId, viewer: Viewer, page: Page): Effect.Effect<
    ReadonlyArray<PostRow>,
    DatabaseError
  >
}>()("analytics-following/campaigns/CampaignPostRepo") {
  static readonly layer = Layer.effect(
    CampaignPostRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeOne = row("campaign_posts", PostRow)
      const decodeList = rows("campaign_posts", PostRow)
      const decodeId = rows("campaign_posts", Schema.Struct({ id: Column.uuid }))
      const decodeCount = row("campaign_posts", Schema.Struct({ count: Column.bigint }))
      const page = newestFirst(sql, "c.added_at", "c.id")
      /** A report reads everything: the reads that share a connection must not wait behind it. */
      const pool = (limit: number) => limit > 101 ? sql : read
      const columns = sql.literal([
        ...["post_id", "role", "performance_tier", "notes", "added_at", "updated_at"].map((name) => `c.${name}`),
        ...["shortcode", "owner_username", "media_type", "posted_at"].map((name) => `p.${name}`),
        "seen.unlocked",
        "p.updated_at AS counted_at",
        "seen.listed_by",
        // What is not unlocked does not leave the database.
        ...["likes_count", "comments_count", "engagement_rate", "caption"].map((name) =>
          `CASE WHEN seen.unlocked THEN p.${name} END AS ${name}`
        ),
        "CASE WHEN seen.unlocked THEN coalesce(p.video_play_count, nullif(p.video_view_count, 0)) END AS plays_count",
        "seen.unlocked AND p.likes_hidden AS likes_hidden"
      ].join(", "))

      const selected = (attached: Fragment, { now, user }: Viewer) =>
        sql`
          SELECT ${columns}, ${page.position}
          FROM ${attached} AS c JOIN posts AS p ON p.id = c.post_id
          CROSS JOIN LATERAL (
            SELECT count(access.id) > 0 AS unlocked, coalesce(array_agg(link.profile_id::text), '{}') AS listed_by
            FROM post_profiles AS link LEFT JOIN user_profile_access AS access
              ON access.user_id = ${user} AND access.profile_id = link.profile_id AND access.expires_at > ${now}
            WHERE link.post_id = c.post_id
          ) AS seen`

      const upsert = Effect.fn("CampaignPostRepo.upsert")(function*(
        ...[campaign, post, given, viewer]: Parameters<CampaignPostRepo["Service"]["upsert"]>
      ) {
        const changes = sql.literal([...Object.keys(given), "updated_at"].map((name) => `${name} = excluded.${name}`).join(", "))
        const saved = yield* decodeOne(sql`
          WITH saved AS (
            INSERT INTO campaign_posts ${
          sql.insert({ campaign_id: campaign, post_id: post, ...given, added_at: viewer.now, updated_at: viewer.now })
        }
            ON CONFLICT (campaign_id, post_id) DO UPDATE SET ${changes}
            RETURNING *
          ) ${selected(sql`saved`, viewer)}`)
        return saved ?? (yield* Effect.die("an upsert returns its row"))
      })

      const update = Effect.fn("CampaignPostRepo.update")((
        ...[campaign, post, given, viewer]: Parameters<CampaignPostRepo["Service"]["update"]>
      ) =>
        decodeOne(sql`
          WITH saved AS (
            UPDATE campaign_posts AS c SET ${sql.update({ ...given, updated_at: viewer.now })}
            FROM posts WHERE posts.shortcode = ${post} AND c.post_id = posts.id AND c.campaign_id = ${campaign}
            RETURNING c.*
          ) ${selected(sql`saved`, viewer)}`)
      )

      const remove = Effect.fn("CampaignPostRepo.delete")((campaign: CampaignId, post: Shortcode) =>
        Effect.asVoid(decodeId(sql`
          DELETE FROM campaign_posts AS c USING posts
          WHERE posts.shortcode = ${post} AND c.post_id = posts.id AND c.campaign_id = ${campaign}
          RETURNING c.id`))
      )

      const count = Effect.fn("CampaignPostRepo.count")((campaign: CampaignId) =>
        Effect.map(
          decodeCount(sql`SELECT count(*) AS count FROM campaign_posts WHERE campaign_id = ${campaign}`),
          (found) => found?.count ?? 0
        )
      )

      const list = Effect.fn("CampaignPostRepo.list")((
        ...[campaign, viewer, { after, limit }]: Parameters<CampaignPostRepo["Service"]["list"]>
      ) =>
        decodeList(pool(limit)`
          ${selected(sql`campaign_posts`, viewer)}
          WHERE c.campaign_id = ${campaign} AND ${page.after(after)}
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      return { upsert, update, delete: remove, count, list }
    })
  )
}
