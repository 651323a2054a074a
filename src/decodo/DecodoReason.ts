import { Schema } from "effect"

/** The vendor gave up after its own retries (613) or could not parse (12002–12009). A name that does not exist can look the same. */
export class NotScraped extends Schema.TaggedError<NotScraped>()("NotScraped", {
  statusCode: Schema.NullOr(Schema.Int),
  taskId: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return `The vendor could not scrape the target (${this.statusCode ?? "no code"})`
  }
}

/** An answer without content; `count` is how many came in a row. It stands for a failure and for "no such user" alike. */
export class EmptyContent extends Schema.TaggedError<EmptyContent>()("EmptyContent", { count: Schema.Natural }) {
  override get message(): string {
    return `The vendor answered without content (${this.count} in a row)`
  }
}

/** No such user: Instagram said so (`user_null`), or a name never seen before stayed empty (`empty_answers`, less certain). */
export class ProfileNotFound extends Schema.TaggedError<ProfileNotFound>()("ProfileNotFound", {
  evidence: Schema.Literals(["user_null", "empty_answers"])
}) {
  override readonly message = "Instagram has no such user"
}

/** No such post, or none that everybody may see: Instagram said so (`media_null`), or it stayed empty (`empty_answers`, less certain). */
export class PostNotFound extends Schema.TaggedError<PostNotFound>()("PostNotFound", {
  evidence: Schema.Literals(["media_null", "empty_answers"])
}) {
  override readonly message = "Instagram shows no such post"
}

/** Instagram limits the vendor: "please wait a few minutes", or a login wall. */
export class InstagramLimited extends Schema.TaggedError<InstagramLimited>()("InstagramLimited", {}) {
  override readonly message = "Instagram is limiting the vendor"
}

/** The vendor limits us. `retryAfter` is in seconds, null where it did not say. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  retryAfter: Schema.NullOr(Schema.Natural)
}) {
  override readonly message = "The vendor's rate limit is reached"
}

/** A failure on the vendor's side (5xx). `retryAfter` is in seconds, null where it did not say. */
export class VendorUnavailable extends Schema.TaggedError<VendorUnavailable>()("VendorUnavailable", {
  status: Schema.Int,
  retryAfter: Schema.NullOr(Schema.Natural)
}) {
  override get message(): string {
    return `The vendor is unavailable (${this.status})`
  }
}

/** The vendor refused the request as wrong; 400 is sometimes transient. A redirect counts: none is followed. */
export class RequestRejected extends Schema.TaggedError<RequestRejected>()("RequestRejected", { status: Schema.Int }) {
  override get message(): string {
    return `The vendor rejected the request (${this.status})`
  }
}

/** The vendor refused the credentials: configuration, somebody has to act. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {}) {
  override readonly message = "The vendor refused the credentials (401)"
}

/** The plan does not include the target: configuration, somebody has to act. */
export class TargetForbidden extends Schema.TaggedError<TargetForbidden>()("TargetForbidden", { target: Schema.String }) {
  override get message(): string {
    return `The vendor's plan does not include the target ${this.target} (403)`
  }
}

/** No answer in time. Nobody knows whether the vendor finished, and charged. */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", {}) {
  override readonly message = "The vendor did not answer in time"
}

/** The connection failed or broke. Nobody knows whether the vendor finished, and charged. */
export class ConnectionFailed extends Schema.TaggedError<ConnectionFailed>()("ConnectionFailed", {}) {
  override readonly message = "The connection to the vendor failed"
}

/** An answer that cannot be read. `paths` name the places that failed, never what stood there. */
export class ContractBroken extends Schema.TaggedError<ContractBroken>()("ContractBroken", {
  kind: Schema.Literals(["not_json", "html", "too_large", "wrong_shape"]),
  paths: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `The vendor's answer cannot be read (${[this.kind, ...this.paths].join(", ")})`
  }
}

/** Nothing was asked: the vendor kept failing this way lately, and is left alone for so many seconds. */
export class VendorPaused extends Schema.TaggedError<VendorPaused>()("VendorPaused", {
  failing: Schema.Literals(["down", "credentials", "throttled", "not_scraped"]),
  retryAfter: Schema.Natural
}) {
  override get message(): string {
    return `The vendor is left alone for ${this.retryAfter} s: it kept failing (${this.failing})`
  }
}

/** Nothing was asked: no place among the calls under way became free in time. */
export class VendorBusy extends Schema.TaggedError<VendorBusy>()("VendorBusy", { retryAfter: Schema.Natural }) {
  override readonly message = "No place for another call to the vendor became free in time"
}

/** Nothing was asked: it would have cost more than all users together (`day`), or this one (`user`), may spend until midnight UTC. */
export class SpendCeilingReached extends Schema.TaggedError<SpendCeilingReached>()("SpendCeilingReached", {
  scope: Schema.Literals(["day", "user"]),
  retryAfter: Schema.Natural
}) {
  override get message(): string {
    return `What may be spent on the vendor today is spent (${this.scope})`
  }
}

/** Nothing was asked: while the call waited for its place, what it was for came another way, or somebody else took it up. */
export class Superseded extends Schema.TaggedError<Superseded>()("Superseded", {}) {
  override readonly message = "The call is no longer needed"
}

/** A task of the asynchronous API goes on at the vendor; asking again looks at the same task. Its bill comes with its result. */
export class StillPending extends Schema.TaggedError<StillPending>()("StillPending", { taskId: Schema.String }) {
  override readonly message = "The vendor is still at it"
}

/** The commonest of them: places that are missing, of a wrong kind, or absurd. */
export const wrongShape = (paths: ReadonlyArray<string>): ContractBroken =>
  new ContractBroken({ kind: "wrong_shape", paths: paths.slice(0, 20) })

export const DecodoReason = Schema.Union([
  NotScraped,
  EmptyContent,
  ProfileNotFound,
  PostNotFound,
  InstagramLimited,
  RateLimited,
  VendorUnavailable,
  RequestRejected,
  Unauthorized,
  TargetForbidden,
  Timeout,
  ConnectionFailed,
  ContractBroken,
  VendorPaused,
  VendorBusy,
  SpendCeilingReached,
  Superseded,
  StillPending
])
export type DecodoReason = typeof DecodoReason.Type

/** How many times in a row a call may fail for this reason before it is given up; the retry budget may end it sooner. */
export const patience = (reason: DecodoReason): number =>
  reason._tag === "RequestRejected" && reason.status !== 400 ? 1 : rules[reason._tag].patience

/** Whether this is what a task of the asynchronous API brought, rather than something between us and it: asking again brings the same. */
export const endsTask = (reason: DecodoReason): boolean => results.has(reason._tag)

const results: ReadonlySet<DecodoReason["_tag"]> = new Set([
  "NotScraped",
  "EmptyContent",
  "ProfileNotFound",
  "PostNotFound",
  "InstagramLimited",
  "ContractBroken",
  // There is no such task, or no longer.
  "RequestRejected"
])

/**
 * Whether the failed attempt was charged, as far as the vendor's rules tell: it charges what it delivered, whatever Instagram had written
 * there, and neither 613, nor emptiness, nor its own failures. Where nobody saw how a call ended, nobody knows.
 */
export const billed = (reason: DecodoReason): Billed => {
  if ("evidence" in reason) return reason.evidence === "empty_answers" ? "no" : "yes"
  if (reason._tag === "VendorUnavailable") return reason.status === 504 || reason.status === 524 ? "unknown" : "no"
  return rules[reason._tag].billed
}

export type Billed = "no" | "unknown" | "yes"

const rules: Record<DecodoReason["_tag"], { readonly patience: number; readonly billed: Billed }> = {
  NotScraped: { patience: Infinity, billed: "no" },
  EmptyContent: { patience: 3, billed: "no" },
  ProfileNotFound: { patience: 1, billed: "yes" },
  PostNotFound: { patience: 1, billed: "yes" },
  InstagramLimited: { patience: Infinity, billed: "yes" },
  RateLimited: { patience: Infinity, billed: "no" },
  VendorUnavailable: { patience: Infinity, billed: "no" },
  RequestRejected: { patience: 2, billed: "no" },
  Unauthorized: { patience: 1, billed: "no" },
  TargetForbidden: { patience: 1, billed: "no" },
  Timeout: { patience: Infinity, billed: "unknown" },
  ConnectionFailed: { patience: Infinity, billed: "unknown" },
  ContractBroken: { patience: 2, billed: "yes" },
  VendorPaused: { patience: 1, billed: "no" },
  VendorBusy: { patience: 1, billed: "no" },
  SpendCeilingReached: { patience: 1, billed: "no" },
  Superseded: { patience: 1, billed: "no" },
  StillPending: { patience: Infinity, billed: "no" }
}
