import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Logger } from "effect"
import { parseArgs } from "node:util"
import { contractOf } from "../test/support/Contract.ts"
import { leasesEnd } from "./faults/Books.ts"
import { faultsOf } from "./faults/Faults.ts"
import { makePeople } from "./faults/People.ts"
import { Traffic } from "./faults/Traffic.ts"
import { columns, complaints, rowOf, tryFault } from "./faults/Trial.ts"
import { makeWorld } from "./faults/World.ts"

/**
 * Claim: whatever goes wrong under load, every answer is true or a typed problem, service is whole again by itself, and nothing is lost or done
 * twice. Two servers and a worker, with PostgreSQL, Redis, vendor, auth and receiver of their own, a dozen people, credits on. Ends with 1
 * where it is not so.
 *
 *   node bench/faults.ts [--logs DIR: keeps the logs of the processes there] [part of a fault's name …]
 */
const { positionals: wanted, values: flags } = parseArgs({ allowPositionals: true, options: { logs: { type: "string" } } })

const main = Effect.gen(function*() {
  yield* Console.error("Starting two servers and a worker …")
  const world = yield* makeWorld({ servers: 2, workers: 1, logs: flags.logs })
  const people = yield* makePeople(world, 12)
  const traffic = new Traffic(world.servers, people, yield* Effect.promise(() => contractOf(world.servers[0]?.url ?? "")))
  const faults = faultsOf(world).filter(({ name }) =>
    wanted.length === 0 || wanted.some((part) => name.toLowerCase().includes(part.toLowerCase()))
  )
  const found: Array<string> = []
  yield* Console.log(`| ${columns.join(" | ")} |\n| ${columns.map((_, index) => index === 0 ? "---" : "---:").join(" | ")} |`)
  for (const fault of faults) {
    const trial = yield* tryFault(world, traffic, fault)
    found.push(...complaints(trial))
    yield* Console.log(`| ${rowOf(trial).join(" | ")} |`)
    for (const what of complaints(trial).slice(0, 20)) yield* Console.error(what)
  }
  const held = yield* leasesEnd(world)
  for (const what of held) yield* Console.error(what)
  found.push(...held)
  if (found.length === 0) return
  yield* Console.error(`${found.length} things are not as they must be.`)
  process.exitCode = 1
})

Effect.scoped(main).pipe(Effect.provide(Logger.layer([])), NodeRuntime.runMain)
