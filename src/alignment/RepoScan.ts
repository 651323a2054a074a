import { type ColumnsOf, relationsIn, type StatementUse } from "./StatementUse.ts"

/**
 * Reads from the source text of a `*Repo.ts` its methods and the relations that each names, branches that no call took included. It relies on
 * the way repos are written: a class `XRepo`, one `const` each method in its layer, and the methods returned by name. Helpers count for the
 * methods that use them.
 */
export const scanRepo = (source: string, columnsOf: ColumnsOf): ReadonlyMap<string, Pick<StatementUse, "reads" | "writes">> => {
  const repo = /^export class (\w+Repo) /m.exec(source)?.[1]
  const returned = /^ {6}return \{([^}]*)\}/m.exec(source)?.[1]
  if (repo === undefined || returned === undefined) return new Map()
  const bodies = bodiesOf(source)
  const methods = returned.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "")
  return new Map(methods.map((entry) => {
    const [method = "", local = method] = entry.split(/:\s*/)
    return [`${repo}.${method}`, relationsIn(withHelpers(local, bodies), columnsOf)]
  }))
}

/** The text of each `const` of the layer, by name. */
const bodiesOf = (source: string): ReadonlyMap<string, string> => {
  const starts = [...source.matchAll(/^ {6}(?:const (\w+)|return \{)/gm)]
  return new Map(starts.flatMap((start, position) => {
    const [, name] = start
    return name === undefined ? [] : [[name, source.slice(start.index, starts[position + 1]?.index ?? source.length)]]
  }))
}

const withHelpers = (name: string, bodies: ReadonlyMap<string, string>, seen: Set<string> = new Set()): string => {
  const body = bodies.get(name)
  if (body === undefined || seen.has(name)) return ""
  seen.add(name)
  const used = [...bodies.keys()].filter((other) =>
    other !== name && new RegExp(`(?<![.\\w])${other}\\(|(?:yield\\* |\\$\\{)${other}\\b`).test(body)
  )
  return [body, ...used.map((other) => withHelpers(other, bodies, seen))].join("\n")
}
