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
import { type Measured, table, type Turn } from "./stage/Table.ts"

const usage = `Our server, Fastify 5 and node:http on the same contract, data and rules.

  --turns N         how often each server of hot is under load, for two seconds that count, in turn with the others (20);
                    those of db a seventh as often, for six
  --only TEXT       cases whose name matches the regular expression: hot, db, ours, "ours|Fastify", ...
  --features        our server also without rate limits, without the access log, and without both
  --cpu-prof DIR    CPU profiles of the servers, to be opened in Chrome or by \`node bench/hotspots.ts\`
`

const { values: flags } = parseArgs({
  options: {
    turns: { type: "string", default: "20" },
    only: { type: "string", default: "" },
    features: { type: "boolean", default: false },
    "cpu-prof": { type: "string", default: "" },
    help: { type: "boolean", default: false }
  }
})

const connections = 64
const hotProfiles = 100
const warmUp = 5
/** Seconds of a turn: those that count, after one in which what was remembered for seconds is read again. */
const turn = { leadIn: 1, hot: 2, db: 6 }

const main = Effect.gen(function*() {
  const pinned = leaveServerCore()
  const stage = yield* makeStage({ profiles: 10_000, users: 50, onProgress: Console.error })
  const cases = casesOn(stage, flags.features).filter(({ how, server, work }) =>
    new RegExp(flags.only).test(`${work} ${server} ${how}`)
  )
  const reference: Reference = new Map()
  const measured = yield* Effect.forEach(
    (["hot", "db"] as const).map((work) => cases.filter((each) => each.work === work)).filter((each) => each.length > 0),
    (each) => Effect.scoped(inTurns(each, stage, reference, pinned))
  )
  const where = pinned ? "the server on one core, load and PostgreSQL on the other" : "NOT bound to cores"
  yield* Console.log(
    `${
      cpus()[0]?.model
    }, ${cpus().length} cores, Node ${process.version}, ${generator()}, ${connections} connections, ${flags.turns} turns, ${where}\n`
  )
  yield* Console.log(table(measured.flat()))
})

/**
 * The servers of one work are under load one after the other, for seconds, turn by turn: what else goes on at the machine, from one minute to the
 * next, then meets all of them alike. Those of `hot` stand ready all the time; of `db` each begins anew, since a look-up is recorded again after a
 * minute, and what opens and records is not what is measured.
 */
const inTurns = Effect.fnUntraced(function*(cases: ReadonlyArray<Case>, stage: Stage, reference: Reference, pinned: boolean) {
  const begun = (each: Case) => ready(each, stage, reference, pinned)
  const stand = cases[0]?.work === "hot"
  const standing = stand ? yield* Effect.forEach(cases, begun) : []
  const times = stand ? Number(flags.turns) : Math.ceil(Number(flags.turns) / 7)
  const found = cases.map((each) => ({ case: each, turns: Array<Turn>() }))
  const measured: Array<Measured> = []
  for (let nth = 1; nth <= times; nth++) {
    for (const [index, each] of cases.entries()) {
      const { case: { how, server }, turns } = found[index]!
      const known = standing[index]
      yield* Effect.scoped(Effect.gen(function*() {
        const running = known ?? (yield* begun(each))
        turns.push(yield* Effect.promise(() => underLoad(running)))
        yield* Console.error(`turn ${nth}: ${server} (${how}) ${turns.at(-1)?.cpu.toFixed(1)} µs`)
        if (nth < times) return
        const windowMillis = yield* Effect.provide(
          checkWindow(running.url, stage.targets[0]!, server === "ours"),
          Database.writeLayer(Database.localOptions(stage.databaseUrl, 1))
        )
        measured.push({ case: each, turns, bytes: running.bytes, megabytes: residentMegabytes(running.pid), windowMillis })
      }))
    }
  }
  return measured
})

/** Starts a server, compares its answers, and has it asked for every target once and for some seconds after. */
const ready = Effect.fnUntraced(function*(each: Case, stage: Stage, reference: Reference, pinned: boolean) {
  const { environment, script, work } = each
  const nodeArguments = flags["cpu-prof"] !== "" ? ["--cpu-prof", `--cpu-prof-dir=${flags["cpu-prof"]}`] : []
  const { pid, url } = yield* startServer({ script, environment, pinned, nodeArguments })
  const targets = work === "hot" ? stage.targets.slice(0, hotProfiles) : stage.targets
  const bytes = yield* Effect.promise(() => checkAnswers(url, stage.targets.slice(0, 20), reference))
  const visited = yield* Effect.promise(() => visitAll({ url, targets, connections }))
  if (each.server === "ours") {
    yield* Console.error(`first look-ups, each opening a window and recorded: ${(targets.length / visited).toFixed(0)}/s`)
  }
  yield* Effect.promise(() => load({ url, targets, connections, seconds: warmUp }))
  return { case: each, pid, url, targets, bytes }
})

const underLoad = async ({ case: { server, work }, pid, targets, url }: Standing): Promise<Turn> => {
  await load({ url, targets, connections, seconds: turn.leadIn })
  const before = { server: cpuMicros(pid), core: coreMicros(), at: performance.now() }
  const found = await load({ url, targets, connections, seconds: turn[work] })
  const wall = (performance.now() - before.at) * 1000
  const used = cpuMicros(pid) - before.server
  if (found.errors > 0) throw new Error(`${found.errors} requests of ${work} ${server} failed`)
  const busy = used / wall
  return {
    perSecond: found.requests / found.seconds,
    cpu: used / found.requests,
    p50: found.p50,
    p99: found.p99,
    busy,
    others: Math.max(0, (coreMicros() - before.core) / wall - busy)
  }
}

type Standing = Effect.Success<ReturnType<typeof ready>>

if (flags.help) console.log(usage)
else Effect.scoped(main).pipe(Effect.provide(Logger.layer([])), NodeRuntime.runMain)
