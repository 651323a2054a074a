import type { DecodoReason } from "../decodo/DecodoReason.ts"

/** What can be wrong with the vendor, from what a call meets first to what it meets last. */
export const failureClasses = ["down", "credentials", "throttled", "not_scraped"] as const
export type FailureClass = typeof failureClasses[number]

/**
 * What a failed call says of the vendor: a class, that it works (`answered`, "no such user" among it), that it answers and perhaps
 * could not scrape (`empty`), or nothing, for it was not asked (`none`).
 */
export type Verdict = FailureClass | "answered" | "empty" | "none"

export const failureClass = (reason: DecodoReason): Verdict => verdicts[reason._tag]

const verdicts: Record<DecodoReason["_tag"], Verdict> = {
  VendorUnavailable: "down",
  Timeout: "down",
  ConnectionFailed: "down",
  Unauthorized: "credentials",
  TargetForbidden: "credentials",
  RateLimited: "throttled",
  InstagramLimited: "throttled",
  NotScraped: "not_scraped",
  // As often a name that does not exist as a scrape that failed: not counted as either.
  EmptyContent: "empty",
  ProfileNotFound: "answered",
  PostNotFound: "answered",
  RequestRejected: "answered",
  ContractBroken: "answered",
  StillPending: "answered",
  VendorPaused: "none",
  VendorBusy: "none",
  SpendCeilingReached: "none",
  Superseded: "none"
}
