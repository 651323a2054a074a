import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

/** Which file may import what. Paths are relative to the project; a package keeps its name. */
interface Direction {
  readonly forbids: (file: string, imported: string) => boolean
  readonly because: string
}

const room = (file: string) => file.split("/")[1]
const only = (imports: RegExp, allowed: RegExp) => (file: string, imported: string) =>
  imports.test(imported) && !allowed.test(file)

const directions: ReadonlyArray<Direction> = [
  {
    forbids: only(/^(effect\/sql\/|@effect\/sql-pg)/, /^src\/(.*Repo\.ts$|(database|alignment|sandbox)\/)/),
    because: "SQL stays in *Repo.ts, database/ and alignment/."
  },
  {
    forbids: only(
      /^(effect\/http\/Http(Server\w*|Router|Effect|Middleware)$|effect\/http-api\/(?!HttpApi(Error|Schema)$)|@effect\/platform-node\/NodeHttpServer\w*$|node:https?$)/,
      /^src\/(.*(Api|Http)\.ts$|(http|auth|sandbox)\/|(Serve|app|client)\.ts$)/
    ),
    because: "The HTTP server stays in *Api.ts, *Http.ts, http/ and auth/."
  },
  {
    forbids: only(
      /^(effect\/http\/(HttpClient\w*|FetchHttpClient)|@effect\/platform-node\/(NodeHttpClient|Undici)|undici)$/,
      /^src\/((decodo|auth|observability|outbound|sandbox)\/|insights\/InstagramGraph\.ts$|(app|client)\.ts$)/
    ),
    because:
      "The HTTP client stays in the adapters of what is outside: decodo/, auth/, observability/, outbound/ and InstagramGraph.ts."
  },
  {
    forbids: (file, imported) =>
      /^src\/.*Repo\.ts$/.test(imported) && room(file) !== room(imported) && !/^src\/(Serve|app)\.ts$/.test(file),
    because: "A room is reached through its door, not through its repo. Put the shape of a row into a model."
  },
  {
    forbids: (file, imported) => /(Api|client)\.ts$/.test(file) && /^src\/.*(Repo|Http)\.ts$/.test(imported),
    because: "A contract is made of models and errors: a client that imports it must not pull in the server."
  },
  {
    forbids: only(/^src\/sandbox\//, /^src\/sandbox\//),
    because: "The sandbox is for scripts and tests, never part of the server."
  },
  {
    forbids: (_, imported) => /^(test|scripts|bench)\//.test(imported),
    because: "Nothing in src/ depends on what is around it."
  },
  {
    forbids: (_, imported) => /^(effect\/(?!schema$)[a-z-]+|@effect\/platform-node)$/.test(imported),
    because: "Import the module, not the folder of modules: it costs up to 350 ms of start-up."
  },
  {
    forbids: (file, imported) => isModelOrErrors(file) && !isPure(imported),
    because: "Models and errors import schemas, other models and errors, and nothing else."
  }
]

/** Why the file at a path must not import `imported` (as written in it), if it must not. */
export const forbidden = (path: string, imported: string): string | undefined => {
  const file = relative(root, path)
  const target = imported.startsWith(".") ? join(dirname(file), imported) : imported
  return directions.find(({ forbids }) => forbids(file, target))?.because
}

/** In a domain room: errors of `auth/` carry response headers. */
const isModelOrErrors = (file: string) =>
  !/^src\/((auth|database|http|sandbox)\/|.*(Repo|Api|Http)\.ts$)/.test(file) &&
  (/Errors?\.ts$/.test(file) || importsOf(file).includes("effect/schema"))

/** Whether an import brings schemas alone: one of these packages, or a file that imports nothing but pure things itself. */
const isPure = (imported: string): boolean => {
  if (!imported.startsWith("src/")) return /^effect(\/schema|\/http-api\/HttpApi(Error|Schema))?$/.test(imported)
  return importsOf(imported).every((next) => isPure(next.startsWith(".") ? join(dirname(imported), next) : next))
}

const root = fileURLToPath(new URL("../../", import.meta.url))

const known = new Map<string, ReadonlyArray<string>>()

const importsOf = (file: string): ReadonlyArray<string> => {
  let found = known.get(file)
  if (found === undefined) {
    const path = join(root, file)
    const text = existsSync(path) ? readFileSync(path, "utf8") : ""
    found = [...text.matchAll(/^(?:import|export)[^"'`=]*?from "([^"]+)"/gm)].map((match) => match[1] ?? "")
    known.set(file, found)
  }
  return found
}
