import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { faultsOf } from "../../bench/faults/Faults.ts"
import { makePeople } from "../../bench/faults/People.ts"
import { Traffic } from "../../bench/faults/Traffic.ts"
import { complaints, tryFault } from "../../bench/faults/Trial.ts"
import { makeWorld } from "../../bench/faults/World.ts"
import { contractOf } from "../support/Contract.ts"
import { redisInstalled, whereRedis } from "../support/redisServer.ts"

/** Two of those that `node bench/faults.ts` tries, shortly. */
const faults = ["PostgreSQL killed", "Redis killed"]

it.live.skipIf(!redisInstalled)(
  `PostgreSQL, then Redis killed under load: no answer is wrong, service comes back by itself, nothing is lost or done twice${whereRedis}`,
  () =>
    Effect.gen(function*() {
      const world = yield* makeWorld({ servers: 1, workers: 1 })
      const people = yield* makePeople(world, 6)
      const contract = yield* Effect.promise(() => contractOf(world.servers[0]?.url ?? ""))
      const traffic = new Traffic(world.servers, people, contract)
      for (const fault of faultsOf(world).filter(({ name }) => faults.includes(name))) {
        const trial = yield* tryFault(world, traffic, { ...fault, lasts: 1 })
        assert.deepStrictEqual(complaints(trial), [])
        assert.isAbove(trial.verdicts.good, 0)
      }
    }),
  180_000
)
