import { Clock, Duration, Effect, Exit, FiberSet } from "effect"
import { TtlMap } from "../cache/TtlMap.ts"
import type { UserId } from "../users/UserId.ts"
import type { AuthError } from "./AuthErrors.ts"
import { makeSingleFlight } from "./SingleFlight.ts"

export interface Judged<Holder> {
  readonly user: UserId
  readonly verdict: Exit.Exit<Holder, AuthError>
  /** Milliseconds since 1970: when it ends by itself, however lately it was passed. */
  readonly until: number
}

export interface VerdictOptions<Proof, Holder> {
  readonly capacity: number
  readonly ttl: Duration.Input
  /** What fails here is not remembered: the database is away, or nobody is known by the proof. */
  judge(proof: Proof, now: number): Effect.Effect<Judged<Holder>, AuthError>
}

/**
 * Who is let in, as the database says: asked once for all who want to know at the same time, and remembered for `ttl`, counted from before it
 * was asked.
 */
export const makeVerdicts = Effect.fnUntraced(function*<Proof, Holder>({ capacity, judge, ttl }: VerdictOptions<Proof, Holder>) {
  const believedFor = Duration.toMillis(ttl)
  const verdicts = new TtlMap<Remembered<Holder>>(capacity)
  const flight = yield* makeSingleFlight<Holder, AuthError>()
  const behind = yield* FiberSet.makeRuntime()
  let epoch = 0

  const ask = Effect.fnUntraced(function*(key: string, proof: Proof, asked: number) {
    const now = yield* Clock.currentTimeMillis
    const { until, user, verdict } = yield* judge(proof, now)
    if (asked === epoch) {
      verdicts.set(key, { user, verdict, renewFrom: now + believedFor * 0.75 }, now, Math.min(now + believedFor, until))
    }
    return yield* verdict
  })

  const asking = (key: string, proof: Proof) => flight(`${epoch}/${key}`, ask(key, proof, epoch))

  return {
    of: (key: string, proof: Proof): Effect.Effect<Holder, AuthError> =>
      Effect.clockWith((clock) => verdicts.get(key, clock.currentTimeMillisUnsafe())?.verdict ?? asking(key, proof)),

    /**
     * Who was let in lately, without waiting. `now` is milliseconds since 1970. In the last quarter of `ttl` the first to ask has it judged anew
     * behind the answer: else all that come until the database has answered would wait for it.
     */
    known: (key: string, proof: Proof, now: number): Holder | undefined => {
      const remembered = verdicts.get(key, now)
      if (remembered?.verdict._tag !== "Success") return undefined
      if (now >= remembered.renewFrom) {
        remembered.renewFrom = Infinity
        behind(Effect.exit(asking(key, proof)))
      }
      return remembered.verdict.value
    },

    /** Forgets what is known of a user, and what is being asked at this moment. */
    invalidate: (user: UserId): void => {
      epoch++
      verdicts.deleteWhere((remembered) => remembered.user === user)
    }
  }
})

interface Remembered<Holder> extends Pick<Judged<Holder>, "user" | "verdict"> {
  /** Milliseconds since 1970; never, once somebody asks. */
  renewFrom: number
}
