import { Clock, Effect, Layer } from "effect"
import { Credits } from "../../src/credits/Credits.ts"
import { Ledger } from "../../src/credits/Ledger.ts"
import { LedgerRepo } from "../../src/credits/LedgerRepo.ts"
import { PlanRepo } from "../../src/credits/PlanRepo.ts"
import { ReservationRepo } from "../../src/credits/ReservationRepo.ts"
import { Transaction } from "../../src/database/Transaction.ts"

/** The room's doors on whatever database there is. */
export const creditsLayer = (enabled = true) =>
  Credits.layerNoDeps({ enabled, lease: "15 minutes" }).pipe(
    Layer.provideMerge(Ledger.layerNoDeps),
    Layer.provideMerge([LedgerRepo.layer, ReservationRepo.layer, PlanRepo.layer, Transaction.layer])
  )

/** Runs as if it were that instant. */
export const at = (instant: string | number) => <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    const millis = typeof instant === "number" ? instant : Date.parse(instant)
    return Effect.provideService(effect, Clock.Clock, {
      ...clock,
      currentTimeMillisUnsafe: () => millis,
      currentTimeMillis: Effect.succeed(millis),
      currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
      currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    })
  })
