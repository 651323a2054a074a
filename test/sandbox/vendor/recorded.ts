import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The recorded payloads beside the project; `null` where they are not there. */
export const recordedDirectory = (kind: string): string | null => {
  const directory = fileURLToPath(new URL(`../../../../shared/payloads/${kind}`, import.meta.url))
  return existsSync(directory) ? directory : null
}

export const recordedFiles = (kind: string): ReadonlyArray<string> => {
  const directory = recordedDirectory(kind)
  return directory === null ? [] : readdirSync(directory).filter((name) => name.endsWith(".json")).sort()
}

export const recorded = (kind: string, file: string): unknown =>
  JSON.parse(readFileSync(`${recordedDirectory(kind)}/${file}`, "utf8"))

export const missing = "the recorded payloads are not beside this project (../shared/payloads)"

/** Every path of a value with the kinds seen there; array items share one path. */
export const pathsOf = (value: unknown, kinds = new Map<string, Set<string>>(), path = ""): Map<string, Set<string>> => {
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value
  if (path !== "") (kinds.get(path) ?? kinds.set(path, new Set()).get(path) as Set<string>).add(kind)
  if (Array.isArray(value)) { for (const item of value) pathsOf(item, kinds, `${path}[]`) }
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) pathsOf(item, kinds, path === "" ? key : `${path}.${key}`)
  }
  return kinds
}
