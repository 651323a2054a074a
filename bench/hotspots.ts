import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

const usage = `Where the processor time of CPU profiles went, by file and by function.

  node bench/hotspots.ts DIR [--seconds 8] [--top 30]

  --seconds N  only the last N seconds of each profile: a benchmark's load comes after its preparation
  --top N      so many lines of each list
`

interface CpuProfile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>
  readonly samples: ReadonlyArray<number>
  /** Microseconds since the former sample. */
  readonly timeDeltas: ReadonlyArray<number>
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

const { positionals: [folder], values: { seconds, top } } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "8" }, top: { type: "string", default: "30" } }
})

const report = (profile: CpuProfile): string => {
  const frames = new Map(profile.nodes.map(({ callFrame, id }) => [id, callFrame]))
  const byFile = new Map<string, number>()
  const byFunction = new Map<string, number>()
  let left = Number(seconds) * 1e6
  let busy = 0
  for (let i = profile.samples.length - 1; i >= 0 && left > 0; i--) {
    const micros = profile.timeDeltas[i] ?? 0
    const frame = frames.get(profile.samples[i] ?? 0)
    left -= micros
    if (frame === undefined || frame.functionName === "(idle)") continue
    busy += micros
    add(byFile, fileOf(frame), micros)
    add(byFunction, `${frame.functionName || "anonymous"} ${fileOf(frame)}:${frame.lineNumber + 1}`, micros)
  }
  return [`${(busy / 1e6).toFixed(1)} s busy`, "", ...lines(byFile, busy), "", ...lines(byFunction, busy)].join("\n")
}

const add = (sums: Map<string, number>, name: string, micros: number) => sums.set(name, (sums.get(name) ?? 0) + micros)

const lines = (sums: ReadonlyMap<string, number>, busy: number) =>
  [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, Number(top))
    .map(([name, micros]) => `${(micros / busy * 100).toFixed(1).padStart(5)} %  ${name}`)

/** From `node_modules` or `src` on; what V8 does itself has no address. */
const fileOf = ({ url }: CallFrame) => url === "" ? "(V8)" : url.replace(/^.*\/(?:node_modules\/|(?=(?:src|bench)\/))/, "")

if (folder === undefined) console.log(usage)
else {
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
    console.log(report(JSON.parse(readFileSync(join(folder, name), "utf8")) as CpuProfile))
  }
}
