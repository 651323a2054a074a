import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import { UserId } from "../users/UserId.ts"
import { type Action, CreditReservation, type Reservation } from "./CreditReservation.ts"

/** How a reservation ends. */
export interface Settlement {
  readonly status: "committed" | "released"
  readonly amount: number
  readonly free_quantity: number
  readonly free_reason: typeof CreditReservation.fields.free_reason.Type
  readonly entry_id: string | null
}

/** All SQL of `credit_reservations`. What holds credits is changed under its account's lock only. */
export class ReservationRepo extends Context.Service<ReservationRepo, {
  /** Adds one, made for a call or for none; one of that id stays as it is. */
  insert(reservation: Reservation, settled: "open" | Column.Instant, call?: string): Effect.Effect<void, DatabaseError>
  /** Adds what was given for nothing. */
  insertFree(given: ReadonlyArray<Reservation>, now: Column.Instant): Effect.Effect<void, DatabaseError>
  find(id: string, user: UserId): Effect.Effect<CreditReservation | undefined, DatabaseError>
  /** The open one of the same thing. */
  findOpen(same: Same): Effect.Effect<CreditReservation | undefined, DatabaseError>
  /** One of the same thing that was paid at `since` or later. */
  findPaid(same: Same, since: Column.Instant): Effect.Effect<CreditReservation | undefined, DatabaseError>
  /** One of the same thing, paid or free, that was made and committed since then. */
  findGiven(same: Same, since: Column.Instant): Effect.Effect<CreditReservation | undefined, DatabaseError>
  /** How many were free by allowance since then, and are or will be used. */
  countFree(user: UserId, action: Action, since: Column.Instant): Effect.Effect<number, DatabaseError>
  /** The one that was made for a call since then, and is under way or committed. */
  findCalled(user: UserId, action: Action, call: string, since: Column.Instant): Effect.Effect<
    CreditReservation | undefined,
    DatabaseError
  >
  /** Another call joins an open one. */
  join(id: string, expiresAt: Column.Instant, call: string | undefined): Effect.Effect<void, DatabaseError>
  /** Of these, those that are open end no sooner than then; answers with their ids. */
  extend(ids: ReadonlyArray<string>, expiresAt: Column.Instant): Effect.Effect<ReadonlyArray<string>, DatabaseError>
  /** Opens one whose lease had ended. */
  reopen(id: string, terms: Terms, expiresAt: Column.Instant): Effect.Effect<void, DatabaseError>
  settle(id: string, how: Settlement, now: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Ends the user's reservations whose lease is over, and answers with the credits that they held. */
  expire(user: UserId, now: Column.Instant): Effect.Effect<number, DatabaseError>
  /** Whether the user has any to `expire`. */
  hasLapsed(user: UserId, now: Column.Instant): Effect.Effect<boolean, DatabaseError>
  /** Users who have some to `expire`. */
  lapsed(now: Column.Instant, limit: number): Effect.Effect<ReadonlyArray<UserId>, DatabaseError>
}>()("analytics-following/credits/ReservationRepo") {
  static readonly layer = Layer.effect(
    ReservationRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const relation = "credit_reservations"
      const decode = row(relation, CreditReservation)
      const decodeSum = row(relation, Schema.Struct({ total: Column.bigint }))
      const decodeFlag = row(relation, Schema.Struct({ found: Schema.Boolean }))
      const decodeIds = rows(relation, Schema.Struct({ id: Column.uuid }))
      const decodeUsers = rows(relation, Schema.Struct({ user_id: UserId }))
      const sumOf = (found: { readonly total: number } | undefined) => found?.total ?? 0

      const insert = Effect.fn("ReservationRepo.insert")((
        reservation: Reservation,
        settled: "open" | Column.Instant,
        call?: string
      ) =>
        Effect.asVoid(
          available(relation)(sql`
          INSERT INTO credit_reservations ${
            sql.insert({
              ...reservation,
              calls: call === undefined ? [] : [call],
              status: settled === "open" ? "open" : "committed",
              settled_at: settled === "open" ? null : settled
            })
          } ON CONFLICT (id) DO NOTHING`)
        )
      )

      const insertFree = Effect.fn("ReservationRepo.insertFree")((given: ReadonlyArray<Reservation>, now: Column.Instant) => {
        const [first, ...others] = given.map((one) => ({ ...one, status: "committed", settled_at: now }))
        return first === undefined
          ? Effect.void
          : Effect.asVoid(available(relation)(sql`INSERT INTO credit_reservations ${sql.insert([first, ...others])}`))
      })

      const find = Effect.fn("ReservationRepo.find")((id: string, user: UserId) =>
        decode(sql`SELECT * FROM credit_reservations WHERE id = ${id} AND user_id = ${user}`)
      )

      const same = ({ action, quantity, subject, user_id }: Same) =>
        sql`user_id = ${user_id} AND action = ${action} AND subject = ${subject} AND quantity = ${quantity}`

      const findOpen = Effect.fn("ReservationRepo.findOpen")((what: Same) =>
        decode(sql`SELECT * FROM credit_reservations WHERE ${same(what)} AND status = 'open'`)
      )

      const findPaid = Effect.fn("ReservationRepo.findPaid")((what: Same, since: Column.Instant) =>
        decode(sql`
          SELECT * FROM credit_reservations
          WHERE ${same(what)} AND status = 'committed' AND entry_id IS NOT NULL AND settled_at >= ${since}
          ORDER BY settled_at DESC LIMIT 1`)
      )

      const findGiven = Effect.fn("ReservationRepo.findGiven")((what: Same, since: Column.Instant) =>
        decode(sql`
          SELECT * FROM credit_reservations
          WHERE ${same(what)} AND created_at > ${since} AND status = 'committed' LIMIT 1`)
      )

      const countFree = Effect.fn("ReservationRepo.countFree")((user: UserId, action: Action, since: Column.Instant) =>
        Effect.map(
          decodeSum(sql`
            SELECT coalesce(sum(free_quantity), 0)::bigint AS total FROM credit_reservations
            WHERE user_id = ${user} AND action = ${action} AND created_at >= ${since} AND status IN ('open', 'committed')`),
          sumOf
        )
      )

      const findCalled = Effect.fn("ReservationRepo.findCalled")((
        ...[user, action, call, since]: Parameters<ReservationRepo["Service"]["findCalled"]>
      ) =>
        decode(sql`
          SELECT * FROM credit_reservations
          WHERE user_id = ${user} AND action = ${action} AND created_at > ${since} AND calls @> ARRAY[${call}::text]
            AND status IN ('open', 'committed')
          ORDER BY created_at DESC LIMIT 1`)
      )

      const join = Effect.fn("ReservationRepo.join")((id: string, expiresAt: Column.Instant, call: string | undefined) =>
        Effect.asVoid(
          available(relation)(sql`
          UPDATE credit_reservations SET expires_at = greatest(expires_at, ${expiresAt}::timestamptz),
            calls = CASE WHEN ${call ?? null}::text IS NULL THEN calls ELSE array_append(calls, ${call ?? null}::text) END
          WHERE id = ${id}`)
        )
      )

      const extend = Effect.fn("ReservationRepo.extend")((ids: ReadonlyArray<string>, expiresAt: Column.Instant) =>
        Effect.map(
          decodeIds(sql`
            UPDATE credit_reservations SET expires_at = greatest(expires_at, ${expiresAt}::timestamptz)
            WHERE id = ANY (${[...ids].sort()}::uuid[]) AND status = 'open'
            RETURNING id`),
          (found) => found.map(({ id }) => id)
        )
      )

      const reopen = Effect.fn("ReservationRepo.reopen")((id: string, terms: Terms, expiresAt: Column.Instant) =>
        Effect.asVoid(
          available(relation)(sql`
          UPDATE credit_reservations SET ${sql.update({ ...terms, status: "open", settled_at: null, expires_at: expiresAt })}
          WHERE id = ${id}`)
        )
      )

      const settle = Effect.fn("ReservationRepo.settle")((id: string, how: Settlement, now: Column.Instant) =>
        Effect.asVoid(
          available(relation)(sql`
          UPDATE credit_reservations SET ${sql.update({ ...how, settled_at: now })} WHERE id = ${id}`)
        )
      )

      const expire = Effect.fn("ReservationRepo.expire")((user: UserId, now: Column.Instant) =>
        Effect.map(
          decodeSum(sql`
            WITH ended AS (
              UPDATE credit_reservations SET status = 'expired', settled_at = ${now}
              WHERE user_id = ${user} AND status = 'open' AND expires_at <= ${now}
              RETURNING amount
            ) SELECT coalesce(sum(amount), 0)::bigint AS total FROM ended`),
          sumOf
        )
      )

      const hasLapsed = Effect.fn("ReservationRepo.hasLapsed")((user: UserId, now: Column.Instant) =>
        Effect.map(
          decodeFlag(read`
            SELECT EXISTS (
              SELECT 1 FROM credit_reservations WHERE user_id = ${user} AND status = 'open' AND expires_at <= ${now}
            ) AS found`),
          (found) => found?.found ?? false
        )
      )

      const lapsed = Effect.fn("ReservationRepo.lapsed")((now: Column.Instant, limit: number) =>
        Effect.map(
          decodeUsers(read`
            SELECT DISTINCT user_id FROM (
              SELECT user_id FROM credit_reservations WHERE status = 'open' AND expires_at <= ${now} ORDER BY expires_at LIMIT ${limit}
            ) AS ended`),
          (found) => found.map((one) => one.user_id)
        )
      )

      return {
        insert,
        insertFree,
        find,
        findOpen,
        findPaid,
        findGiven,
        findCalled,
        countFree,
        join,
        extend,
        reopen,
        settle,
        expire,
        hasLapsed,
        lapsed
      }
    })
  )
}

/** What one costs, or why nothing. */
export type Terms = Pick<Reservation, "amount" | "free_quantity" | "free_reason">

/** What makes two reservations the same thing. */
export type Same = Pick<Reservation, "user_id" | "action" | "quantity"> & { readonly subject: string }
