import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Logger } from "effect"
import { cpus } from "node:os"
import { casesOn } from "./stage/Cases.ts"
import { cpuMicros, leaveServerCore, residentMegabytes } from "./stage/Cores.ts"
import { visitAll } from "./stage/Load.ts"
import { startServer } from "./stage/Server.ts"
import { makeStage, type Stage, type Target } from "./stage/Stage.ts"

/**
 * Claims: the production server gives its first answer within 1.5 s of its start, against a running database; and what memory it needs
 * after the start, after 1,000 look-ups of stored profiles and after 1,000 of names that the vendor has to be asked for.
 *
 *   node bench/startup.ts [starts=7]
 */
const starts = Number(process.argv[2] ?? 7)
const lookups = 1000

const main = Effect.gen(function*() {
  const pinned = leaveServerCore()
  const stage = yield* makeStage({ profiles: lookups, users: 10, onProgress: Console.error })
  const found: Array<Started> = []
  for (let nth = 0; nth < starts; nth++) {
    const each = yield* Effect.scoped(start(stage, pinned, nth === starts - 1))
    yield* Console.error(`first answer after ${each.live.toFixed(0)} ms`)
    found.push(each)
  }
  const where = pinned ? "the server on one core, load, vendor and PostgreSQL on the other" : "NOT bound to cores"
  yield* Console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${where}`)
  yield* Console.log(`ms to the first answer (/livez): ${spread(found.map(({ live }) => live))}`)
  yield* Console.log(`ms of processor time to it: ${spread(found.map(({ cpu }) => cpu))}`)
  yield* Console.log(`ms to the first profile: ${spread(found.map(({ profile }) => profile))}`)
  for (const [when, megabytes] of found.at(-1)?.memory ?? []) yield* Console.log(`RSS ${when}: ${megabytes.toFixed(0)} MB`)
})

interface Started {
  /** Processor time until the first answer: what other work on the machine changes least. Milliseconds, as the others. */
  readonly cpu: number
  readonly live: number
  readonly profile: number
  readonly memory: ReadonlyArray<readonly [when: string, megabytes: number]>
}

const start = Effect.fnUntraced(function*(stage: Stage, pinned: boolean, goesOn: boolean) {
  const { environment, script } = casesOn(stage)[0]!
  const { pid, startedIn, url } = yield* startServer({ script, environment, pinned })
  const cpu = cpuMicros(pid) / 1000
  const began = performance.now()
  yield* visit(url, stage.targets.slice(0, 1))
  const profile = startedIn + performance.now() - began
  const memory: Array<readonly [string, number]> = [["after the start", residentMegabytes(pid)]]
  if (goesOn) {
    yield* visit(url, stage.targets)
    memory.push([`after ${lookups} stored profiles`, residentMegabytes(pid)])
    yield* visit(url, stage.targets.map((target, n) => ({ ...target, username: `fresh.${n}` })))
    memory.push([`after ${lookups} names that were fetched`, residentMegabytes(pid)])
  }
  return { cpu, live: startedIn, profile, memory } satisfies Started
})

const visit = (url: string, targets: ReadonlyArray<Target>) => Effect.promise(() => visitAll({ url, targets, connections: 16 }))

const spread = (millis: ReadonlyArray<number>): string => {
  const sorted = millis.toSorted((a, b) => a - b)
  return `median ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)}, ${sorted[0]?.toFixed(0)}–${
    sorted.at(-1)?.toFixed(0)
  }, ${sorted.length} starts`
}

Effect.scoped(main).pipe(Effect.provide(Logger.layer([])), NodeRuntime.runMain)
