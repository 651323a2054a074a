import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Result } from "effect"
import { AccessTracker } from "../../src/access/AccessTracker.ts"
import { Unlocks } from "../../src/access/Unlocks.ts"
import { Cache } from "../../src/cache/Cache.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { Posts } from "../../src/posts/Posts.ts"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { ProfileAnswers } from "../../src/profiles/ProfileAnswers.ts"
import { ProfileFetches } from "../../src/profiles/ProfileFetches.ts"
import { ProfileRepo } from "../../src/profiles/ProfileRepo.ts"
import { Profiles } from "../../src/profiles/Profiles.ts"
import { ProfileStore } from "../../src/profiles/ProfileStore.ts"
import type { StoredProfile } from "../../src/profiles/ProfileView.ts"
import { Username } from "../../src/profiles/Username.ts"
import { Suppressions } from "../../src/suppressions/Suppressions.ts"
import { UserId } from "../../src/users/UserId.ts"

const user = UserId.make("a0000000-0000-4000-8000-000000000001")
const username = Username.make("just.stored")

it.effect("what is stored while a look-up looks for it is answered as it is: no fetch is joined or begun", () =>
  Effect.gen(function*() {
    const now = instantOf(yield* Clock.currentTimeMillis)
    const stored = {
      id: ProfileId.make("b0000000-0000-4000-8000-000000000001"),
      availability: "available" as const,
      data_version: 1,
      last_refreshed: now
    }
    let looks = 0
    const layer = Profiles.layerNoDeps({ freshFor: Duration.days(1), staleFor: Duration.hours(1) }).pipe(Layer.provide([
      Layer.mock(ProfileAnswers, {
        find: () => Effect.sync(() => looks++ === 0 ? undefined : { ...stored, body: new TextEncoder().encode("{}") })
      }),
      Layer.mock(ProfileRepo, { findByUsername: () => Effect.succeed(stored as StoredProfile) }),
      Layer.mock(ProfileStore, {
        grant: () =>
          Effect.succeed(
            new Map([[user, Result.succeed({ expiresAt: now, charge: { charged: 25, remaining: 0, free_reason: null } })]])
          )
      }),
      Layer.mock(Unlocks, { enabled: true, lease: 900_000 }),
      Layer.mock(ProfileFetches, {}),
      Layer.mock(AccessTracker, {}),
      Layer.mock(Posts, {}),
      Suppressions.layerNone,
      Cache.layerNone
    ]))
    const answer = yield* Effect.provide(
      Profiles.use((profiles) => profiles.lookup({ user, username, wait: Duration.seconds(1), force: false })),
      layer
    )
    assert(answer._tag === "Ready")
    assert.deepStrictEqual([answer.source, answer.staleReason, answer.charge?.charged], ["database", null, 25])
  }))
