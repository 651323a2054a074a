import { Effect } from "effect"
import type { DecodoError } from "../decodo/DecodoError.ts"
import { ProfileSuppressed } from "../suppressions/SuppressionErrors.ts"
import { ProfileNotFound, ProfileTemporarilyUnavailable, SpendCeilingReached } from "./ProfileErrors.ts"
import type { FetchProblem, ProfileFetch } from "./ProfileFetch.ts"
import type { Granted, LookupRefusal } from "./ProfileStore.ts"
import type { Username } from "./Username.ts"

/** What a failed call of the vendor means for those who asked. */
export const problemOf = ({ reason }: DecodoError): FetchProblem =>
  reason._tag === "ProfileNotFound"
    ? { kind: "not_found" }
    : reason._tag === "SpendCeilingReached"
    ? { kind: "spend_ceiling", retry_after: Math.max(1, reason.retryAfter) }
    : {
      kind: "unavailable",
      reason: reason._tag,
      // Seconds: what the vendor asked for, else a guess that spares both sides.
      retry_after: "retryAfter" in reason && reason.retryAfter !== null ? Math.max(1, reason.retryAfter) : 30
    }

/** The problem as it is answered. */
export const refusalOf = (username: Username, problem: FetchProblem): LookupRefusal =>
  problem.kind === "not_found"
    ? new ProfileNotFound({
      username,
      detail: "Instagram has no account of this name. Check the spelling; a renamed account has a new name."
    })
    : problem.kind === "suppressed"
    ? ProfileSuppressed.of(username)
    : problem.kind === "spend_ceiling"
    ? new SpendCeilingReached({
      username,
      retry_after: problem.retry_after,
      detail: "Nothing was stored or charged. What is stored can be read; ask for others again after `retry_after` seconds."
    })
    : new ProfileTemporarilyUnavailable({
      username,
      reason: problem.reason,
      retry_after: problem.retry_after,
      detail: "Nothing was stored or charged. Ask again after `retry_after` seconds."
    })

/** Why what is stored is served in place of the failure; undefined where nothing stands in for it. */
export const staleReasonOf = (refusal: LookupRefusal): string | undefined =>
  refusal._tag === "ProfileNotFound" || refusal._tag === "ProfileSuppressed"
    ? undefined
    : refusal._tag === "SpendCeilingReached"
    ? refusal._tag
    : refusal.reason

/** How an ended fetch is answered: the profile, or the problem; a fault of ours that it ended with is a defect here too. */
export const outcomeOf = ({ id, problem, profile_id, state, username }: ProfileFetch): Effect.Effect<Granted, LookupRefusal> => {
  if (profile_id !== null) return Effect.succeed({ profile: profile_id, username })
  if (problem !== null) return Effect.fail(refusalOf(username, problem))
  if (state === "failed") return Effect.die(new Error(`fetch ${id} failed for a reason of ours`))
  // Cancelled by the one who asks here, or the profile was deleted since.
  return Effect.fail(refusalOf(username, { kind: "unavailable", reason: "cancelled", retry_after: 1 }))
}
