import { Clock, Effect } from "effect"
import type { Server } from "node:http"
import { addressOf } from "../ratelimits/Address.ts"
import { limitHeaders } from "../ratelimits/Quotas.ts"
import { RateLimits } from "../ratelimits/RateLimits.ts"
import { type Noted, noteOf } from "./Noted.ts"

/** Notes where each request comes from, and gives the rate limit fields of its answer: the caller's, or those of the address. */
export const answeredLimits = Effect.fnUntraced(function*(server: Server, trustedProxies: ReadonlyArray<string>) {
  const limits = yield* RateLimits
  const clock = yield* Clock.Clock
  const addressed = addressOf(trustedProxies)
  const note = (request: Parameters<typeof addressed>[0]): void => {
    noteOf(request).address = addressed(request)
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => server.prependListener("request", note)),
    () => Effect.sync(() => server.removeListener("request", note))
  )
  return ({ address, quotas }: Noted): Readonly<Record<string, string>> =>
    limitHeaders(
      limits.remaining(quotas ?? [{ key: address, policy: limits.policies.anonymous }], clock.currentTimeMillisUnsafe())
    )
})
