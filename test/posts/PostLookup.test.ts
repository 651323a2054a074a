import { assert, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Result } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { AccessTracker } from "../../src/access/AccessTracker.ts"
import { Cache } from "../../src/cache/Cache.ts"
import { Charges } from "../../src/credits/Charges.ts"
import { Instant } from "../../src/database/Column.ts"
import { DatabaseUnavailable } from "../../src/database/DatabaseErrors.ts"
import { millisOf } from "../../src/database/Instant.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { DecodoClient } from "../../src/decodo/DecodoClient.ts"
import { DecodoError } from "../../src/decodo/DecodoError.ts"
import { PostNotFound, RateLimited, SpendCeilingReached } from "../../src/decodo/DecodoReason.ts"
import type { FetchedSinglePost } from "../../src/decodo/FetchedProfile.ts"
import { decodePost } from "../../src/decodo/TimelineDecoder.ts"
import { PostAnswer } from "../../src/posts/PostAnswer.ts"
import { PostAnswerRepo } from "../../src/posts/PostAnswerRepo.ts"
import { PostAnswers } from "../../src/posts/PostAnswers.ts"
import { PostLookup } from "../../src/posts/PostLookup.ts"
import { Posts } from "../../src/posts/Posts.ts"
import { Shortcode } from "../../src/posts/Shortcode.ts"
import { AccessRequired } from "../../src/profiles/ProfileErrors.ts"
import { Profiles } from "../../src/profiles/Profiles.ts"
import { ProfileStore } from "../../src/profiles/ProfileStore.ts"
import { Suppressions } from "../../src/suppressions/Suppressions.ts"
import { AbsenceRepo } from "../../src/thrift/AbsenceRepo.ts"
import { NegativeCache } from "../../src/thrift/NegativeCache.ts"
import { VendorAbsence } from "../../src/thrift/VendorAbsence.ts"
import { type Use, VendorUse } from "../../src/thrift/VendorUse.ts"
import { UserId } from "../../src/users/UserId.ts"
import { mediaNode } from "../decodo/samples.ts"

const user = UserId.make("a0000000-0000-4000-8000-000000000001")
const shortcode = Shortcode.make("Sample1")
const { issues, value: post } = Result.getOrThrow(decodePost({ shortcode_media: mediaNode(1) }))
const fetchedPost: FetchedSinglePost = {
  post,
  issues,
  meta: {
    task_id: null,
    target: "instagram_graphql_post",
    fetched_at: Instant.make("2026-01-01T00:00:00.000Z"),
    duration_ms: 1,
    attempts: 1,
    response_bytes: 1,
    id: "00000000-0000-4000-8000-000000000001"
  }
}

/** Remembers one absence, as the table does. */
const absences = Layer.sync(AbsenceRepo, () => {
  let absent: VendorAbsence | undefined
  return {
    find: (_target, _query, now) =>
      Effect.sync(() => absent !== undefined && millisOf(absent.expires_at) > millisOf(now) ? absent : undefined),
    upsert: (given) =>
      Effect.sync(() => {
        absent = new VendorAbsence({
          ...given,
          seen_at: Instant.make(given.seen_at),
          expires_at: Instant.make(given.expires_at)
        })
      }),
    delete: () => Effect.sync(() => absent = undefined)
  }
})

/** The look-up over a vendor that answers as `fetch` says; nothing is stored or unlocked, and kept answers are in memory. */
const lookupOver = (
  fetch: Effect.Effect<FetchedSinglePost, DecodoError>,
  insert: Effect.Effect<void, DatabaseUnavailable> = Effect.void
) => {
  const seen = { calls: 0, uses: [] as Array<Use>, kept: [] as Array<PostAnswer> }
  const layer = PostLookup.layerNoDeps({
    wait: Duration.seconds(25),
    keptMaxAge: Duration.days(7),
    failureFor: Duration.seconds(30)
  }).pipe(Layer.provide([
    Layer.mock(DecodoClient, {
      fetchPost: () =>
        Effect.flatMap(VendorUse, (use) => {
          seen.calls++
          seen.uses.push(use)
          return fetch
        })
    }),
    PostAnswers.layerNoDeps.pipe(
      Layer.provideMerge(Layer.mock(PostAnswerRepo, {
        findLatest: () => Effect.sync(() => seen.kept.at(-1)),
        insert: (answer) =>
          Effect.map(insert, () => {
            seen.kept.push(
              new PostAnswer({ ...answer, id: "answer", shortcode, fetched_at: fetchedPost.meta.fetched_at, stored_at: null })
            )
            return "answer"
          })
      })),
      Layer.provide([Suppressions.layerNone, Layer.mock(Transaction, { run: (effect) => effect })])
    ),
    Layer.mock(Posts, { find: () => Effect.undefined }),
    Layer.mock(Profiles, {
      freshFor: 0,
      known: () => undefined,
      unlocked: (_, username) =>
        Effect.fail(new AccessRequired({ username, unlock: `/profile/${username}`, detail: "Unlock it." }))
    }),
    Layer.mock(ProfileStore, {}),
    Layer.mock(AccessTracker, {}),
    Layer.mock(Transaction, {}),
    Layer.mock(Charges, { nothing: null, holding: (_, __, work) => work(Effect.succeed(null)) }),
    Cache.layerNone,
    NegativeCache.layerNoDeps({ believedFor: "10 minutes" }).pipe(Layer.provide(absences))
  ]))
  return { seen, layer }
}

const look = Effect.flatMap(PostLookup, (lookup) => Effect.flip(lookup.unlocked(user, shortcode)))

it.effect("nobody waits longer than they must: the fetch goes on, is kept, and the next who asks is answered with it", () => {
  const gate = Deferred.makeUnsafe<void>()
  const { layer, seen } = lookupOver(Effect.as(Deferred.await(gate), fetchedPost))
  return Effect.gen(function*() {
    const first = yield* Effect.forkChild(look)
    yield* TestClock.adjust("25 seconds")
    const failure = yield* Fiber.join(first)
    assert(failure._tag === "PostTemporarilyUnavailable")
    assert.deepStrictEqual([failure.reason, failure.retry_after], ["still_fetching", 5])
    const second = yield* Effect.forkChild(look)
    yield* TestClock.adjust("1 second")
    yield* Deferred.succeed(gate, undefined)
    assert.strictEqual((yield* Fiber.join(second))._tag, "AccessRequired")
    assert.strictEqual((yield* look)._tag, "AccessRequired")
    assert.deepStrictEqual(seen.uses, [{ purpose: "post", user }])
    assert.lengthOf(seen.kept, 1)
  }).pipe(Effect.provide(layer))
})

it.effect("whoever hangs up stops nothing", () => {
  const gate = Deferred.makeUnsafe<void>()
  const { layer, seen } = lookupOver(Effect.as(Deferred.await(gate), fetchedPost))
  return Effect.gen(function*() {
    const first = yield* Effect.forkChild(look)
    yield* TestClock.adjust("1 second")
    yield* Fiber.interrupt(first)
    yield* Deferred.succeed(gate, undefined)
    assert.strictEqual((yield* look)._tag, "AccessRequired")
    assert.deepStrictEqual([seen.calls, seen.kept.length], [1, 1])
  }).pipe(Effect.provide(layer))
})

it.effect("a database that is away for a moment does not lose a paid answer", () => {
  let refusals = 3
  const away = Effect.suspend(() =>
    refusals-- > 0 ? Effect.fail(new DatabaseUnavailable({ detail: "Try again.", retry_after: 2 })) : Effect.void
  )
  const { layer, seen } = lookupOver(Effect.succeed(fetchedPost), away)
  return Effect.gen(function*() {
    const first = yield* Effect.forkChild(look)
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual((yield* Fiber.join(first))._tag, "AccessRequired")
    assert.deepStrictEqual([seen.calls, seen.kept.length], [1, 1])
  }).pipe(Effect.provide(layer))
})

it.effect("a failure is believed for its time and no longer, and comes back when the vendor says", () => {
  const answers = [new RateLimited({ retryAfter: 90 }), new PostNotFound({ evidence: "media_null" })]
  const { layer, seen } = lookupOver(
    Effect.suspend(() =>
      Effect.fail(
        new DecodoError({ reason: answers.shift() ?? new PostNotFound({ evidence: "media_null" }), attempts: 1, durationMs: 1 })
      )
    )
  )
  return Effect.gen(function*() {
    for (let i = 0; i < 2; i++) {
      const limited = yield* look
      assert(limited._tag === "PostTemporarilyUnavailable")
      assert.deepStrictEqual([limited.reason, limited.retry_after], ["RateLimited", 90])
    }
    assert.strictEqual(seen.calls, 1)
    yield* TestClock.adjust("30 seconds")
    for (let i = 0; i < 2; i++) assert.strictEqual((yield* look)._tag, "PostNotFound")
    assert.strictEqual(seen.calls, 2)
    yield* TestClock.adjust("10 minutes")
    yield* look
    assert.strictEqual(seen.calls, 3)
  }).pipe(Effect.provide(layer))
})

it.effect("an answer that names no owner can be stored under nobody, and says so", () => {
  const { layer } = lookupOver(Effect.succeed({ ...fetchedPost, post: { ...post, owner_username: null } }))
  return Effect.gen(function*() {
    const failure = yield* look
    assert(failure._tag === "PostTemporarilyUnavailable")
    assert.strictEqual(failure.reason, "owner_unknown")
  }).pipe(Effect.provide(layer))
})

it.effect("a ceiling that one reached is not another's answer", () => {
  const reason = new SpendCeilingReached({ scope: "user", retryAfter: 3600 })
  const { layer, seen } = lookupOver(Effect.fail(new DecodoError({ reason, attempts: 0, durationMs: 1 })))
  return Effect.gen(function*() {
    assert.deepInclude(yield* look, { reason: "SpendCeilingReached", retry_after: 3600 })
    yield* look
    assert.strictEqual(seen.calls, 2)
  }).pipe(Effect.provide(layer))
})
