import { Clock, Context, Duration, Effect, Layer, type Schema } from "effect"
import { randomBytes, randomUUID } from "node:crypto"
import { CurrentUser } from "../auth/CurrentUser.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { instantOf } from "../database/Instant.ts"
import { Transaction } from "../database/Transaction.ts"
import { requestOrigin } from "../http/Origin.ts"
import { loop } from "../observability/Loops.ts"
import type { UserId } from "../users/UserId.ts"
import type { AuditAction, SubjectType } from "./AuditEntry.ts"
import { AuditRepo } from "./AuditRepo.ts"
import { type Break, brokenAt, chainStart, digestOf, type Head } from "./Chain.ts"

/** Something that was done. `details` holds no secret and nothing of a person: it is kept for ever. */
export interface Act {
  readonly action: AuditAction
  readonly subject: { readonly type: "user"; readonly user: UserId } | {
    readonly type: Exclude<SubjectType, "user">
    readonly id: string
  }
  /** Who did it, where that is not who is signed in: at a sign-in. */
  readonly actor?: UserId
  readonly details?: Readonly<Record<string, Schema.Json>>
}

/** What a walk along the whole chain found. */
export interface Verified {
  /** The last good link: kept elsewhere, it proves later that nothing before it was cut off. */
  readonly head: Head
  readonly broken: Break | null
  /** Entries without a place in the chain. */
  readonly unlinked: number
}

/** The audit log: who did what to what, from where. */
export class Audit extends Context.Service<Audit, {
  /**
   * Records an act: call it inside the transaction of its effect, so that neither is there without the other. Who is signed in, and the
   * request that is being answered, are found by itself; without them the system did it.
   */
  record(act: Act): Effect.Effect<void, DatabaseError>
  /** As `record`, of what another system has done already and cannot be undone: where it cannot be recorded, the log says so. */
  recordDone(act: Act): Effect.Effect<void>
  readonly list: AuditRepo["Service"]["list"]
  /** Walks the chain from its beginning; `expected` is a head that was seen before. */
  verify(expected: Head | undefined): Effect.Effect<Verified, DatabaseError>
  /** Erases addresses that are older; answers how many there were. */
  forgetAddresses(olderThan: Duration.Duration): Effect.Effect<number, DatabaseError>
}>()("analytics-following/audit/Audit") {
  static readonly layerNoDeps = Layer.effect(
    Audit,
    Effect.gen(function*() {
      const repo = yield* AuditRepo
      const transaction = yield* Transaction

      const record = Effect.fn("Audit.record")(function*({ action, actor: given, details = {}, subject }: Act) {
        const { address, request_id } = yield* requestOrigin
        const signedIn = yield* Effect.serviceOption(CurrentUser)
        const caller = signedIn._tag === "Some" ? signedIn.value : undefined
        const user = given ?? caller?.id
        const id = randomUUID()
        const origin = user === undefined || address === null
          ? undefined
          : { id, user_id: user, address, salt: randomBytes(16).toString("hex") }
        const happened_at = instantOf(yield* Clock.currentTimeMillis)
        yield* transaction.run(Effect.gen(function*() {
          yield* repo.insert({
            id,
            happened_at,
            action,
            actor_kind: user === undefined
              ? "system"
              : caller?.api_key !== undefined
              ? "api_key"
              : caller?.role ?? "user",
            actor: user === undefined ? null : yield* repo.pseudonymOf(user),
            api_key_id: caller?.api_key ?? null,
            subject_type: subject.type,
            subject_id: subject.type === "user" ? yield* repo.pseudonymOf(subject.user) : subject.id,
            request_id,
            origin_digest: origin === undefined ? null : digestOf(origin),
            details
          })
          if (origin !== undefined) yield* repo.insertOrigin({ ...origin, created_at: happened_at })
        }))
      })

      const recordDone = (act: Act) =>
        Effect.catch(
          record(act),
          (error) => Effect.logError("An act is missing in the audit log", { action: act.action, error: error._tag })
        )

      const verify = Effect.fn("Audit.verify")(function*(expected: Head | undefined) {
        let head = chainStart
        let broken: Break | undefined
        for (;;) {
          const links = yield* repo.links(head.sequence, linksAtOnce)
          for (const link of links) {
            broken = brokenAt(head, link)
            if (broken !== undefined) break
            head = { sequence: link.sequence, hash: link.hash }
            if (expected?.sequence === head.sequence && expected.hash !== head.hash) {
              broken = { sequence: head.sequence, problem: "another hash than expected" }
              break
            }
          }
          if (broken !== undefined || links.length < linksAtOnce) break
        }
        if (broken === undefined && expected !== undefined && expected.sequence > head.sequence) {
          broken = { sequence: head.sequence + 1, problem: "missing link" }
        }
        return { head, broken: broken ?? null, unlinked: yield* repo.countUnlinked }
      })

      const forgetAddresses = Effect.fn("Audit.forgetAddresses")(function*(olderThan: Duration.Duration) {
        const before = instantOf((yield* Clock.currentTimeMillis) - Duration.toMillis(olderThan))
        let forgotten = 0
        for (;;) {
          const gone = yield* repo.pruneOrigins(before, addressesAtOnce)
          forgotten += gone
          if (gone < addressesAtOnce) return forgotten
        }
      })

      return Audit.of({ record, recordDone, list: repo.list, verify, forgetAddresses })
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(AuditRepo.layer))

  /** Erases addresses that are older, again and again, until its scope closes. */
  static readonly forgetting = (olderThan: Duration.Duration) =>
    Layer.effectDiscard(
      Effect.flatMap(Audit, (audit) => loop("addresses of the audit log", "6 hours", audit.forgetAddresses(olderThan)))
    )
}

const linksAtOnce = 1000
const addressesAtOnce = 1000
