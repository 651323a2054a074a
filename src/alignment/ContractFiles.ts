import { Effect, FileSystem, Path } from "effect"
import { fileURLToPath } from "node:url"
import { introspect } from "./Introspection.ts"
import { insertSamples, type Probe, recordUses } from "./Probes.ts"
import { reliedOn } from "./ReliedOn.ts"
import { scanRepo } from "./RepoScan.ts"
import { type ColumnsOf, mergeUses, noUse, type StatementUse } from "./StatementUse.ts"

/**
 * What `catalog.json` and `uses.json` have to hold: the shape of the connected database, which has just been migrated and is ours, and what
 * each repo method does there. For the command and the tests; the running service has no source tree.
 */
export const contractFiles = Effect.fn("contractFiles")(function*(probes: ReadonlyArray<Probe>) {
  const live = yield* introspect
  const columns = new Map(live.relations.map((relation) => [relation.name, relation.columns.map(({ name }) => name)]))
  yield* insertSamples
  const recorded = yield* recordUses(probes, columns)
  const named = yield* methodsOfRepos(columns)
  const uses = Object.fromEntries(
    [...named].map(([method, use]) => [method, withUncalled(recorded.get(method) ?? noUse, use, columns)])
  )
  return { catalog: reliedOn(live, uses), uses, unprobed: [...named.keys()].filter((method) => !recorded.has(method)) }
})

export const writeContractFiles = Effect.fn("writeContractFiles")(function*(probes: ReadonlyArray<Probe>) {
  const fs = yield* FileSystem.FileSystem
  const { catalog, unprobed, uses } = yield* contractFiles(probes)
  const write = (name: string, content: unknown) =>
    fs.writeFileString(fileURLToPath(new URL(name, import.meta.url)), `${JSON.stringify(content, null, 2)}\n`)
  yield* write("catalog.json", catalog)
  yield* write("uses.json", uses)
  return unprobed
})

/** The methods of every `*Repo.ts` of the rooms. The sandbox's own are no part of the service. */
const methodsOfRepos = Effect.fnUntraced(function*(columns: ColumnsOf) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = fileURLToPath(new URL("..", import.meta.url))
  const names = (yield* fs.readDirectory(root, { recursive: true })).filter((name) =>
    name.endsWith("Repo.ts") && !name.startsWith(`sandbox${path.sep}`)
  )
  const scanned = yield* Effect.forEach(
    names.sort(),
    (name) => Effect.map(fs.readFileString(path.join(root, name)), (text) => [...scanRepo(text, columns)])
  )
  return new Map(scanned.flat())
})

/** A relation that only an untaken branch names is used in all its columns, as far as anybody knows. */
const withUncalled = (called: StatementUse, named: Pick<StatementUse, "reads" | "writes">, columns: ColumnsOf): StatementUse => {
  const known = new Set([...called.reads, ...called.writes])
  const more = [...named.reads, ...named.writes].filter((relation) => !known.has(relation))
  return mergeUses([called, {
    ...noUse,
    ...named,
    columns: more.flatMap((relation) => (columns.get(relation) ?? []).map((column) => `${relation}.${column}`))
  }])
}
