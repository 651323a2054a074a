import { Clock, Context, Duration, Effect, Latch, Layer } from "effect"
import { randomUUID } from "node:crypto"
import { Unlocks } from "../access/Unlocks.ts"
import { Audit } from "../audit/Audit.ts"
import { Cache } from "../cache/Cache.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Signals } from "../database/Signals.ts"
import { Transaction } from "../database/Transaction.ts"
import { loop } from "../observability/Loops.ts"
import { NegativeCache } from "../thrift/NegativeCache.ts"
import { creatorRule, type CreatorTable, creatorTables, namedTables } from "./CreatorData.ts"
import { type Creator, ErasureRepo } from "./ErasureRepo.ts"
import type { ErasureDone, ErasureRow } from "./ErasureView.ts"
import { SaidRepo } from "./SaidRepo.ts"
import type { ErasureReason } from "./Suppression.ts"
import { ErasureNotFound, ErasuresUnavailable } from "./SuppressionErrors.ts"
import { SuppressionKeys } from "./SuppressionKeys.ts"
import { SuppressionRepo } from "./SuppressionRepo.ts"
import { makeSweep } from "./Sweep.ts"

export interface AskedErasure {
  /** At least one name or id. */
  readonly creator: Creator
  readonly reason: ErasureReason
}

export type Counts = Readonly<Record<string, number>>

/**
 * Erases creators, people on Instagram and not users, on request. One transaction takes all that is kept under their names and ids, and what
 * stays is keyed hashes, by which nothing of them is stored again. What the answers of others say of them is gone through after it.
 */
export class Erasures extends Context.Service<Erasures, {
  erase(asked: AskedErasure): Effect.Effect<ErasureDone, ErasuresUnavailable | DatabaseError>
  /** What `erase` would take, by table; nothing is changed. */
  dryRun(asked: AskedErasure): Effect.Effect<Counts, ErasuresUnavailable | DatabaseError>
  /** A name was found to belong to a creator who is suppressed by another one or by the id: it goes the same way. */
  learn(erasure: string, username: string): Effect.Effect<void, DatabaseError>
  /** The creator may be looked up again. */
  lift(id: string): Effect.Effect<void, ErasureNotFound | DatabaseError>
  /** Erasures, latest first; of one name where it is given. */
  list(
    options: { readonly username: string | undefined; readonly after: string | undefined; readonly limit: number }
  ): Effect.Effect<
    ReadonlyArray<ErasureRow>,
    DatabaseError
  >
  /**
   * Goes through everything stored for those who are suppressed and takes them out, wherever they came back: after a restore, and after the
   * adoption of another database. Answers with the rows that it changed. Any number of processes may, any number of times.
   */
  readonly sweepAll: Effect.Effect<number, DatabaseError>
  /** As `sweepAll`, where somebody was erased since the last time. */
  readonly sweep: Effect.Effect<number, DatabaseError>
  /** Waits for an erasure in this process, or for an hour. */
  readonly asked: Effect.Effect<void>
}>()("analytics-following/suppressions/Erasures") {
  static readonly layerNoDeps = Layer.effect(Erasures, Effect.suspend(() => make))

  static readonly layer = this.layerNoDeps.pipe(Layer.provide([ErasureRepo.layer, SaidRepo.layer]))

  /** Sweeps after each erasure, and again when what was under way then has ended, until its scope closes. */
  static readonly sweeping = Layer.effectDiscard(Effect.gen(function*() {
    const { asked, sweep } = yield* Erasures
    yield* loop("erased creators", Duration.zero, Effect.andThen(sweep, asked))
  }))
}

const make = Effect.gen(function*() {
  const repo = yield* ErasureRepo
  const suppressions = yield* SuppressionRepo
  const keys = yield* SuppressionKeys
  const transaction = yield* Transaction
  const unlocks = yield* Unlocks
  const audit = yield* Audit
  const cache = yield* Cache
  const absences = yield* NegativeCache
  const signals = yield* Signals
  const wake = Latch.makeUnsafe(false)
  const now = Effect.map(Clock.currentTimeMillis, instantOf)

  const forget = (username: string) => Effect.andThen(cache.delete(username), absences.forget({ username }))

  // Of other processes too: what they keep of the name is of no use to anybody, and goes now rather than in five minutes.
  yield* signals.hear("creator_erasures", forget)

  /** The creator by every name and id that is known of them, with the hashes of them all. */
  const known = Effect.fnUntraced(function*(creator: Creator) {
    const profiles = yield* repo.findProfiles(creator)
    const usernames = new Set([...creator.usernames, ...profiles.map(({ username }) => username)])
    const ids = new Set([
      ...creator.ids,
      ...profiles.flatMap(({ instagram_user_id }) => instagram_user_id === null ? [] : [instagram_user_id])
    ])
    return { creator: { usernames: [...usernames], ids: [...ids] }, profiles: profiles.map(({ id }) => id) }
  })

  /** Takes all that is kept under the names and ids. In a transaction, alone. */
  const take = Effect.fnUntraced(function*(given: Creator) {
    const at = yield* now
    const counts: Record<string, number> = {}
    // First what is under way, as its own end does, so that the two cannot deadlock; what was reserved for it last.
    const { creator, profiles } = yield* known(given)
    const { ended, reservations } = yield* repo.endFetches(creator, at)
    const naming = yield* repo.findNaming(creator)
    const add = (table: CreatorTable) => (count: number) => {
      counts[table] = (counts[table] ?? 0) + count
    }
    add("profile_fetches")(ended)
    for (const table of creatorTables) {
      if (creatorRule(table).on_erasure === "with_profile") add(table)(yield* repo.count(table, profiles))
    }
    const shortcodes = yield* repo.deletePosts(creator, profiles)
    add("posts")(shortcodes.length)
    add("profiles")(yield* repo.deleteProfiles(profiles))
    // After the profile: whoever was opening it has ended by then, or fails.
    for (const table of namedTables.map(({ table }) => table)) {
      const { on_erasure } = creatorRule(table)
      if (on_erasure === "deleted" && table !== "profiles" && table !== "profile_fetches") {
        add(table)(yield* repo.deleteNamed(table, creator))
      }
    }
    for (const table of ["post_answers", "vendor_absences", "vendor_tasks"] as const) {
      add(table)(yield* repo.deleteOfPosts(table, shortcodes))
    }
    add("job_items")(yield* repo.renameItems(creator, at))
    add("webhook_deliveries")(yield* repo.deleteDeliveries(creator, profiles, shortcodes))
    yield* unlocks.release(reservations)
    add("credit_reservations")(yield* repo.blankSubjects("credit_reservations", creator, shortcodes))
    add("credit_entries")(yield* repo.blankSubjects("credit_entries", creator, shortcodes))
    const others = yield* repo.renew(naming.filter((id) => !profiles.includes(id)))
    yield* repo.announce([...creator.usernames, ...others])
    yield* transaction.afterCommit(Effect.forEach([...creator.usernames, ...others], forget, { discard: true }))
    return { creator, counts }
  })

  /** Adds hashes by the first key of what no key has hashed yet. */
  const remember = Effect.fnUntraced(function*(
    creator: Creator,
    given: { readonly erasure: string | undefined; readonly reason: ErasureReason }
  ) {
    const each = ([["username", creator.usernames], ["instagram_user_id", creator.ids]] as const).flatMap(([kind, values]) =>
      values.map((value) => ({ kind, hashes: keys.hashes(kind, value) }))
    )
    const former = yield* suppressions.find(each.flatMap(({ hashes }) => hashes.map(({ hash }) => hash)))
    const remembered = new Set(former.map(({ hash }) => hash))
    const erasure_id = given.erasure ?? former[0]?.erasure_id ?? randomUUID()
    const at = yield* now
    yield* suppressions.insert(each.flatMap(({ hashes, kind }) => {
      const one = hashes.find(({ hash }) => remembered.has(hash)) ?? hashes[0]
      return one === undefined
        ? []
        : [{ ...one, kind, erasure_id, reason: given.reason, created_at: at, erased_at: at, swept_at: null }]
    }))
    return erasure_id
  })

  const whole = Effect.fnUntraced(function*({ creator: given, reason }: AskedErasure) {
    yield* suppressions.holdAlone
    const { counts, creator } = yield* take(given)
    const erasure = yield* remember(creator, { erasure: undefined, reason })
    return { counts, erasure }
  })

  const erase = Effect.fn("Erasures.erase")(function*(asked: AskedErasure) {
    if (keys.ids.length === 0) return yield* ErasuresUnavailable.problem
    const done = yield* transaction.run(Effect.gen(function*() {
      const { counts, erasure } = yield* whole(asked)
      const { position: _position, ...view } = (yield* suppressions.findErasure(erasure)) ??
        (yield* Effect.die(new Error("an erasure that was made is not there")))
      yield* audit.record({
        action: "creator.erase",
        subject: { type: "creator", id: erasure },
        details: { reason: asked.reason, hashes: view.hashes }
      })
      yield* transaction.afterCommit(Effect.sync(() => wake.openUnsafe()))
      return { ...view, erased: counts }
    }))
    yield* Effect.logInfo("A creator was erased", { erasure: done.id })
    return done
  })

  const dryRun = Effect.fn("Erasures.dryRun")(function*(asked: AskedErasure) {
    if (keys.ids.length === 0) return yield* ErasuresUnavailable.problem
    const undone = yield* Effect.flip(transaction.run(Effect.flatMap(whole(asked), ({ counts }) => Effect.fail({ counts }))))
    return "counts" in undone ? undone.counts : yield* Effect.fail(undone)
  })

  const learn = Effect.fn("Erasures.learn")((erasure: string, username: string) =>
    transaction.run(Effect.gen(function*() {
      yield* suppressions.holdAlone
      const found = yield* suppressions.findErasure(erasure)
      if (found === undefined) return
      const { creator } = yield* take({ usernames: [username], ids: [] })
      yield* remember(creator, { erasure, reason: found.reason })
      yield* transaction.afterCommit(Effect.sync(() => wake.openUnsafe()))
    }))
  )

  const lift = Effect.fn("Erasures.lift")((id: string) =>
    transaction.run(Effect.gen(function*() {
      yield* suppressions.holdAlone
      if ((yield* suppressions.delete(id)) === 0) return yield* ErasureNotFound.problem
      yield* audit.record({ action: "creator.lift", subject: { type: "creator", id } })
    }))
  )

  const list: Erasures["Service"]["list"] = ({ username, ...page }) =>
    suppressions.list({
      ...page,
      hashes: username === undefined ? undefined : keys.hashes("username", username).map(({ hash }) => hash)
    })

  const sweepAll = yield* makeSweep({ take, forget })

  const sweep = Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    if ((yield* suppressions.unswept) === undefined) return 0
    const changed = yield* sweepAll
    // What was under way at the erasure, and noted a name after it, is found by the sweep after that.
    yield* suppressions.markSwept(instantOf(begun - Duration.toMillis(underWay)), yield* now)
    yield* Effect.logInfo("What is stored was gone through for erased creators", { changed })
    return changed
  }).pipe(Effect.withSpan("Erasures.sweep"))

  const asked = Effect.gen(function*() {
    const latest = yield* Effect.orElseSucceed(suppressions.unswept, () => undefined)
    const due = latest === undefined
      ? Duration.hours(1)
      : Duration.millis(Math.max(1000, millisOf(latest) + Duration.toMillis(underWay) - (yield* Clock.currentTimeMillis)))
    yield* Effect.timeoutOption(wake.await, Duration.min(due, Duration.hours(1)))
    wake.closeUnsafe()
  })

  return Erasures.of({ erase, dryRun, learn, lift, list, sweepAll, sweep, asked })
})

/** Longer than any fetch or request goes on. */
const underWay = Duration.minutes(15)
