import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Reservation } from "../credits/CreditReservation.ts"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { UserId } from "../users/UserId.ts"
import type { ProfileId } from "./Profile.ts"
import { FetchId, ProfileFetch } from "./ProfileFetch.ts"
import { EndedRow, LeftRow, StartedRow, WaitingRow } from "./ProfileFetchRows.ts"
import type { Username } from "./Username.ts"

/** All SQL of `profile_fetches` and `profile_fetch_callers`. */
export class ProfileFetchRepo extends Context.Service<ProfileFetchRepo, {
  /**
   * The fetch of a name that is under way, else a new one. Holds it until the transaction ends, so that its end and whoever joins
   * it here come one after the other.
   */
  insert(fetch: Begun, now: Column.Instant): Effect.Effect<ProfileFetch & { readonly is_new: boolean }, DatabaseError>
  /** Takes a new fetch back, in the transaction that made it. */
  delete(id: FetchId): Effect.Effect<void, DatabaseError>
  addCaller(id: FetchId, caller: WaitingCaller): Effect.Effect<void, DatabaseError>
  /** The latest fetch of a name that has ended since then. */
  findLatest(username: Username, since: Column.Instant): Effect.Effect<ProfileFetch | undefined, DatabaseError>
  /** Of these, the names of which a fetch is under way. */
  findUnderWay(usernames: ReadonlyArray<Username>): Effect.Effect<ReadonlyArray<Username>, DatabaseError>
  /** The same, also one that has stored what is newer than what the caller saw stored, fetched at `seen`. Joins `profiles`. */
  findNewer(username: Username, since: Column.Instant, seen: Column.Instant | null): Effect.Effect<
    ProfileFetch | undefined,
    DatabaseError
  >
  /** Of these, those that have ended, with the users whom the transaction that ended them recorded. */
  findEnded(ids: ReadonlyArray<FetchId>): Effect.Effect<ReadonlyArray<typeof EndedRow.Type>, DatabaseError>
  /** Of these, those that are there no longer: they ended long ago and were pruned. */
  findPruned(ids: ReadonlyArray<FetchId>): Effect.Effect<ReadonlyArray<{ readonly id: FetchId }>, DatabaseError>
  /** A fetch that the user asked for, under way or ended since then. */
  findOf(id: string, user: UserId, since: Column.Instant): Effect.Effect<ProfileFetch | undefined, DatabaseError>
  /** Takes a fetch up, with whoever was the first to ask for it; nothing where it has ended. */
  start(id: FetchId, now: Column.Instant): Effect.Effect<typeof StartedRow.Type | undefined, DatabaseError>
  /** How often a fetch that is under way was taken up; undefined where it has ended. */
  findAttempts(id: FetchId): Effect.Effect<number | undefined, DatabaseError>
  /**
   * Answers with those for whom it is a job; undefined where it had ended already. Whoever listens on `profile_fetches` hears its id when the
   * transaction commits.
   */
  end(id: FetchId, end: End, now: Column.Instant): Effect.Effect<ReadonlyArray<UserId> | undefined, DatabaseError>
  /** For this caller it is a job from now on: the fetch as it is, held until the transaction ends. */
  setJob(id: FetchId, user: UserId): Effect.Effect<ProfileFetch | undefined, DatabaseError>
  /** Those who wait, recorded from now on; call after `end`, in its transaction. */
  recordCallers(
    id: FetchId
  ): Effect.Effect<ReadonlyArray<WaitingCaller>, DatabaseError>
  /** These were not recorded after all; call in the transaction of `recordCallers`. */
  unrecordCallers(id: FetchId, users: ReadonlyArray<UserId>): Effect.Effect<void, DatabaseError>
  /** What those who wait have reserved: for one fetch, or for all that are under way. */
  reservations(id?: FetchId): Effect.Effect<ReadonlyArray<Reservation>, DatabaseError>
  /** The user waits no longer; undefined where they did not. */
  leave(id: FetchId, user: UserId, now: Column.Instant): Effect.Effect<typeof LeftRow.Type | undefined, DatabaseError>
  /** Ends a fetch that was begun for callers and has none left; false where it goes on. */
  cancelDeserted(id: FetchId, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** Forgets fetches that ended before then. */
  prune(before: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/ProfileFetchRepo") {
  static readonly layer = Layer.effect(
    ProfileFetchRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeOne = row("profile_fetches", ProfileFetch)
      const decodeBegun = row("profile_fetches", Schema.Struct({ ...ProfileFetch.fields, is_new: Schema.Boolean }))
      const decodeStarted = row("profile_fetches", StartedRow)
      const decodeEnded = rows("profile_fetches", EndedRow)
      const decodeId = row("profile_fetches", Schema.Struct({ id: FetchId }))
      const decodeIds = rows("profile_fetches", Schema.Struct({ id: FetchId }))
      const decodeAttempts = row("profile_fetches", Schema.Struct({ attempts: ProfileFetch.fields.attempts }))
      const decodeNames = rows("profile_fetches", Schema.Struct({ username: ProfileFetch.fields.username }))
      const decodeCallers = rows("profile_fetch_callers", WaitingRow)
      const decodeLeft = row("profile_fetch_callers", LeftRow)
      const decodeTold = row("profile_fetches", Schema.Struct({ users: Schema.Array(UserId) }))
      const decodeReservations = rows("profile_fetch_callers", Schema.Struct({ reservation: Column.json(Reservation) }))
      const guard = available("profile_fetches")
      const columns = sql.literal(Object.keys(ProfileFetch.fields).map((name) => `f.${name}`).join(", "))

      const insert = Effect.fn("ProfileFetchRepo.insert")(function*(fetch: Begun, now: Column.Instant) {
        const found = yield* decodeBegun(sql`
          INSERT INTO profile_fetches AS f (username, purpose, analysis_type, created_at)
          VALUES (${fetch.username}, ${fetch.purpose}, ${fetch.analysis_type}, ${now})
          ON CONFLICT (username) WHERE finished_at IS NULL DO UPDATE SET username = excluded.username
          RETURNING ${columns}, xmax = 0 AS is_new`)
        return found ?? (yield* Effect.die("an upsert returns its row"))
      })

      const remove = Effect.fn("ProfileFetchRepo.delete")((id: FetchId) =>
        Effect.asVoid(guard(sql`DELETE FROM profile_fetches WHERE id = ${id}`))
      )

      const addCaller = Effect.fn("ProfileFetchRepo.addCaller")((
        id: FetchId,
        { asked_at, reservation, user_id }: WaitingCaller
      ) =>
        Effect.asVoid(
          available("profile_fetch_callers")(sql`
          INSERT INTO profile_fetch_callers AS c (fetch_id, user_id, asked_at, reservation)
          VALUES (${id}, ${user_id}, ${asked_at}, ${reservation === null ? null : JSON.stringify(reservation)})
          ON CONFLICT (fetch_id, user_id) DO UPDATE SET left_at = NULL, reservation = coalesce(excluded.reservation, c.reservation)`)
        )
      )

      const findLatest = Effect.fn("ProfileFetchRepo.findLatest")((username: Username, since: Column.Instant) =>
        decodeOne(sql`
          SELECT ${columns} FROM profile_fetches AS f
          WHERE f.username = ${username} AND f.finished_at >= ${since} AND f.state <> 'cancelled'
          ORDER BY f.finished_at DESC
          LIMIT 1`)
      )

      const findUnderWay = Effect.fn("ProfileFetchRepo.findUnderWay")((usernames: ReadonlyArray<Username>) =>
        Effect.map(
          decodeNames(sql`
            SELECT f.username FROM profile_fetches AS f WHERE f.username = ANY (${[
            ...usernames
          ]}::text[]) AND f.finished_at IS NULL`),
          (found) => found.map(({ username }) => username)
        )
      )

      // A fetch has its end on it before its transaction commits: that alone says nothing of what the caller saw.
      const findNewer = Effect.fn("ProfileFetchRepo.findNewer")((
        username: Username,
        since: Column.Instant,
        seen: Column.Instant | null
      ) =>
        decodeOne(sql`
          SELECT ${columns} FROM profile_fetches AS f
          WHERE f.username = ${username} AND f.finished_at IS NOT NULL AND f.state <> 'cancelled' AND (f.finished_at >= ${since} OR EXISTS (
            SELECT 1 FROM profiles AS p
            WHERE p.id = f.profile_id AND date_trunc('milliseconds', p.last_refreshed) > coalesce(${seen}::timestamptz, '-infinity')
          ))
          ORDER BY f.finished_at DESC
          LIMIT 1`)
      )

      const findEnded = Effect.fn("ProfileFetchRepo.findEnded")((ids: ReadonlyArray<FetchId>) =>
        decodeEnded(read`
          SELECT ${columns}, ARRAY(
            SELECT c.user_id::text FROM profile_fetch_callers AS c WHERE c.fetch_id = f.id AND c.recorded
          ) AS recorded
          FROM profile_fetches AS f
          WHERE f.id = ANY (${[...ids]}::uuid[]) AND f.finished_at IS NOT NULL`)
      )

      const findPruned = Effect.fn("ProfileFetchRepo.findPruned")((ids: ReadonlyArray<FetchId>) =>
        decodeIds(read`
          SELECT asked.id FROM unnest(${[...ids]}::uuid[]) AS asked (id)
          WHERE NOT EXISTS (SELECT 1 FROM profile_fetches AS f WHERE f.id = asked.id)`)
      )

      const findOf = Effect.fn("ProfileFetchRepo.findOf")((id: string, user: UserId, since: Column.Instant) =>
        decodeOne(read`
          SELECT ${columns} FROM profile_fetches AS f
          WHERE f.id = ${id} AND (f.finished_at IS NULL OR f.finished_at >= ${since})
            AND EXISTS (SELECT 1 FROM profile_fetch_callers AS c WHERE c.fetch_id = f.id AND c.user_id = ${user})`)
      )

      const start = Effect.fn("ProfileFetchRepo.start")((id: FetchId, now: Column.Instant) =>
        decodeStarted(sql`
          UPDATE profile_fetches AS f
          SET state = 'running', attempts = f.attempts + 1, started_at = coalesce(f.started_at, ${now})
          WHERE f.id = ${id} AND f.finished_at IS NULL
          RETURNING ${columns}, (
            SELECT c.user_id FROM profile_fetch_callers AS c WHERE c.fetch_id = f.id ORDER BY c.asked_at LIMIT 1
          ) AS asked_by`)
      )

      const findAttempts = Effect.fn("ProfileFetchRepo.findAttempts")((id: FetchId) =>
        Effect.map(
          decodeAttempts(sql`SELECT attempts FROM profile_fetches WHERE id = ${id} AND finished_at IS NULL`),
          (found) => found?.attempts
        )
      )

      const end = Effect.fn("ProfileFetchRepo.end")((id: FetchId, { problem, profile, state }: End, now: Column.Instant) =>
        Effect.map(
          decodeTold(sql`
            WITH ended AS (
              UPDATE profile_fetches
              SET state = ${state}, finished_at = ${now}, profile_id = ${profile},
                problem = ${problem === null ? null : JSON.stringify(problem)}
              WHERE id = ${id} AND finished_at IS NULL
              RETURNING id
            )
            SELECT pg_notify('profile_fetches', id::text)::text, ARRAY(
              SELECT c.user_id::text FROM profile_fetch_callers AS c WHERE c.fetch_id = ended.id AND c.is_job AND c.left_at IS NULL
            ) AS users
            FROM ended`),
          (found) => found?.users
        )
      )

      const setJob = Effect.fn("ProfileFetchRepo.setJob")((id: FetchId, user: UserId) =>
        decodeOne(sql`
          WITH held AS (
            SELECT * FROM profile_fetches WHERE id = ${id} FOR UPDATE
          ), told AS (
            UPDATE profile_fetch_callers AS c SET is_job = true FROM held WHERE c.fetch_id = held.id AND c.user_id = ${user}
          )
          SELECT ${columns} FROM held AS f`)
      )

      const recordCallers = Effect.fn("ProfileFetchRepo.recordCallers")((id: FetchId) =>
        decodeCallers(sql`
          UPDATE profile_fetch_callers SET recorded = true WHERE fetch_id = ${id} AND left_at IS NULL
          RETURNING user_id, asked_at, reservation`)
      )

      const unrecordCallers = Effect.fn("ProfileFetchRepo.unrecordCallers")((id: FetchId, users: ReadonlyArray<UserId>) =>
        Effect.asVoid(
          available("profile_fetch_callers")(sql`
          UPDATE profile_fetch_callers SET recorded = false WHERE fetch_id = ${id} AND user_id = ANY (${[...users]}::uuid[])`)
        )
      )

      const reservations = Effect.fn("ProfileFetchRepo.reservations")((id?: FetchId) =>
        Effect.map(
          decodeReservations(sql`
            SELECT c.reservation FROM profile_fetches AS f JOIN profile_fetch_callers AS c ON c.fetch_id = f.id
            WHERE f.finished_at IS NULL AND c.left_at IS NULL AND c.reservation IS NOT NULL
              AND ${id === undefined ? sql`true` : sql`f.id = ${id}`}`),
          (found) => found.map(({ reservation }) => reservation)
        )
      )

      // First the fetch, as its end does, so that the two cannot deadlock.
      const leave = Effect.fn("ProfileFetchRepo.leave")((id: FetchId, user: UserId, now: Column.Instant) =>
        decodeLeft(sql`
          UPDATE profile_fetch_callers AS c SET left_at = ${now}
          FROM (SELECT id, username FROM profile_fetches WHERE id = ${id} FOR UPDATE) AS held
          WHERE c.fetch_id = held.id AND c.user_id = ${user} AND c.left_at IS NULL AND NOT c.recorded
          RETURNING held.id, held.username, c.reservation, c.is_job`)
      )

      const cancelDeserted = Effect.fn("ProfileFetchRepo.cancelDeserted")((id: FetchId, now: Column.Instant) =>
        Effect.map(
          decodeId(sql`
            WITH ended AS (
              UPDATE profile_fetches SET state = 'cancelled', finished_at = ${now}
              WHERE id = ${id} AND finished_at IS NULL AND purpose IN ('lookup', 'bulk')
                AND NOT EXISTS (SELECT 1 FROM profile_fetch_callers WHERE fetch_id = ${id} AND left_at IS NULL)
              RETURNING id
            )
            SELECT id, pg_notify('profile_fetches', id::text)::text FROM ended`),
          (found) => found !== undefined
        )
      )

      const prune = Effect.fn("ProfileFetchRepo.prune")((before: Column.Instant) =>
        Effect.asVoid(guard(sql`DELETE FROM profile_fetches WHERE finished_at < ${before}`))
      )

      return {
        insert,
        delete: remove,
        addCaller,
        findLatest,
        findUnderWay,
        findNewer,
        findEnded,
        findPruned,
        findOf,
        start,
        findAttempts,
        end,
        setJob,
        recordCallers,
        unrecordCallers,
        reservations,
        leave,
        cancelDeserted,
        prune
      }
    })
  )
}

/** What a fetch is begun with. */
export type Begun = Pick<ProfileFetch, "username" | "purpose" | "analysis_type">

/** How a fetch ended. */
export interface End {
  readonly state: "succeeded" | "failed"
  readonly profile: ProfileId | null
  readonly problem: ProfileFetch["problem"]
}

/** Someone who waits for a fetch, and what they have reserved for it. */
export type WaitingCaller = typeof WaitingRow.Type
