import { Clock, Context, Effect, Layer, Option, Stream } from "effect"
import { Audit } from "../audit/Audit.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { personalRule, personalTables } from "./PersonalData.ts"
import { type ExportedTable, PersonalDataRepo } from "./PersonalDataRepo.ts"
import type { UserId } from "./UserId.ts"
import { UserRepo } from "./UserRepo.ts"

/** Everything that is kept of a user: to take away, and to erase. */
export class AccountData extends Context.Service<AccountData, {
  /**
   * JSON text: each table's rows, latest first, read page by page as fast as they are taken, on no connection of their own. Rows that change
   * meanwhile may be in it as they were or as they are.
   */
  export(user: UserId): Effect.Effect<Stream.Stream<string, DatabaseError>, DatabaseError>
  /** Erases by `personalData`, all of it or nothing, and answers with the rows that went, by table. */
  erase(user: UserId): Effect.Effect<Readonly<Record<string, number>>, DatabaseError>
}>()("analytics-following/users/AccountData") {
  static readonly layerNoDeps = Layer.effect(
    AccountData,
    Effect.gen(function*() {
      const repo = yield* PersonalDataRepo
      const users = yield* UserRepo
      const transaction = yield* Transaction
      const audit = yield* Audit

      const rowsOf = (table: ExportedTable, user: UserId) =>
        Stream.paginate(
          undefined as string | undefined,
          (after) =>
            Effect.map(repo.list(table, { user, after, limit: pageSize }), ({ last, rows }) =>
              [
                rows.map((row) => JSON.stringify(row)),
                rows.length < pageSize ? Option.none() : Option.some(last)
              ] as const)
        ).pipe(
          Stream.intersperse(",\n"),
          (texts) => Stream.concat(Stream.make(`"${table}":[`), texts),
          Stream.concat(Stream.make("]"))
        )

      return {
        export: Effect.fn("AccountData.export")(function*(user: UserId) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          yield* audit.record({ action: "account.export", subject: { type: "user", user } })
          return Stream.fromIterable<ExportedTable>(["auth_users", ...personalTables]).pipe(
            Stream.map((table, index) => Stream.concat(Stream.make(index === 0 ? "\n" : ",\n"), rowsOf(table, user))),
            Stream.flatten(),
            (tables) => Stream.concat(Stream.make(`{"user_id":"${user}","exported_at":"${now}","tables":{`), tables),
            Stream.concat(Stream.make("\n}}\n"))
          )
        }),
        erase: Effect.fn("AccountData.erase")(function*(user: UserId) {
          const now = instantOf(yield* Clock.currentTimeMillis)
          return yield* transaction.run(Effect.gen(function*() {
            const counts: Record<string, number> = {}
            yield* users.lock(user)
            // Under a pseudonym that means nobody once the rows below are gone.
            yield* audit.record({ action: "account.erase", subject: { type: "user", user } })
            for (const table of personalTables) {
              const { blanked, on_deletion } = personalRule(table)
              if (on_deletion === "erased") counts[table] = yield* repo.delete(table, user)
              if (blanked !== undefined) yield* repo.blank(table, blanked, user)
            }
            yield* users.erase(user, now)
            return counts
          }))
        })
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([PersonalDataRepo.layer, UserRepo.layer]))
}

/** Rows read at once. */
const pageSize = 500
