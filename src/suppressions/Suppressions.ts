import { Context, Effect, Layer, type Option, type Redacted, type Schema } from "effect"
import { type DatabaseError, DatabaseUnavailable } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import type { Username } from "../profiles/Username.ts"
import { type Gone, type People, peopleIn, withoutPeople } from "./People.ts"
import type { SuppressionKind } from "./Suppression.ts"
import { AnswerSuppressed, ProfileSuppressed } from "./SuppressionErrors.ts"
import { SuppressionKeys } from "./SuppressionKeys.ts"
import { SuppressionRepo } from "./SuppressionRepo.ts"

/** Some people who are suppressed, and by which erasure each is. */
export interface Found extends Gone {
  readonly erasureOf: (kind: SuppressionKind, value: string) => string | undefined
}

/**
 * Creators of whom nothing may be stored. Whoever writes down what an answer says asks here inside the transaction that writes: an erasure
 * waits for it, or it for the erasure. Asking is two statements while nobody is suppressed: the lock, and what is seen under it.
 */
export class Suppressions extends Context.Service<Suppressions, {
  /** Runs in a transaction that no erasure crosses, unless the name is suppressed. */
  guarded<A, E, R>(
    username: Username,
    effect: Effect.Effect<A, E, R>
  ): Effect.Effect<A, E | ProfileSuppressed | DatabaseError, R>
  /** Those of these people who are suppressed; undefined where nobody is. Call it in the transaction of what follows from it. */
  among(people: People): Effect.Effect<Found | undefined, DatabaseError>
  /** The account's answer, as it came or without those who are suppressed; call it in the transaction that writes it down. */
  admit(username: Username, raw: Schema.JsonObject): Effect.Effect<Schema.JsonObject, AnswerSuppressed | DatabaseError>
  /** JSON as it came or without those who are suppressed; undefined where it is one's own. Call it in the transaction that writes it down. */
  clean<J extends Schema.Json>(value: J): Effect.Effect<J | undefined, DatabaseError>
}>()("analytics-following/suppressions/Suppressions") {
  static readonly layerNoDeps = Layer.effect(
    Suppressions,
    Effect.gen(function*() {
      const repo = yield* SuppressionRepo
      const keys = yield* SuppressionKeys
      const transaction = yield* Transaction

      /** Where a key is missing, who is suppressed cannot be told: nothing is stored then. */
      const some = Effect.gen(function*() {
        const state = yield* repo.state(keys.ids)
        if (state.unknown_key === null) return state.some
        yield* Effect.logError("SUPPRESSION_KEYS lacks a key that suppressions were made with", { key: state.unknown_key })
        return yield* new DatabaseUnavailable({
          retry_after: 60,
          detail:
            "Nothing new is fetched or stored until the operator has set SUPPRESSION_KEYS whole; what is stored can be read."
        })
      })

      const find = Effect.fnUntraced(function*({ ids, usernames }: People) {
        const hashes = new Map<string, string>()
        const add = (kind: SuppressionKind) => (value: string) => {
          for (const { hash } of keys.hashes(kind, value)) hashes.set(hash, `${kind}:${value}`)
        }
        usernames.forEach(add("username"))
        ids.forEach(add("instagram_user_id"))
        const rows = hashes.size === 0 ? [] : yield* repo.find([...hashes.keys()])
        if (rows.length === 0) return undefined
        const found = new Map(rows.map(({ erasure_id, hash }) => [hashes.get(hash), erasure_id]))
        return {
          username: (name: string) => found.has(`username:${name}`),
          id: (id: string) => found.has(`instagram_user_id:${id}`),
          erasureOf: (kind: SuppressionKind, value: string) => found.get(`${kind}:${value}`)
        }
      })

      const held = Effect.andThen(repo.hold, some)

      const among = Effect.fn("Suppressions.among")(function*(people: People) {
        return (yield* held) ? yield* find(people) : undefined
      })

      const guarded = <A, E, R>(username: Username, effect: Effect.Effect<A, E, R>) =>
        transaction.run(Effect.gen(function*() {
          const found = yield* among({ usernames: new Set([username]), ids: nobody })
          if (found !== undefined) return yield* Effect.fail(ProfileSuppressed.of(username))
          return yield* effect
        }))

      const admit = Effect.fn("Suppressions.admit")(function*(username: Username, raw: Schema.JsonObject) {
        if (!(yield* held)) return raw
        const { ids, usernames } = peopleIn(raw)
        const found = yield* find({ ids, usernames: new Set([...usernames, username]) })
        if (found === undefined) return raw
        const erasure_id = found.erasureOf("instagram_user_id", String(raw["id"] ?? "")) ??
          found.erasureOf("username", String(raw["username"] ?? "").toLowerCase()) ?? found.erasureOf("username", username)
        if (erasure_id !== undefined) return yield* new AnswerSuppressed({ erasure_id })
        return withoutPeople(raw, found) as Schema.JsonObject
      })

      const clean = Effect.fn("Suppressions.clean")(function*<J extends Schema.Json>(value: J) {
        if (!(yield* held)) return value
        const found = yield* find(peopleIn(value))
        return found === undefined ? value : withoutPeople(value, found) as J | undefined
      })

      return { guarded, among, admit, clean }
    })
  )

  /** With what it remembers by, also for `Erasures`. */
  static readonly layer = (keys: Option.Option<Redacted.Redacted<string>>) =>
    this.layerNoDeps.pipe(Layer.provideMerge([SuppressionRepo.layer, SuppressionKeys.layer(keys)]))

  /** Nobody is suppressed: for tests of what stands before it. */
  static readonly layerNone = Layer.succeed(Suppressions, {
    guarded: (_, effect) => effect,
    among: () => Effect.undefined,
    admit: (_, raw) => Effect.succeed(raw),
    clean: (value) => Effect.succeed(value)
  })
}

const nobody: ReadonlySet<string> = new Set()
