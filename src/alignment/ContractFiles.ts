import { Effect, FileSystem, Path } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { fileURLToPath } from "node:url"
import type { Catalog } from "./Catalog.ts"
import { type CatalogUnreadable, introspect } from "./Introspection.ts"
import { reliedOn } from "./ReliedOn.ts"
import { type MethodUse, scanRepo } from "./RepoScan.ts"

/**
 * What `catalog.json` and `uses.json` have to hold: the shape of the connected database, which has just been migrated, and what the repos of
 * the source tree name in their SQL. For the command and the tests; the running service has no source tree.
 */
export const contractFiles: Effect.Effect<
  { readonly catalog: Catalog; readonly uses: Readonly<Record<string, MethodUse>> },
  SqlError | CatalogUnreadable,
  SqlClient | FileSystem.FileSystem | Path.Path
> = Effect.gen(function*() {
  const live = yield* introspect
  const columns = new Map(live.relations.map((relation) => [relation.name, relation.columns.map(({ name }) => name)]))
  const uses = scanAll(yield* repoSources, columns)
  return { catalog: reliedOn(live, uses), uses }
})

/** The text of every `*Repo.ts` of the rooms, by path. The sandbox's own are no part of the service. */
export const repoSources = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = fileURLToPath(new URL("..", import.meta.url))
  const names = (yield* fs.readDirectory(root, { recursive: true })).filter((name) =>
    name.endsWith("Repo.ts") && !name.startsWith(`sandbox${path.sep}`)
  )
  return yield* Effect.forEach(
    names.sort(),
    (name) => Effect.map(fs.readFileString(path.join(root, name)), (text) => ({ name, text }))
  )
}).pipe(Effect.orDie)

export const writeContractFiles = Effect.fn("writeContractFiles")(function*() {
  const fs = yield* FileSystem.FileSystem
  const { catalog, uses } = yield* contractFiles
  const write = (name: string, content: unknown) =>
    fs.writeFileString(fileURLToPath(new URL(name, import.meta.url)), `${JSON.stringify(content, null, 2)}\n`)
  yield* write("catalog.json", catalog)
  yield* write("uses.json", uses)
})

const scanAll = (
  sources: ReadonlyArray<{ readonly text: string }>,
  columns: ReadonlyMap<string, ReadonlyArray<string>>
): Readonly<Record<string, MethodUse>> => Object.assign({}, ...sources.map(({ text }) => scanRepo(text, columns)))
