import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import { UserId } from "../users/UserId.ts"
import type { UserSearch } from "./Search.ts"
import { SearchRow, SearchView } from "./SearchView.ts"

export interface NewSearch extends Omit<typeof UserSearch.insert.Encoded, "id"> {
  readonly search_timestamp: string
}

export interface SearchFilter {
  readonly success: boolean | undefined
  /** A beginning of usernames. */
  readonly beginning: string | undefined
  readonly since: Column.Instant | undefined
  /** Exclusive. */
  readonly until: Column.Instant | undefined
}

/** Look-ups older than `before` of `users` users, those after `after` by id. */
export interface Batch {
  readonly before: Column.Instant
  readonly after: UserId | undefined
  readonly users: number
}

/** `last` is the last user that was looked at; null: there are no more. */
export interface Pruned {
  readonly searches: number
  readonly history: number
  readonly last: UserId | null
}

/** All SQL of `user_searches` and `search_history`. */
export class SearchRepo extends Context.Service<SearchRepo, {
  /** Records look-ups of one profile (null: it is not stored) in both tables by one statement, so that they never disagree. */
  insert(searches: ReadonlyArray<NewSearch>, profile: ProfileId | null): Effect.Effect<void, DatabaseError>
  /** Latest first, after the `position` of a former row. */
  list(options: {
    readonly user: UserId
    readonly filter: SearchFilter
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<SearchRow>, DatabaseError>
  /** From both tables. False when the user has none of that id. */
  delete(user: UserId, id: string): Effect.Effect<boolean, DatabaseError>
  /** From both tables. How many there were. */
  deleteAll(user: UserId): Effect.Effect<number, DatabaseError>
  /** Deletes what is too old, from both tables. */
  prune(batch: Batch): Effect.Effect<Pruned, DatabaseError>
  /** Counts what `prune` would delete. */
  countPrunable(batch: Batch): Effect.Effect<Pruned, DatabaseError>
  /** All rows there are. */
  readonly count: Effect.Effect<Omit<Pruned, "last">, DatabaseError>
}>()("analytics-following/searches/SearchRepo") {
  static readonly layer = Layer.effect(
    SearchRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeList = rows("user_searches", SearchRow)
      const decodeFound = row("user_searches", Schema.Struct({ id: Column.uuid }))
      const decodeCounts = row("user_searches", Schema.Struct({ searches: Column.bigint, history: Column.bigint }))
      const decodePruned = row(
        "user_searches",
        Schema.Struct({ searches: Column.bigint, history: Column.bigint, last: Schema.NullOr(UserId) })
      )
      const page = newestFirst(read, "search_timestamp", "id")
      const columns = read.literal(Object.keys(SearchView.fields).join(", "))

      const insert = Effect.fn("SearchRepo.insert")((searches: ReadonlyArray<NewSearch>, profile: ProfileId | null) =>
        Effect.asVoid(
          available("user_searches")(sql`
          WITH recorded AS (
            INSERT INTO user_searches (user_id, instagram_username, search_timestamp, analysis_type, search_metadata,
              search_duration_ms, data_source, success, error_code, profile_snapshot)
            SELECT user_id, instagram_username, search_timestamp, analysis_type, coalesce(search_metadata, '{}'),
              search_duration_ms, data_source, success, error_code, profile_snapshot
            FROM jsonb_populate_recordset(NULL::user_searches, ${JSON.stringify(searches)}::jsonb)
            RETURNING id, user_id, instagram_username, search_timestamp
          )
          INSERT INTO search_history (id, user_id, username, profile_id, searched_at)
          SELECT id, user_id, instagram_username, ${profile}::uuid, search_timestamp FROM recorded`)
        )
      )

      const list = Effect.fn("SearchRepo.list")(({ after, filter, limit, user }: Parameters<SearchRepo["Service"]["list"]>[0]) =>
        decodeList(read`
          SELECT ${columns}, ${page.position}
          FROM user_searches
          WHERE ${
          read.and([
            read`user_id = ${user}`,
            ...(filter.success === undefined ? [] : [read`success = ${filter.success}`]),
            ...(filter.beginning === undefined ? [] : [read`starts_with(instagram_username, ${filter.beginning})`]),
            ...(filter.since === undefined ? [] : [read`search_timestamp >= ${filter.since}`]),
            ...(filter.until === undefined ? [] : [read`search_timestamp < ${filter.until}`]),
            page.after(after)
          ])
        }
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      const remove = Effect.fn("SearchRepo.delete")((user: UserId, id: string) =>
        Effect.map(
          decodeFound(sql`
            WITH search AS (DELETE FROM user_searches WHERE id = ${id}::uuid AND user_id = ${user} RETURNING id),
              history AS (DELETE FROM search_history WHERE id = ${id}::uuid AND user_id = ${user} RETURNING id)
            SELECT id FROM search UNION SELECT id FROM history`),
          (found) => found !== undefined
        )
      )

      const deleteAll = Effect.fn("SearchRepo.deleteAll")((user: UserId) =>
        Effect.map(
          decodeCounts(sql`
            WITH search AS (DELETE FROM user_searches WHERE user_id = ${user} RETURNING id),
              history AS (DELETE FROM search_history WHERE user_id = ${user} RETURNING id)
            SELECT (SELECT count(*) FROM search) AS searches, (SELECT count(*) FROM history) AS history`),
          (found) => Math.max(found?.searches ?? 0, found?.history ?? 0)
        )
      )

      /** User by user, so that the index on a user's look-ups serves, and the table is never walked. */
      const users = ({ after, users }: Batch) =>
        sql`SELECT id FROM auth_users WHERE ${after === undefined ? sql`true` : sql`id > ${after}`} ORDER BY id LIMIT ${users}`

      const counted = (batch: Batch, verb: "SELECT" | "DELETE") => {
        const from = (table: string, at: string) =>
          verb === "DELETE"
            ? sql`DELETE FROM ${sql(table)} AS t USING batch WHERE t.user_id = batch.id AND t.${
              sql(at)
            } < ${batch.before} RETURNING t.id`
            : sql`SELECT t.id FROM ${sql(table)} AS t JOIN batch ON t.user_id = batch.id WHERE t.${sql(at)} < ${batch.before}`
        return Effect.map(
          decodePruned(sql`
            WITH batch AS MATERIALIZED (${users(batch)}),
              search AS (${from("user_searches", "search_timestamp")}),
              history AS (${from("search_history", "searched_at")})
            SELECT (SELECT count(*) FROM search) AS searches, (SELECT count(*) FROM history) AS history,
              (SELECT id FROM batch ORDER BY id DESC LIMIT 1) AS last`),
          (found) => found ?? { searches: 0, history: 0, last: null }
        )
      }

      const prune = Effect.fn("SearchRepo.prune")((batch: Batch) => counted(batch, "DELETE"))
      const countPrunable = Effect.fn("SearchRepo.countPrunable")((batch: Batch) => counted(batch, "SELECT"))

      const count = Effect.map(
        decodeCounts(sql`
          SELECT (SELECT count(*) FROM user_searches) AS searches, (SELECT count(*) FROM search_history) AS history`),
        (found) => found ?? { searches: 0, history: 0 }
      )

      return { insert, list, delete: remove, deleteAll, prune, countPrunable, count }
    })
  )
}
