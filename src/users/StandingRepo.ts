import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { newestFirst } from "../database/Keyset.ts"
import { row, rows } from "../database/Rows.ts"
import type { UserId } from "./UserId.ts"
import { Held, type StandingFilter, UserStanding } from "./UserStanding.ts"

const Placed = Schema.Struct({ ...UserStanding.fields, position: Schema.String })

/** Reads users with their standing, over both of their tables. */
export class StandingRepo extends Context.Service<StandingRepo, {
  find(user: UserId): Effect.Effect<UserStanding | undefined, DatabaseError>
  /** Keeps these users as they are for others until the transaction ends; whoever holds several takes them in one order. */
  hold(users: ReadonlyArray<UserId>): Effect.Effect<ReadonlyArray<Held>, DatabaseError>
  /** Latest made first. */
  list(filter: StandingFilter, page: { readonly after: string | undefined; readonly limit: number }): Effect.Effect<
    ReadonlyArray<typeof Placed.Type>,
    DatabaseError
  >
}>()("analytics-following/users/StandingRepo") {
  static readonly layer = Layer.effect(
    StandingRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decode = row("user_profiles", UserStanding)
      const decodeList = rows("user_profiles", Placed)
      const decodeHeld = rows("user_profiles", Held)
      const columns = read.literal(`u.id, u.email, p.full_name, p.role, p.status, p.subscription_tier, u.banned_until,
        u.last_sign_in_at, u.deleted_at, u.created_at`)
      const page = newestFirst(read, "u.created_at", "u.id")

      const find = Effect.fn("StandingRepo.find")((user: UserId) =>
        decode(read`
          SELECT ${columns} FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id WHERE u.id = ${user}`)
      )

      const hold = Effect.fn("StandingRepo.hold")((users: ReadonlyArray<UserId>) =>
        decodeHeld(sql`
          SELECT user_id, role, status FROM user_profiles WHERE user_id = ANY (${[...users]}::uuid[])
          ORDER BY user_id FOR NO KEY UPDATE`)
      )

      const list = Effect.fn("StandingRepo.list")((
        { email, role, status }: StandingFilter,
        { after, limit }: { readonly after: string | undefined; readonly limit: number }
      ) =>
        decodeList(read`
          SELECT ${columns}, ${page.position} FROM auth_users AS u JOIN user_profiles AS p ON p.user_id = u.id
          WHERE ${
          read.and([
            page.after(after),
            ...(email === undefined ? [] : [read`u.email = ${email.toLowerCase()}`]),
            // As literals: the indexes of the few are partial, and a plan for any parameter could not use them.
            ...(role === undefined ? [] : [read`p.role = ${read.literal(`'${role}'`)}`]),
            ...(status === undefined ? [] : [read`p.status = ${read.literal(`'${status}'`)}`])
          ])
        }
          ORDER BY ${page.order}
          LIMIT ${limit}`)
      )

      return { find, hold, list }
    })
  )
}
