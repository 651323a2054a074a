import { Clock, Duration, Effect, Layer, type Redacted, Schedule, Semaphore } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import { randomUUID } from "node:crypto"
import { instantOf } from "../database/Instant.ts"
import { monotonicMillis } from "../observability/MonotonicTime.ts"
import { VendorGuard } from "../thrift/VendorGuard.ts"
import { type Announced, VendorTasks } from "../thrift/VendorTasks.ts"
import { DecodoClient, type FetchOptions, profileTarget } from "./DecodoClient.ts"
import { DecodoError } from "./DecodoError.ts"
import { type DecodoReason, patience, PostNotFound, ProfileNotFound, wrongShape } from "./DecodoReason.ts"
import type { FetchedProfile, FetchedSinglePost, FetchMeta } from "./FetchedProfile.ts"
import { decodeProfile } from "./ProfileDecoder.ts"
import type { RetryOptions } from "./RetryPolicy.ts"
import { type DecodoTarget, makeVendorApi, type Scraped } from "./ScrapeCall.ts"
import { makeTaskCalls } from "./TaskCall.ts"
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
  /** `async` submits a task and polls for its result, `sync` (the default) holds a call open. What is fetched is the same. */
  readonly mode?: "sync" | "async"
  /** Where the vendor calls back about a task, by our id of it; null, the default, where it does not. */
  readonly callbackUrl?: ((id: string) => string) | null
}

/** The vendor over HTTP. */
export const layer = (
  options: DecodoHttpOptions
): Layer.Layer<DecodoClient, never, HttpClient.HttpClient | VendorGuard | VendorTasks> =>
  Layer.effect(DecodoClient, make(options))

const make = Effect.fnUntraced(function*(options: DecodoHttpOptions) {
  const guard = yield* VendorGuard
  const tasks = yield* VendorTasks
  const api = makeVendorApi(yield* HttpClient.HttpClient, {
    baseUrl: options.baseUrl ?? "https://scraper-api.decodo.com",
    username: options.username,
    password: options.password,
    maxResponseBytes: options.maxResponseBytes ?? 8 * 1024 * 1024,
    pollInterval: options.pollInterval ?? "2 seconds"
  })
  const retry = { attempts: 4, budget: "5 minutes", baseDelay: "2 seconds", maxDelay: "30 seconds", ...options.retry } as const
  const taskCall = makeTaskCalls(api, tasks, {
    pollInterval: options.pollInterval ?? "2 seconds",
    callbackUrl: options.callbackUrl ?? null
  })
  const called = yield* makeCalls({
    concurrency: options.concurrency ?? 5,
    timeout: options.timeout ?? "180 seconds",
    retry
  })

  /** One call for one thing, whichever way: what came is read by `read`, whose failure is the call's. */
  const asking = <A>(
    query: string,
    read: (scraped: Scraped) => Effect.Effect<A, DecodoReason>
  ) =>
  (target: DecodoTarget) =>
    Effect.gen(function*() {
      const answer = Effect.fnUntraced(function*(scraped: Scraped) {
        yield* Effect.annotateCurrentSpan("vendor.response_bytes", scraped.bytes)
        return { decoded: yield* read(scraped), scraped, target: target.target }
      })
      if (options.mode !== "async") return { target: target.target, call: Effect.flatMap(api.scrape(target, query), answer) }
      const { failed, run, task } = yield* taskCall(target, query)
      return { target: target.target, call: Effect.tapError(Effect.flatMap(run, answer), failed), task }
    })
  const targets: ReadonlyArray<DecodoTarget> = [profileTarget, ...options.fallbackTargets ?? []]

  const fetchProfile = Effect.fn("DecodoClient.fetchProfile")(
    function*(username: string, fetch?: FetchOptions) {
      // Whoever waits for an order that is under way takes no place of those who can go on.
      if (options.mode === "async") yield* tasks.findOpen(profileTarget.target, username)
      const ask = asking(
        username,
        Effect.fnUntraced(function*({ content }) {
          const decoded = yield* Effect.fromResult(decodeProfile(content))
          // Stored under its own name, another account's profile would be paid for at every look.
          return decoded.profile.username === username ? decoded : yield* wrongShape(["username"])
        })
      )
      const call = yield* called((attempt) =>
        Effect.map(
          ask(targets[attempt - 1] ?? targets.at(-1) ?? profileTarget),
          (asked) => ({ ...asked, superseded: fetch?.superseded })
        )
      )
      return { ...call.value.decoded, meta: yield* metaOf(call) } satisfies FetchedProfile
    },
    (fetch, _username, options) =>
      options?.known === true ? fetch : emptyMeans(fetch, new ProfileNotFound({ evidence: "empty_answers" }))
  )

  const fetchPost = Effect.fn("DecodoClient.fetchPost")(
    function*(shortcode: string) {
      const ask = asking(
        shortcode,
        Effect.fnUntraced(function*({ content }) {
          const decoded = yield* Effect.fromResult(decodePost(content))
          return decoded.value.shortcode === shortcode ? decoded : yield* wrongShape(["shortcode"])
        })
      )
      const call = yield* called(() => ask(postTarget))
      const { issues, value: post } = call.value.decoded
      return { post, issues, meta: yield* metaOf(call) } satisfies FetchedSinglePost
    },
    (fetch) => emptyMeans(fetch, new PostNotFound({ evidence: "empty_answers" }))
  )

  /** Not to be cut off: between the vendor's word and our note of it the tasks would be lost. */
  const order = Effect.fnUntraced(function*(chosen: ReadonlyArray<Announced>) {
    nextBatchAt = (yield* monotonicMillis) + batchSpacing
    const taken = yield* api.submitBatch(profileTarget, chosen.map(({ query }) => query))
    const accepted = chosen.flatMap(({ id, query }) => {
      const task = taken.find((one) => one.query === query)
      return task === undefined ? [] : [{ id, taskId: task.taskId }]
    })
    yield* tasks.accepted(accepted)
    return accepted.length
  }, Effect.uninterruptible)

  const batches = yield* Semaphore.make(1)
  let nextBatchAt = 0
  const paced = <A, E>(batch: Effect.Effect<A, E>) =>
    batches.withPermit(Effect.gen(function*() {
      const now = yield* monotonicMillis
      if (nextBatchAt > now) yield* Effect.sleep(nextBatchAt - now)
      return yield* batch
    }))
  const submitProfiles: DecodoClient["Service"]["submitProfiles"] = (usernames, wanted) =>
    options.mode !== "async" ? Effect.succeed(0) : paced(Effect.acquireUseRelease(
      tasks.announce(profileTarget.target, usernames),
      Effect.fnUntraced(function*(announced) {
        const startedAt = yield* monotonicMillis
        const named = new Set(yield* wanted(announced.map(({ query }) => query)))
        const chosen = announced.filter(({ query }) => named.has(query))
        if (chosen.length === 0) return 0
        return yield* guard.call(
          { target: profileTarget.target, attempt: 1, within: Duration.seconds(10), units: chosen.length },
          // Other processes order too, and a circuit must not take that for a failure.
          Effect.retry(order(chosen), { while: ({ _tag }) => _tag === "RateLimited", schedule: betweenBatches, times: 5 })
        ).pipe(Effect.catch((reason) =>
          Effect.flatMap(
            monotonicMillis,
            (now) => Effect.fail(new DecodoError({ reason, attempts: 1, durationMs: Math.round(now - startedAt) }))
          )
        ))
      }),
      tasks.withdraw
    )).pipe(Effect.withSpan("DecodoClient.submitProfiles"))

  return DecodoClient.of({ fetchProfile, fetchPost, submitProfiles })
})

const metaOf = Effect.fnUntraced(function*(
  { attempts, durationMs, value }: Called<{ readonly scraped: Scraped; readonly target: string }>
): Effect.fn.Return<FetchMeta> {
  return {
    id: randomUUID(),
    task_id: value.scraped.taskId,
    target: value.target,
    fetched_at: instantOf(yield* Clock.currentTimeMillis),
    duration_ms: Math.min(longestDuration, Math.round(durationMs)),
    attempts,
    response_bytes: value.scraped.bytes
  }
})

/** Empty answers to the end of the patience with them are taken for `absence`. */
const emptyMeans = <A, R>(fetch: Effect.Effect<A, DecodoError, R>, absence: ProfileNotFound | PostNotFound) =>
  Effect.catchReason(fetch, "DecodoError", "EmptyContent", (reason, error) =>
    Effect.fail(
      reason.count >= patience(reason)
        ? new DecodoError({ reason: absence, attempts: error.attempts, durationMs: error.durationMs })
        : error
    ))

/** The vendor takes one batch a second; milliseconds. */
const batchSpacing = 1_050
const betweenBatches = Schedule.jittered(Schedule.spaced(1.3 * batchSpacing))

const postTarget: DecodoTarget = { target: "instagram_graphql_post" }

/** Milliseconds that its column holds: a system that stood still for a month must not lose what it paid for. */
const longestDuration = 2_147_483_647
