/** What SQL does to the database: which relations it reads and writes, and which of their columns it names. */
export interface StatementUse {
  readonly reads: ReadonlyArray<string>
  readonly writes: ReadonlyArray<string>
  /** `relation.column`. */
  readonly columns: ReadonlyArray<string>
  /** Conflict targets of upserts: `relation(column, column)`, or the constraint's name. */
  readonly conflicts: ReadonlyArray<string>
}

export type ColumnsOf = ReadonlyMap<string, ReadonlyArray<string>>

export const noUse: StatementUse = { reads: [], writes: [], columns: [], conflicts: [] }

/** Reads one statement. A star and a whole row (`NULL::profiles`) name every column. */
export const useOfStatement = (statement: string, columnsOf: ColumnsOf): StatementUse => {
  const { reads, writes } = relationsIn(statement, columnsOf)
  const words = new Set(statement.match(/\w+/g) ?? [])
  const whole = new Set([...statement.matchAll(/\bNULL::(?:public\.)?(\w+)/g)].map(([, name]) => name))
  const star = /(?:SELECT|RETURNING|,)\s+(?:\w+\.)?\*/.test(statement)
  const columns = unique([...reads, ...writes]).flatMap((relation) =>
    (columnsOf.get(relation) ?? []).filter((column) => star || whole.has(relation) || words.has(column))
      .map((column) => `${relation}.${column}`)
  )
  return { reads, writes, columns, conflicts: conflictsIn(statement) }
}

/** The relations that SQL, or TypeScript that holds SQL, reads and writes. */
export const relationsIn = (text: string, columnsOf: ColumnsOf): Pick<StatementUse, "reads" | "writes"> => {
  const named = (pattern: RegExp) =>
    unique([...text.matchAll(pattern)].map(([, name = ""]) => name.replaceAll("\"", "").replace(/^public\./, "")))
      .filter((name) => columnsOf.has(name))
  const name = `((?:"?\\w+"?\\.)?"?\\w+"?)`
  return {
    // What is deleted from is no more read than what is updated.
    reads: named(new RegExp(`(?<!\\bDELETE )\\b(?:FROM|JOIN|USING) ${name}`, "g")),
    writes: named(new RegExp(`\\b(?:INSERT INTO|UPDATE|DELETE FROM) ${name}`, "g"))
  }
}

export const mergeUses = (uses: ReadonlyArray<StatementUse>): StatementUse => ({
  reads: unique(uses.flatMap(({ reads }) => reads)),
  writes: unique(uses.flatMap(({ writes }) => writes)),
  columns: unique(uses.flatMap(({ columns }) => columns)),
  conflicts: unique(uses.flatMap(({ conflicts }) => conflicts))
})

const conflictsIn = (statement: string): ReadonlyArray<string> => {
  let relation = ""
  const found: Array<string> = []
  const pattern = /INSERT INTO (?:public\.)?(\w+)|ON CONFLICT (?:ON CONSTRAINT (\w+)|\(([^)]*)\))/g
  for (const [, inserted, constraint, columns] of statement.matchAll(pattern)) {
    if (inserted !== undefined) relation = inserted
    else found.push(constraint ?? `${relation}(${columns})`)
  }
  return unique(found)
}

const unique = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(values)].sort()
