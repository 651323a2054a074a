import { Effect, Exit } from "effect"
import type { UserId } from "../users/UserId.ts"
import { userIsThere } from "./CreditErrors.ts"
import type { Reservation } from "./CreditReservation.ts"
import type { Asked, Credits } from "./Credits.ts"

/** Holds what something costs while the work for it goes on. Where the work fails, what it has not committed is held no longer. */
export const holding = <A, E, R>(
  credits: Credits["Service"],
  user: UserId,
  asked: Asked,
  work: (reservation: Reservation) => Effect.Effect<A, E, R>
) =>
  Effect.acquireUseRelease(
    userIsThere(credits.reserve(user, asked)),
    work,
    (reservation, exit) =>
      Exit.isSuccess(exit) ? Effect.void : Effect.catch(
        userIsThere(credits.release(reservation)),
        (error) => Effect.logWarning("a reservation is held until its lease ends", { error: error._tag })
      )
  )
