/** What one method of a repo does to the database, as its SQL says. */
export interface MethodUse {
  readonly reads: ReadonlyArray<string>
  readonly writes: ReadonlyArray<string>
  /** `relation.column`; null where the statement is composed and may name any column of its relations. */
  readonly columns: ReadonlyArray<string> | null
  /** Conflict targets of its upserts: `relation(column, column)`, or the constraint's name. */
  readonly conflicts: ReadonlyArray<string>
}

/**
 * Reads from the source text of a `*Repo.ts` which relations and columns each of its methods names. It relies on the way repos are written:
 * a class `XRepo`, one `const` each method in its layer, and the methods returned by name. Helpers count for the methods that call them.
 */
export const scanRepo = (
  source: string,
  columnsOf: ReadonlyMap<string, ReadonlyArray<string>>
): Readonly<Record<string, MethodUse>> => {
  const repo = /^export class (\w+Repo) /m.exec(source)?.[1]
  const returned = /^ {6}return \{([^}]*)\}/m.exec(source)?.[1]
  if (repo === undefined || returned === undefined) return {}
  const bodies = bodiesOf(source)
  return Object.fromEntries(
    returned.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "").map((entry) => {
      const [method = "", local = method] = entry.split(/:\s*/)
      return [`${repo}.${method}`, useOf(withHelpers(local, bodies), columnsOf)]
    })
  )
}

/** The text of each `const` of the layer, by name. */
const bodiesOf = (source: string): ReadonlyMap<string, string> => {
  const starts = [...source.matchAll(/^ {6}(?:const (?:\[?)(\w+)|return \{)/gm)]
  return new Map(starts.flatMap((start, position) => {
    const [, name] = start
    return name === undefined ? [] : [[name, source.slice(start.index, starts[position + 1]?.index ?? source.length)]]
  }))
}

const withHelpers = (name: string, bodies: ReadonlyMap<string, string>, seen: Set<string> = new Set()): string => {
  const body = bodies.get(name)
  if (body === undefined || seen.has(name)) return ""
  seen.add(name)
  const called = [...bodies.keys()].filter((other) =>
    other !== name && new RegExp(`(?<![.\\w])${other}\\(|yield\\* ${other}\\b`).test(body)
  )
  return [body, ...called.map((other) => withHelpers(other, bodies, seen))].join("\n")
}

const useOf = (body: string, columnsOf: ReadonlyMap<string, ReadonlyArray<string>>): MethodUse => {
  const named = (pattern: RegExp) =>
    [...new Set([...body.matchAll(pattern)].map(([, name = ""]) => name.replace(/^public\./, "")))].filter((name) =>
      columnsOf.has(name)
    ).sort()
  const writes = named(/\b(?:INSERT INTO|UPDATE|DELETE FROM) ((?:\w+\.)?\w+)/g)
  const mentioned = named(/\b(?:FROM|JOIN|USING) ((?:\w+\.)?\w+)/g)
  const deleted = named(/\bDELETE FROM ((?:\w+\.)?\w+)/g)
  const reads = mentioned.filter((name) => !deleted.includes(name))
  const relations = [...new Set([...reads, ...writes])].sort()
  const composed = /\bliteral\(|\bsql\.(insert|update)\w*\(|(SELECT|RETURNING|,)\s+(\w+\.)?\*|\bjsonb_populate_record/.test(body)
  const words = new Set(body.match(/\w+/g) ?? [])
  return {
    reads,
    writes,
    columns: composed
      ? null
      : relations.flatMap((name) =>
        (columnsOf.get(name) ?? []).filter((column) => words.has(column)).map((column) => `${name}.${column}`)
      ),
    conflicts: conflictsOf(body)
  }
}

const conflictsOf = (body: string): ReadonlyArray<string> => {
  const targets = [...body.matchAll(/INSERT INTO (?:public\.)?(\w+)|ON CONFLICT (?:ON CONSTRAINT (\w+)|\(([^)]*)\))/g)]
  let relation = ""
  const found = new Set<string>()
  for (const [, inserted, constraint, columns] of targets) {
    if (inserted !== undefined) relation = inserted
    else found.add(constraint ?? `${relation}(${columns})`)
  }
  return [...found].sort()
}
