import type { IsConflictTarget } from "./Drift.ts"
import type { Difference } from "./Finding.ts"
import type { StatementUse } from "./StatementUse.ts"
import type { Route } from "./Touches.ts"

/** Who is concerned by a difference: repo methods by what their SQL names, routes by what they declare. */
export interface TouchIndex {
  readonly touchedBy: (
    difference: Difference
  ) => { readonly routes: ReadonlyArray<string>; readonly methods: ReadonlyArray<string> }
  readonly isConflictTarget: IsConflictTarget
}

export const touchIndexOf = (methods: Readonly<Record<string, StatementUse>>, routes: ReadonlyArray<Route>): TouchIndex => {
  const conflicts = new Set(Object.values(methods).flatMap((use) => use.conflicts).map(squeeze))
  return {
    isConflictTarget: (relation, { columns, name }) =>
      conflicts.has(name) ||
      (columns.length > 0 && [...conflicts].some((target) => target === squeeze(`${relation}(${columns.join(",")})`))),
    touchedBy: (difference) => {
      const concerns = usesConcernedBy(difference)
      return {
        routes: routes.filter(concerns).map(({ route }) => route),
        methods: Object.entries(methods).filter(([, use]) => concerns(use) && names(use, difference)).map(([name]) => name)
      }
    }
  }
}

/** A broken read stops whoever touches the relation; a broken write, and a key or check that is not as it should be, those who write it. */
const usesConcernedBy =
  ({ relation, severity }: Difference) =>
  (use: { readonly reads: ReadonlyArray<string>; readonly writes: ReadonlyArray<string> }) => {
    const writes = use.writes.includes(relation)
    switch (severity) {
      case "breaks_reads":
      case "slow":
        return writes || use.reads.includes(relation)
      case "breaks_writes":
      case "breaks_integrity":
        return writes
      default:
        return false
    }
  }

const names = (use: StatementUse, { code, columns, relation }: Difference) =>
  columns.length === 0 || !code.startsWith("column_") || code === "column_required" ||
  columns.some((column) => use.columns.includes(`${relation}.${column}`))

const squeeze = (target: string) => target.replace(/\s+/g, "")
