import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { Campaign, type CampaignId } from "./Campaign.ts"
import type { Status } from "./CampaignStatus.ts"
import type { Placed } from "./CampaignView.ts"

/** All SQL of `campaigns`. Every statement names the user: nobody reaches another's campaign. */
export class CampaignRepo extends Context.Service<CampaignRepo, {
  insert(user: UserId, details: Details, now: Column.Instant): Effect.Effect<Campaign, DatabaseError>
  /** A campaign, in the bin or not. */
  find(user: UserId, id: CampaignId): Effect.Effect<Campaign | undefined, DatabaseError>
  /** As `find`, and holds it against other changes until the transaction ends. */
  lock(user: UserId, id: CampaignId): Effect.Effect<Campaign | undefined, DatabaseError>
  /** Writes what is given; call after `lock`. */
  update(
    user: UserId,
    id: CampaignId,
    change: Partial<Details & Life>,
    now: Column.Instant
  ): Effect.Effect<Campaign, DatabaseError>
  /** Campaigns newest first, those in the bin latest deleted first; after the `position` of a former row. */
  list(options: {
    readonly user: UserId
    readonly status: Status | "deleted" | undefined
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<Placed<Campaign>>, DatabaseError>
  /** Deletes for good, with what is attached, up to `limit` that were put into the bin before `before`; how many there were. */
  purge(before: Column.Instant, limit: number): Effect.Effect<number, DatabaseError>
  /** How many were put into the bin before then. */
  countBin(before: Column.Instant): Effect.Effect<number, DatabaseError>
}>()("analytics-following/campaigns/CampaignRepo") {
  static readonly layer = Layer.effect(
    CampaignRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeOne = row("campaigns", Campaign)
      const decodeList = rows("campaigns", Schema.Struct({ ...Campaign.fields, position: Schema.String }))
      const columns = sql.literal(Object.keys(Campaign.fields).join(", "))

      /** Columns of a record as a row of the table: each value becomes its column's type. */
      const record = (values: object) => ({
        names: sql.literal(Object.keys(values).join(", ")),
        from: sql`jsonb_populate_record(NULL::campaigns, ${JSON.stringify(values)}::jsonb)`
      })

      const insert = Effect.fn("CampaignRepo.insert")(function*(user: UserId, details: Details, now: Column.Instant) {
        const given = record({ ...details, user_id: user, created_at: now, updated_at: now })
        const found = yield* decodeOne(sql`
          INSERT INTO campaigns (${given.names}) SELECT ${given.names} FROM ${given.from} RETURNING ${columns}`)
        return found ?? (yield* Effect.die("an insert returns its row"))
      })

      const find = Effect.fn("CampaignRepo.find")((user: UserId, id: CampaignId) =>
        decodeOne(read`SELECT ${columns} FROM campaigns WHERE id = ${id} AND user_id = ${user}`)
      )

      const lock = Effect.fn("CampaignRepo.lock")((user: UserId, id: CampaignId) =>
        decodeOne(sql`SELECT ${columns} FROM campaigns WHERE id = ${id} AND user_id = ${user} FOR NO KEY UPDATE`)
      )

      const update = Effect.fn("CampaignRepo.update")(function*(
        ...[user, id, change, now]: Parameters<CampaignRepo["Service"]["update"]>
      ) {
        const given = record({ ...change, updated_at: now })
        const found = yield* decodeOne(sql`
          UPDATE campaigns SET (${given.names}) = ROW(${sql.literal(prefixed("given", { ...change, updated_at: now }))})
          FROM ${given.from} AS given
          WHERE campaigns.id = ${id} AND campaigns.user_id = ${user}
          RETURNING ${sql.literal(prefixed("campaigns", Campaign.fields))}`)
        return found ?? (yield* Effect.die("a locked campaign is there"))
      })

      const list = Effect.fn("CampaignRepo.list")(
        ({ after, limit, status, user }: Parameters<CampaignRepo["Service"]["list"]>[0]) => {
          const inBin = status === "deleted"
          const page = newestFirst(read, inBin ? "deleted_at" : "created_at", "id")
          return decodeList(read`
          SELECT ${columns}, ${page.position} FROM campaigns
          WHERE ${
            read.and([
              read`user_id = ${user}`,
              inBin ? read`deleted_at IS NOT NULL` : read`deleted_at IS NULL`,
              ...(status === undefined || inBin ? [] : [read`status = ${status}`]),
              page.after(after)
            ])
          }
          ORDER BY ${page.order}
          LIMIT ${limit}`)
        }
      )

      const decodeCount = row("campaigns", Schema.Struct({ count: Schema.Int }))

      const purge = Effect.fn("CampaignRepo.purge")((before: Column.Instant, limit: number) =>
        Effect.map(
          decodeCount(sql`
            WITH old AS (
              SELECT id FROM campaigns WHERE deleted_at IS NOT NULL AND deleted_at < ${before} LIMIT ${limit} FOR UPDATE SKIP LOCKED
            ), gone AS (DELETE FROM campaigns USING old WHERE campaigns.id = old.id RETURNING 1)
            SELECT count(*)::integer AS count FROM gone`),
          (found) => found?.count ?? 0
        )
      )

      const countBin = Effect.fn("CampaignRepo.countBin")((before: Column.Instant) =>
        Effect.map(
          decodeCount(sql`
            SELECT count(*)::integer AS count FROM campaigns WHERE deleted_at IS NOT NULL AND deleted_at < ${before}`),
          (found) => found?.count ?? 0
        )
      )

      return { insert, find, lock, update, list, purge, countBin }
    })
  )
}

/** What a caller says of a campaign. */
export type Details = Pick<
  Campaign,
  | "name"
  | "description"
  | "logo_url"
  | "start_date"
  | "end_date"
  | "budget"
  | "currency"
  | "target_audience"
  | "campaign_goals"
>

export type Life = Pick<Campaign, "status" | "deleted_at">

const prefixed = (relation: string, columns: object): string =>
  Object.keys(columns).map((name) => `${relation}.${name}`).join(", ")
