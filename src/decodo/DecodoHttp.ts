import { type Duration, Effect, Layer, type Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import { instantOf } from "../database/Instant.ts"
import { DecodoClient } from "./DecodoClient.ts"
import { DecodoError } from "./DecodoError.ts"
import { patience, PostNotFound, ProfileNotFound, wrongShape } from "./DecodoReason.ts"
import type { FetchedProfile, FetchedSinglePost, FetchMeta } from "./FetchedProfile.ts"
import { observedCalls } from "./ObservedCalls.ts"
import { decodeProfile } from "./ProfileDecoder.ts"
import type { RetryOptions } from "./RetryPolicy.ts"
import { type DecodoTarget, makeScrape, type Scraped } from "./ScrapeCall.ts"
import { decodePost } from "./TimelineDecoder.ts"
import { type Called, makeCalls } from "./VendorCalls.ts"

export interface DecodoHttpOptions {
  readonly username: string
  readonly password: Redacted.Redacted
  /** Default `https://scraper-api.decodo.com`. */
  readonly baseUrl?: string
  /** For one call, 180 s by default: the vendor holds one open for up to 150 s. */
  readonly timeout?: Duration.Input
  /** After decompression, 8 MB by default; a large profile has 0.8 MB. */
  readonly maxResponseBytes?: number
  /** Calls in flight in this process, 5 by default. */
  readonly concurrency?: number
  readonly retry?: Partial<RetryOptions>
  /** What the second and later calls of a fetch ask for instead; the last one stays. Empty by default. */
  readonly fallbackTargets?: ReadonlyArray<DecodoTarget>
  /** Between two looks at a result that the vendor calls pending, 2 s by default. */
  readonly pollInterval?: Duration.Input
}

/** The vendor over HTTP. */
export const layer = (options: DecodoHttpOptions): Layer.Layer<DecodoClient, never, HttpClient.HttpClient> =>
  Layer.effect(DecodoClient, make(options))

const make = Effect.fnUntraced(function*(options: DecodoHttpOptions) {
  const scrape = yield* observedCalls(makeScrape(yield* HttpClient.HttpClient, {
    baseUrl: options.baseUrl ?? "https://scraper-api.decodo.com",
    username: options.username,
    password: options.password,
    maxResponseBytes: options.maxResponseBytes ?? 8 * 1024 * 1024,
    pollInterval: options.pollInterval ?? "2 seconds"
  }))
  const called = yield* makeCalls({
    concurrency: options.concurrency ?? 5,
    timeout: options.timeout ?? "180 seconds",
    retry: { attempts: 4, budget: "5 minutes", baseDelay: "2 seconds", maxDelay: "30 seconds", ...options.retry }
  })
  const targets: ReadonlyArray<DecodoTarget> = [profileTarget, ...options.fallbackTargets ?? []]

  const fetchProfile = Effect.fn("DecodoClient.fetchProfile")(
    function*(username: string, _options?: { readonly known: boolean }) {
      const call = yield* called(Effect.fnUntraced(function*(attempt) {
        const target = targets[attempt - 1] ?? targets.at(-1) ?? profileTarget
        const scraped = yield* scrape(target, username)
        const decoded = yield* Effect.fromResult(decodeProfile(scraped.content))
        // Stored under its own name, another account's profile would be paid for at every look.
        if (decoded.profile.username !== username) return yield* wrongShape(["username"])
        return { decoded, scraped, target: target.target }
      }))
      return { ...call.value.decoded, meta: metaOf(call) } satisfies FetchedProfile
    },
    (fetch, _username, options) =>
      options?.known === true ? fetch : emptyMeans(fetch, new ProfileNotFound({ evidence: "empty_answers" }))
  )

  const fetchPost = Effect.fn("DecodoClient.fetchPost")(
    function*(shortcode: string) {
      const call = yield* called(Effect.fnUntraced(function*() {
        const scraped = yield* scrape(postTarget, shortcode)
        const decoded = yield* Effect.fromResult(decodePost(scraped.content))
        if (decoded.value.shortcode !== shortcode) return yield* wrongShape(["shortcode"])
        return { decoded, scraped, target: postTarget.target }
      }))
      const { issues, value: post } = call.value.decoded
      return { post, issues, meta: metaOf(call) } satisfies FetchedSinglePost
    },
    (fetch) => emptyMeans(fetch, new PostNotFound({ evidence: "empty_answers" }))
  )

  return DecodoClient.of({ fetchProfile, fetchPost })
})

const metaOf = (
  { attempts, endedAt, startedAt, value }: Called<{ readonly scraped: Scraped; readonly target: string }>
): FetchMeta => ({
  task_id: value.scraped.taskId,
  target: value.target,
  fetched_at: instantOf(endedAt),
  duration_ms: Math.round(endedAt - startedAt),
  attempts,
  response_bytes: value.scraped.bytes
})

/** Empty answers to the end of the patience with them are taken for `absence`. */
const emptyMeans = <A, R>(fetch: Effect.Effect<A, DecodoError, R>, absence: ProfileNotFound | PostNotFound) =>
  Effect.catchReason(fetch, "DecodoError", "EmptyContent", (reason, error) =>
    Effect.fail(
      reason.count >= patience(reason)
        ? new DecodoError({ reason: absence, attempts: error.attempts, durationMs: error.durationMs })
        : error
    ))

const profileTarget: DecodoTarget = { target: "instagram_graphql_profile" }
const postTarget: DecodoTarget = { target: "instagram_graphql_post" }
