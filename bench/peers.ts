import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Logger } from "effect"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import * as Database from "../src/database/Database.ts"
import { type Case, casesOn } from "./stage/Cases.ts"
import { checkAnswers, checkWindow, type Reference } from "./stage/Checks.ts"
import { coreMicros, cpuMicros, leaveServerCore, residentMegabytes } from "./stage/Cores.ts"
import { generator, load, visitAll } from "./stage/Load.ts"
import { startServer } from "./stage/Server.ts"
import { makeStage, type Stage } from "./stage/Stage.ts"
import { type Measured, table } from "./stage/Table.ts"

const usage = `Our server, Fastify 5 and node:http on the same contract, data and rules.

  --quick           1 s of warm-up and 3 s a case instead of 5 s and 8 s
  --rounds N        every case N times; the run that used least processor time counts
  --only TEXT       cases whose name matches the regular expression: hot, db, ours, "ours|Fastify", ...
  --features        our server also without rate limits, without the access log, and without both
  --cpu-prof DIR    a CPU profile of our server, to be opened in Chrome or by \`node bench/hotspots.ts\`
`

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    features: { type: "boolean", default: false },
    "cpu-prof": { type: "string", default: "" },
    help: { type: "boolean", default: false }
  }
})

const connections = 64
const hotProfiles = 100
const [warmUp, duration] = flags.quick ? [1, 3] : [5, 8]

const main = Effect.gen(function*() {
  const pinned = leaveServerCore()
  const stage = yield* makeStage({ profiles: 10_000, users: 50, onProgress: Console.error })
  const cases = casesOn(stage, flags.features).filter(({ how, server, work }) =>
    new RegExp(flags.only).test(`${work} ${server} ${how}`)
  )
  const reference: Reference = new Map()
  const best = new Map<Case, Measured>()
  for (let round = 1; round <= Number(flags.rounds); round++) {
    for (const each of cases) {
      const found = yield* Effect.scoped(measure(each, stage, reference, pinned))
      yield* Console.error(
        `${each.work} ${each.server} (${each.how}): ${(found.requests / found.seconds).toFixed(0)}/s, ${found.cpu.toFixed(1)} µs`
      )
      if (found.cpu < (best.get(each)?.cpu ?? Infinity)) best.set(each, found)
    }
  }
  const where = pinned ? "the server on one core, load and PostgreSQL on the other" : "NOT bound to cores"
  yield* Console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${generator()}, ${connections} connections, ${where}\n`
  )
  yield* Console.log(table([...best.values()]))
})

const measure = Effect.fnUntraced(function*(each: Case, stage: Stage, reference: Reference, pinned: boolean) {
  const { environment, script, server, work } = each
  const ours = server === "ours"
  const nodeArguments = ours && flags["cpu-prof"] !== "" ? ["--cpu-prof", `--cpu-prof-dir=${flags["cpu-prof"]}`] : []
  const { pid, url } = yield* startServer({ script, environment, pinned, nodeArguments })
  const targets = work === "hot" ? stage.targets.slice(0, hotProfiles) : stage.targets
  const bytes = yield* Effect.promise(() => checkAnswers(url, stage.targets.slice(0, 20), reference))
  const visited = yield* Effect.promise(() => visitAll({ url, targets, connections }))
  if (ours) yield* Console.error(`first look-ups, each opening a window and recorded: ${(targets.length / visited).toFixed(0)}/s`)
  yield* Effect.promise(() => load({ url, targets, connections, seconds: warmUp }))
  const before = { server: cpuMicros(pid), core: coreMicros(), at: performance.now() }
  const found = yield* Effect.promise(() => load({ url, targets, connections, seconds: duration }))
  const wall = (performance.now() - before.at) * 1000
  const used = cpuMicros(pid) - before.server
  if (found.errors > 0) return yield* Effect.die(`${found.errors} requests of ${work} ${server} failed`)
  const busy = used / wall
  return {
    ...found,
    case: each,
    cpu: used / found.requests,
    busy,
    others: Math.max(0, (coreMicros() - before.core) / wall - busy),
    megabytes: residentMegabytes(pid),
    bytes,
    windowMillis: yield* Effect.provide(
      checkWindow(url, stage.targets[0]!, ours),
      Database.writeLayer(Database.localOptions(stage.databaseUrl, 1))
    )
  } satisfies Measured
})

if (flags.help) console.log(usage)
else Effect.scoped(main).pipe(Effect.provide(Logger.layer([])), NodeRuntime.runMain)
