import { assert, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as TestClock from "effect/testing/TestClock"
import { Unlocks } from "../../src/access/Unlocks.ts"
import type { Reservation } from "../../src/credits/CreditReservation.ts"
import { Instant } from "../../src/database/Column.ts"
import { DatabaseUnavailable } from "../../src/database/DatabaseErrors.ts"
import { Transaction } from "../../src/database/Transaction.ts"
import { JobQueue } from "../../src/jobs/JobQueue.ts"
import { FetchEnds } from "../../src/profiles/FetchEnds.ts"
import { FetchRun } from "../../src/profiles/FetchRun.ts"
import { ProfileFetches } from "../../src/profiles/ProfileFetches.ts"
import { ProfileFetchRepo } from "../../src/profiles/ProfileFetchRepo.ts"
import { Suppressions } from "../../src/suppressions/Suppressions.ts"
import { UserId } from "../../src/users/UserId.ts"
import { Outbox } from "../../src/webhooks/Outbox.ts"
import { TestApp } from "../support/TestApp.ts"
import { until } from "../support/until.ts"
import { VendorFront } from "../support/VendorFront.ts"
import { books, userWith } from "./accounts.ts"

const reservation: Reservation = {
  id: "b0000000-0000-4000-8000-000000000001",
  user_id: UserId.make("a0000000-0000-4000-8000-000000000001"),
  action: "profile_unlock",
  subject: "waits.long",
  quantity: 1,
  free_quantity: 0,
  amount: 25,
  free_reason: null,
  created_at: Instant.make("2026-01-01T00:00:00.000Z"),
  expires_at: Instant.make("2026-01-01T00:06:00.000Z")
}

it.effect("what those who wait for a fetch have reserved is kept well before its lease ends, also after the database was away", () => {
  const kept: Array<ReadonlyArray<Reservation>> = []
  let looks = 0
  const fetches = ProfileFetches.layerNoDeps({ notFoundFor: 1, failureFor: 1, concurrency: 1 }).pipe(Layer.provide([
    Layer.mock(ProfileFetchRepo, {
      prune: () => Effect.void,
      reservations: () =>
        Effect.suspend(() =>
          ++looks === 2
            ? Effect.fail(new DatabaseUnavailable({ detail: "Try again.", retry_after: 2 }))
            : Effect.succeed([reservation])
        )
    }),
    Layer.mock(Unlocks, { enabled: true, lease: 360_000, keep: (given) => Effect.sync(() => kept.push(given)) }),
    Layer.mock(JobQueue, { work: () => Effect.void }),
    Layer.mock(FetchEnds, {}),
    Layer.mock(FetchRun, {}),
    Layer.mock(Transaction, {}),
    Outbox.layerNone,
    Suppressions.layerNone
  ]))
  return Effect.gen(function*() {
    yield* TestClock.adjust("1 second")
    assert.deepStrictEqual(kept, [[reservation]], "what had lapsed while nobody was there is held from the start")
    yield* TestClock.adjust("6 minutes")
    assert.lengthOf(kept, 3, "every third of a lease, but for the one look that failed")
  }).pipe(Effect.provide(fetches))
})

const app = TestApp.layer({ settings: { CREDITS_ENABLED: "true", CREDITS_LEASE: "1 minute", JOBS_CONCURRENCY: "1" } })

layer(app, { excludeTestServices: true })("a fetch that waits in the queue for longer than a lease", (it) => {
  it.effect("has its callers' credits held when its turn comes, before the vendor is asked", () =>
    Effect.gen(function*() {
      const { clock, signInAgain } = yield* TestApp
      const front = yield* VendorFront
      const [first, user] = [yield* userWith(25), yield* userWith(25)]
      const reserved = Effect.flatMap(
        Effect.suspend(() => signInAgain(user)),
        (later) => Effect.map(later.get("/me/credits"), (answer) => answer.json<{ reserved: number }>().reserved)
      )
      front.hold("is.first")
      front.hold("waits.long")
      yield* first.get("/profile/is.first", { prefer: "wait=0" })
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("is.first"))
      const job = (yield* user.get("/profile/waits.long", { prefer: "wait=0" })).json<{ href: string }>()
      assert.strictEqual(yield* reserved, 25)
      clock.advance("1 day")
      assert.strictEqual(yield* reserved, 0, "the lease has ended")
      front.release("is.first")
      yield* until(Effect.sync(() => front.asked), (asked) => asked.includes("waits.long"))
      assert.strictEqual(yield* reserved, 25)
      front.release("waits.long")
      const later = yield* signInAgain(user)
      yield* until(later.get(job.href), (answer) => answer.json<{ finished_at: string | null }>().finished_at !== null)
      assert.deepInclude(yield* books(user), { balance: 0, windows: 1, charges: 1 })
    }))
})
