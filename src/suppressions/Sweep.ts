import { Effect, type Schema } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import { type CreatorTable, namedTables, sayingTables } from "./CreatorData.ts"
import { type Creator, ErasureRepo } from "./ErasureRepo.ts"
import { type Gone, peopleIn, withoutPeople } from "./People.ts"
import { SaidRepo } from "./SaidRepo.ts"
import { SuppressionKeys } from "./SuppressionKeys.ts"
import { SuppressionRepo } from "./SuppressionRepo.ts"
import { Suppressions } from "./Suppressions.ts"

/** How an erasure takes what is kept under a name, and what is cached of it. */
export interface Taking {
  readonly take: (creator: Creator) => Effect.Effect<unknown, DatabaseError>
  readonly forget: (username: string) => Effect.Effect<void>
}

/**
 * Goes through every row that names people, batch by batch in order of the ids: by the hashes, so that no name has to be known. Rows are read without
 * a lock; one that is to be changed is read again under its own.
 */
export const makeSweep = Effect.fnUntraced(function*({ forget, take }: Taking) {
  const repo = yield* ErasureRepo
  const said = yield* SaidRepo
  const suppressions = yield* SuppressionRepo
  const keys = yield* SuppressionKeys
  const { among } = yield* Suppressions
  const transaction = yield* Transaction

  /** Names that came back, as with a restore: all that is kept under them goes. */
  const sweepNames = Effect.fnUntraced(function*(table: CreatorTable) {
    let after = nil
    let found = 0
    for (;;) {
      const named = yield* said.names(table, after, namesAtOnce)
      const back = yield* transaction.run(among({
        usernames: new Set(named.map(({ username }) => username)),
        ids: new Set(named.flatMap(({ instagram_user_id }) => instagram_user_id === null ? [] : [instagram_user_id]))
      }))
      if (back !== undefined) {
        for (const { instagram_user_id, username } of named) {
          const erasure = back.erasureOf("username", username) ??
            (instagram_user_id === null ? undefined : back.erasureOf("instagram_user_id", instagram_user_id))
          if (erasure === undefined) continue
          found++
          yield* transaction.run(Effect.andThen(
            suppressions.holdAlone,
            take({ usernames: [username], ids: instagram_user_id === null ? [] : [instagram_user_id] })
          ))
        }
      }
      const last = named.at(-1)
      if (last === undefined || named.length < namesAtOnce) return found
      after = last.id
    }
  })

  /** One row of somebody else's: read again, for it may have been renewed since. */
  const scrub = (table: CreatorTable, id: string, gone: Gone) =>
    transaction.run(Effect.gen(function*() {
      const held = yield* said.lock(table, id)
      const left = held === undefined ? undefined : withoutPeople(held.says, gone)
      if (held === undefined || left === held.says) return
      const renewed = yield* repo.renew(yield* said.shownBy(table, id))
      yield* left === undefined ? said.delete(table, id) : said.replace(table, id, left as Schema.JsonObject)
      yield* repo.announce(renewed)
      yield* transaction.afterCommit(Effect.forEach(renewed, forget, { discard: true }))
    }))

  const sweepSaid = Effect.fnUntraced(function*(table: CreatorTable) {
    let after = nil
    let changed = 0
    for (;;) {
      const batch = yield* said.list(table, after, rowsAtOnce)
      const people = batch.map(({ says }) => peopleIn(says))
      const gone = yield* transaction.run(among({
        usernames: new Set(people.flatMap(({ usernames }) => [...usernames])),
        ids: new Set(people.flatMap(({ ids }) => [...ids]))
      }))
      if (gone !== undefined) {
        for (const { id, says } of batch) {
          if (withoutPeople(says, gone) === says) continue
          changed++
          yield* scrub(table, id, gone)
        }
      }
      const last = batch.at(-1)
      if (last === undefined || batch.length < rowsAtOnce) return changed
      after = last.id
      yield* Effect.yieldNow
    }
  })

  return Effect.gen(function*() {
    if (!(yield* suppressions.state(keys.ids)).some) return 0
    let changed = 0
    for (const { table } of namedTables) if (table !== "vendor_absences") changed += yield* sweepNames(table)
    for (const { table } of sayingTables) changed += yield* sweepSaid(table)
    return changed
  }).pipe(Effect.withSpan("Erasures.sweepAll"))
})

const nil = "00000000-0000-0000-0000-000000000000"
const namesAtOnce = 1000
/** Answers are some hundred kilobytes each. */
const rowsAtOnce = 50
