import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Audit } from "../audit/Audit.ts"
import type { AuditAction } from "../audit/AuditEntry.ts"
import { Authenticator } from "../auth/Authenticator.ts"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import type { UserId } from "../users/UserId.ts"
import type { ApiKey, Scope } from "./ApiKey.ts"
import { ApiKeyEnded, ApiKeyNotFound, TooManyApiKeys } from "./ApiKeyErrors.ts"
import { ApiKeyRepo } from "./ApiKeyRepo.ts"
import { hashOf, keyTextOf, newSecret } from "./KeyText.ts"

export interface ApiKeyGiven {
  readonly name: string
  readonly scopes: ReadonlyArray<Scope>
  readonly expires_at: Column.Instant | null
}

/** A key that was just made: its text is never seen again. */
export interface NewKey {
  readonly key: ApiKey
  readonly text: string
}

type Gone = ApiKeyNotFound | ApiKeyEnded | DatabaseError

/** A user's API keys. What ends or narrows one holds at once in this process, and within two seconds in others. */
export class ApiKeys extends Context.Service<ApiKeys, {
  create(user: UserId, given: ApiKeyGiven): Effect.Effect<NewKey, TooManyApiKeys | DatabaseError>
  list(user: UserId): Effect.Effect<ReadonlyArray<ApiKey>, DatabaseError>
  change(user: UserId, id: string, change: Partial<ApiKeyGiven>): Effect.Effect<ApiKey, Gone>
  /** Once more is the same. */
  revoke(user: UserId, id: string): Effect.Effect<void, ApiKeyNotFound | DatabaseError>
  /** A new key like the old one, which ends after `overlap`, or when it would have ended anyway. */
  rotate(user: UserId, id: string, overlap: Duration.Duration): Effect.Effect<NewKey, Gone | TooManyApiKeys>
}>()("analytics-following/apikeys/ApiKeys") {
  static readonly layerNoDeps = Layer.effect(
    ApiKeys,
    Effect.gen(function*() {
      const repo = yield* ApiKeyRepo
      const transaction = yield* Transaction
      const authenticator = yield* Authenticator
      const audit = yield* Audit
      const now = Effect.map(Clock.currentTimeMillis, instantOf)

      const insert = Effect.fnUntraced(function*(user: UserId, given: ApiKeyGiven, replacing: number) {
        const at = yield* now
        if ((yield* repo.countUsable(user, at)) - replacing >= mostKeys) {
          return yield* new TooManyApiKeys({
            limit: mostKeys,
            detail: "Revoke a key that is not used, then make this one again."
          })
        }
        const secret = newSecret()
        const { expires_at, name, scopes } = given
        const key = yield* repo.insert({ user_id: user, name, scopes, expires_at, secret_hash: hashOf(secret) }, at)
        return { key, text: keyTextOf({ id: key.id, secret }) }
      })

      const usable = Effect.fnUntraced(function*(user: UserId, id: string) {
        const key = yield* repo.lock(user, id)
        if (key === undefined) return yield* ApiKeyNotFound.problem
        if (key.revoked_at !== null || (key.expires_at !== null && key.expires_at <= (yield* now))) {
          return yield* ApiKeyEnded.problem
        }
        return key
      })

      const told = (action: AuditAction, id: string, scopes?: ReadonlyArray<Scope>) =>
        audit.record({ action, subject: { type: "api_key", id }, ...(scopes === undefined ? {} : { details: { scopes } }) })

      /** What this process knows of the user's keys is forgotten when the change is there to be read. */
      const changing = <A, E>(user: UserId, effect: Effect.Effect<A, E>) =>
        transaction.run(Effect.tap(effect, () => transaction.afterCommit(authenticator.invalidate(user))))

      return {
        create: Effect.fn("ApiKeys.create")((user, given) =>
          transaction.run(Effect.tap(insert(user, given, 0), ({ key }) => told("api_key.create", key.id, key.scopes)))
        ),
        list: (user) => repo.list(user),
        change: Effect.fn("ApiKeys.change")((user, id, change) =>
          changing(
            user,
            Effect.gen(function*() {
              yield* usable(user, id)
              yield* told("api_key.change", id, change.scopes)
              return yield* repo.update(id, change, yield* now)
            })
          )
        ),
        revoke: Effect.fn("ApiKeys.revoke")((user, id) =>
          changing(
            user,
            Effect.gen(function*() {
              const key = yield* repo.lock(user, id)
              if (key === undefined) return yield* ApiKeyNotFound.problem
              const at = yield* now
              if (key.revoked_at !== null) return
              yield* repo.update(id, { revoked_at: at }, at)
              yield* told("api_key.revoke", id)
            })
          )
        ),
        rotate: Effect.fn("ApiKeys.rotate")((user, id, overlap) =>
          changing(
            user,
            Effect.gen(function*() {
              const key = yield* usable(user, id)
              const made = yield* insert(user, key, 1)
              const at = yield* Clock.currentTimeMillis
              const ends = at + Duration.toMillis(overlap)
              const until = key.expires_at === null ? ends : Math.min(ends, millisOf(key.expires_at))
              yield* repo.update(id, { expires_at: instantOf(until) }, instantOf(at))
              yield* audit.record({
                action: "api_key.rotate",
                subject: { type: "api_key", id },
                details: { replaced_by: made.key.id }
              })
              return made
            })
          )
        )
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(ApiKeyRepo.layer))
}

/** Usable at once. During a rotation's overlap there may be one more for each. */
export const mostKeys = 25
