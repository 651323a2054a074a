import { Clock, Context, Duration, Effect, Exit, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { loop } from "../observability/Loops.ts"
import type { UserId } from "../users/UserId.ts"
import { CallKey } from "./CallKey.ts"
import { IdempotencyKeyInUse, IdempotencyKeyReused } from "./IdempotencyErrors.ts"
import type { IdempotencyKey, KeptAnswer } from "./IdempotencyKey.ts"
import { IdempotencyRepo } from "./IdempotencyRepo.ts"

export interface KeyedCall {
  readonly user: UserId
  readonly key: IdempotencyKey
  /** For people who look into the table: `POST /campaigns`. */
  readonly route: string
  readonly fingerprint: string
}

export interface Answered {
  readonly answer: KeptAnswer
  /** False: a repeat of the call runs anew. */
  readonly final: boolean
}

export interface IdempotencyOptions {
  readonly keepFor: Duration.Duration
  /** Longer than any request: a process that died holds its keys so long. */
  readonly lease: Duration.Duration
}

type Refusal = IdempotencyKeyInUse | IdempotencyKeyReused | DatabaseError
type Run = <E, R>(call: KeyedCall, effect: Effect.Effect<Answered, E, R>) => Effect.Effect<
  { readonly answer: KeptAnswer; readonly replayed: boolean },
  E | Refusal,
  R
>

/** Runs each keyed call once, and gives its repeats the answer of that. */
export class IdempotencyKeys extends Context.Service<IdempotencyKeys, {
  /** The answer is stored in the transaction that the effect runs in: both are there or neither is. For what waits for nobody else. */
  readonly inTransaction: Run
  /**
   * For what waits for others, while no transaction may be open: the key is taken for the length of a lease, and the answer stored after the effect.
   * A process that dies between the two leaves a key that is in use until the lease ends; then a repeat runs the effect again.
   */
  readonly leased: Run
  /** Deletes expired records; answers with how many. */
  readonly purge: Effect.Effect<number, DatabaseError>
}>()("analytics-following/idempotency/IdempotencyKeys") {
  static readonly layerNoDeps = (options: IdempotencyOptions) => Layer.effect(IdempotencyKeys, make(options))
  static readonly layer = (options: IdempotencyOptions) => this.layerNoDeps(options).pipe(Layer.provide(IdempotencyRepo.layer))

  /** Purges every ten minutes; any number of processes may. */
  static readonly purging = Layer.effectDiscard(Effect.gen(function*() {
    const { purge } = yield* IdempotencyKeys
    yield* loop("expired idempotency keys", "10 minutes", purge)
  }))
}

const make = Effect.fnUntraced(function*(options: IdempotencyOptions) {
  const repo = yield* IdempotencyRepo
  const transaction = yield* Transaction
  const keepFor = Duration.toMillis(options.keepFor)
  const lease = Duration.toMillis(options.lease)

  const recordOf = ({ fingerprint, key, route, user }: KeyedCall, now: number) => ({
    user_id: user,
    key_digest: key.digest,
    route,
    fingerprint,
    created_at: instantOf(now),
    expires_at: instantOf(now + keepFor)
  })

  const named = <A, E, R>({ fingerprint }: KeyedCall, effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, CallKey, fingerprint)

  /** What a repeat gets; undefined where the call is to run. Holds the key to the end of the transaction. */
  const earlier = Effect.fnUntraced(function*({ fingerprint, key, user }: KeyedCall, now: number) {
    if (!(yield* repo.lock(user, key.digest))) return yield* IdempotencyKeyInUse.after(1000)
    const found = yield* repo.find(user, key.digest, instantOf(now))
    if (found === undefined) return undefined
    if (found.fingerprint !== fingerprint) return yield* IdempotencyKeyReused.problem
    if (found.answer !== null) return { answer: key.open(found.answer), replayed: true }
    const left = millisOf(found.leased_until) - now
    return left > 0 ? yield* IdempotencyKeyInUse.after(left) : undefined
  })

  const inTransaction: Run = (call, effect) =>
    transaction.run(Effect.gen(function*() {
      const repeat = yield* earlier(call, yield* Clock.currentTimeMillis)
      if (repeat !== undefined) return repeat
      const { answer, final } = yield* named(call, effect)
      if (final) {
        const record = recordOf(call, yield* Clock.currentTimeMillis)
        yield* repo.put({ ...record, answer: call.key.seal(answer), leased_until: record.created_at })
      }
      return { answer, replayed: false }
    }))

  const take = (call: KeyedCall) =>
    transaction.run(Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const repeat = yield* earlier(call, now)
      if (repeat !== undefined) return repeat
      const until = instantOf(now + lease)
      return { id: yield* repo.put({ ...recordOf(call, now), answer: null, leased_until: until }), until }
    }))

  const leased: Run = (call, effect) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        // Short, and not to be cut off: a key that is taken and not run would be in use until the lease ends.
        const taken = yield* take(call)
        if ("replayed" in taken) return taken
        const exit = yield* Effect.exit(restore(named(call, effect)))
        const ended = Exit.isSuccess(exit) && exit.value.final
          ? repo.answer(taken.id, taken.until, call.key.seal(exit.value.answer))
          : repo.release(taken.id, taken.until)
        // The effect is done and its answer is right: what failed is the promise to repeat it, from now until the lease ends.
        yield* Effect.catch(ended, (error) => Effect.logWarning("an idempotency key stays in use", { error: error._tag }))
        const { answer } = yield* exit
        return { answer, replayed: false }
      })
    )

  const purge: Effect.Effect<number, DatabaseError> = Effect.gen(function*() {
    const gone = yield* repo.deleteExpired(instantOf(yield* Clock.currentTimeMillis), batch)
    return gone < batch ? gone : gone + (yield* purge)
  })

  return { inTransaction, leased, purge }
})

const batch = 1000
