import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { UserProfile } from "../users/UserProfile.ts"
import { CreditAccount } from "./CreditAccount.ts"
import { CreditEntry, type EntryKind } from "./CreditEntry.ts"
import type { Period } from "./Renewal.ts"

/** Whose account it is: joined from `user_profiles`, and from `subscriptions` of this room. */
const HolderRow = Schema.Struct({
  timezone: UserProfile.fields.timezone,
  subscription_tier: UserProfile.fields.subscription_tier,
  subscription_expires_at: UserProfile.fields.subscription_expires_at,
  subscription_started_at: Schema.NullOr(Column.Instant)
})

/** An account with whom it belongs to. */
export const AccountRow = Schema.Struct({ ...CreditAccount.fields, ...HolderRow.fields })
export type AccountRow = typeof AccountRow.Type

/** A line to be entered: `amount` to the account, `expiring` of it in the part that resets take, `reserved` credits held no longer. */
export interface Posting {
  readonly kind: EntryKind
  readonly counter: string
  readonly amount: number
  readonly expiring: number
  readonly reserved: number
  readonly action: string | null
  readonly reservation: string | null
  readonly subject: string | null
  readonly note: string | null
  readonly key: string
}

/** All SQL of `credit_accounts` and `credit_entries`. An account is changed under its lock only, by these methods. */
export class LedgerRepo extends Context.Service<LedgerRepo, {
  find(user: UserId): Effect.Effect<AccountRow | undefined, DatabaseError>
  /** As `find`, and keeps the account from others until the transaction ends. */
  lock(user: UserId): Effect.Effect<AccountRow | undefined, DatabaseError>
  findHolder(user: UserId): Effect.Effect<typeof HolderRow.Type | undefined, DatabaseError>
  /** Opens an account; one that is there stays. */
  insert(user: UserId, period: Period, now: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Enters a line and moves the balance with it: one statement. */
  post(user: UserId, posting: Posting, now: Column.Instant): Effect.Effect<CreditEntry, DatabaseError>
  findByKey(key: string): Effect.Effect<CreditEntry | undefined, DatabaseError>
  /** An entry of a user by its id. */
  findEntry(user: UserId, id: string): Effect.Effect<CreditEntry | undefined, DatabaseError>
  updatePeriod(user: UserId, period: Period, now: Column.Instant): Effect.Effect<void, DatabaseError>
  /** Holds so many credits more, or fewer where negative. */
  updateReserved(user: UserId, change: number, now: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/credits/LedgerRepo") {
  static readonly layer = Layer.effect(
    LedgerRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeAccount = row("credit_accounts", AccountRow)
      const decodeHolder = row("user_profiles", HolderRow)
      const decodeEntry = row("credit_entries", CreditEntry)
      const decodeEntries = rows("credit_entries", CreditEntry)

      const holder = (user: Fragment) =>
        sql`p.timezone, p.subscription_tier, p.subscription_expires_at, (
          SELECT max(s.started_at) FROM subscriptions AS s
          WHERE s.user_id = ${user} AND s.status IN ('trialing', 'active', 'past_due')
        ) AS subscription_started_at`

      const selectAccount = (user: UserId) =>
        sql`SELECT a.*, ${holder(sql`a.user_id`)} FROM credit_accounts AS a JOIN user_profiles AS p ON p.user_id = a.user_id
          WHERE a.user_id = ${user}`

      const find = Effect.fn("LedgerRepo.find")((user: UserId) => decodeAccount(read`${selectAccount(user)}`))

      const lock = Effect.fn("LedgerRepo.lock")((user: UserId) => decodeAccount(sql`${selectAccount(user)} FOR UPDATE OF a`))

      const findHolder = Effect.fn("LedgerRepo.findHolder")((user: UserId) =>
        decodeHolder(sql`SELECT ${holder(sql`p.user_id`)} FROM user_profiles AS p WHERE p.user_id = ${user}`)
      )

      const insert = Effect.fn("LedgerRepo.insert")((user: UserId, period: Period, now: Column.Instant) =>
        Effect.asVoid(
          available("credit_accounts")(sql`
          INSERT INTO credit_accounts ${sql.insert({ user_id: user, ...period, created_at: now, updated_at: now })}
          ON CONFLICT (user_id) DO NOTHING`)
        )
      )

      const post = Effect.fn("LedgerRepo.post")(function*(user: UserId, posting: Posting, now: Column.Instant) {
        const [entry] = yield* decodeEntries(sql`
          WITH moved AS (
            UPDATE credit_accounts SET balance = balance + ${posting.amount}, expiring = expiring + ${posting.expiring},
              reserved = reserved - ${posting.reserved}, last_sequence = last_sequence + 1, updated_at = ${now}
            WHERE user_id = ${user}
            RETURNING user_id, last_sequence, balance, expiring
          )
          INSERT INTO credit_entries (
            user_id, sequence, kind, counter_account, amount, balance_after, expiring_after, action, reservation_id, subject, note, key,
            created_at
          )
          SELECT user_id, last_sequence, ${posting.kind}, ${posting.counter}, ${posting.amount}, balance, expiring, ${posting.action},
            ${posting.reservation}::uuid, ${posting.subject}, ${posting.note}, ${posting.key}, ${now}::timestamptz
          FROM moved
          RETURNING *`)
        return entry ?? (yield* Effect.die(new Error("an entry was made for a user without an account")))
      })

      const findByKey = Effect.fn("LedgerRepo.findByKey")((key: string) =>
        decodeEntry(sql`SELECT * FROM credit_entries WHERE key = ${key}`)
      )

      const findEntry = Effect.fn("LedgerRepo.findEntry")((user: UserId, id: string) =>
        decodeEntry(sql`SELECT * FROM credit_entries WHERE id = ${id} AND user_id = ${user}`)
      )

      const updatePeriod = Effect.fn("LedgerRepo.updatePeriod")((user: UserId, period: Period, now: Column.Instant) =>
        Effect.asVoid(
          available("credit_accounts")(sql`
          UPDATE credit_accounts SET ${sql.update({ ...period, updated_at: now })} WHERE user_id = ${user}`)
        )
      )

      const updateReserved = Effect.fn("LedgerRepo.updateReserved")((user: UserId, change: number, now: Column.Instant) =>
        Effect.asVoid(
          available("credit_accounts")(sql`
          UPDATE credit_accounts SET reserved = reserved + ${change}, updated_at = ${now} WHERE user_id = ${user}`)
        )
      )

      return { find, lock, findHolder, insert, post, findByKey, findEntry, updatePeriod, updateReserved }
    })
  )
}
