import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Signals } from "../../src/database/Signals.ts"
import { FetchEnds } from "../../src/profiles/FetchEnds.ts"
import { FetchId } from "../../src/profiles/ProfileFetch.ts"
import { ProfileFetchRepo } from "../../src/profiles/ProfileFetchRepo.ts"

const pruned = FetchId.make("00000000-0000-4000-8000-000000000001")
const running = FetchId.make("00000000-0000-4000-8000-000000000002")

it.effect("who waits for a fetch that was pruned is told so, and who waits for one under way goes on waiting", () =>
  Effect.gen(function*() {
    const ends = yield* FetchEnds
    const waiting = yield* Effect.forkChild(ends.await(pruned))
    const others = yield* Effect.forkChild(ends.await(running))
    for (let second = 0; second < 30; second++) yield* TestClock.adjust("1 second")
    assert.isUndefined(yield* Fiber.join(waiting))
    assert.isUndefined(others.pollUnsafe())
  }).pipe(Effect.provide(
    FetchEnds.layerNoDeps.pipe(Layer.provide([
      Layer.mock(Signals, { hear: () => Effect.void }),
      Layer.mock(ProfileFetchRepo, {
        findEnded: () => Effect.succeed([]),
        findPruned: (ids) => Effect.succeed(ids.filter((id) => id === pruned).map((id) => ({ id })))
      })
    ]))
  )))
