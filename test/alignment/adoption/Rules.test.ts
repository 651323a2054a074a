import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { copyStatements } from "../../../src/alignment/adoption/CopySql.ts"
import { legacyColumns, legacyTableNames, ruleName } from "../../../src/alignment/adoption/LegacySchema.ts"
import { planStatement } from "../../../src/alignment/adoption/PlanSql.ts"
import { allRules } from "../../../src/alignment/adoption/Rules.ts"
import { sourceOf, unknownColumns } from "../../../src/alignment/adoption/Source.ts"
import { asColumn, type Places } from "../../../src/alignment/adoption/TableRules.ts"
import { recordedSchema } from "./LegacyDatabase.ts"

const at: Places = { plan: "legacy", source: (table) => `legacy.${table}` }

describe("the rules", () => {
  it("use every column of the old tables, or say why it has no place", () => {
    for (const rules of allRules(at)) {
      if (rules.table === "auth.users") continue
      const text = [planStatement(rules, at), ...copyStatements(rules, at)].join("\n")
      const used = new Set([...text.matchAll(/\bl\.([a-z_]+)/g)].map((match) => match[1]))
      for (const { name } of legacyColumns(rules.table)) {
        const dropped = ruleName(name) in (rules.dropped ?? {})
        // Entries of accounts are made of them, and not columns of rows.
        if (rules.table === "users" && name === "credits") continue
        assert.isTrue(used.has(ruleName(name)) || dropped, `${rules.table}.${name} is neither used nor dropped`)
      }
      for (const name of Object.keys(rules.dropped ?? {})) {
        assert.isTrue(legacyColumns(rules.table).some((column) => ruleName(column.name) === name), `${rules.table}.${name}`)
      }
    }
  })

  it("cover every old table, parents first", () => {
    const order = allRules(at).map(({ table }) => table)
    assert.sameMembers(order.filter((table) => table !== "auth.users"), [...legacyTableNames])
    for (const [index, rules] of allRules(at).entries()) {
      for (const [, parent] of rules.joins.matchAll(/table_name = '([a-z_]+)'/g)) {
        assert.isBelow(order.indexOf(parent as (typeof order)[number]), index, `${rules.table} points to ${parent}`)
      }
    }
  })

  it("have every reason explained in docs/adoption.md", () => {
    const page = readFileSync(new URL("../../../docs/adoption.md", import.meta.url), "utf8")
    const reasons = new Set(
      allRules(at).flatMap((rules) => [
        ...Object.keys({ ...rules.refused, ...rules.orphaned, ...rules.changed }),
        ...(rules.groups ?? []).flatMap(({ reason, unless }) => unless === undefined ? [reason] : [reason, unless.change]),
        ...(rules.absorbed === undefined ? [] : [rules.absorbed.reason]),
        ...rules.writes.flatMap(({ columns }) =>
          Object.values(columns).flatMap((column) => Object.keys(asColumn(column).changed ?? {}))
        )
      ])
    )
    assert.deepStrictEqual([...reasons].filter((reason) => !page.includes(`\`${reason}\``)), [])
  })

  it.skipIf(recordedSchema === undefined)(
    "know the recorded database to the column (skipped where ../shared/legacy is absent)",
    () => {
      assert.sameMembers(Object.keys(recordedSchema?.public ?? {}), [...legacyTableNames])
      for (const table of legacyTableNames) {
        const recorded = recordedSchema?.public[table]?.columns.map(({ name }) => name) ?? []
        assert.sameMembers(legacyColumns(table).map(({ name }) => name), recorded, table)
      }
    }
  )
})

describe("the source of a legacy table", () => {
  it("reads a column that is not there as NULL, a renamed one by its new name, and one of another type as the expected", () => {
    const source = sourceOf(
      "public",
      new Map([["users", new Map([["id", "uuid"], ["first_name", "text"], ["preferences", "text"]])]])
    )("users")
    assert.include(source, "\"first_name\" AS \"first_name\"")
    assert.include(source, "NULL::text AS \"last_name\"")
    assert.include(source, "to_jsonb(\"preferences\") AS \"preferences\"")
    assert.include(source, "FROM public.\"users\"")
  })

  it("is empty where the table is not there", () => {
    assert.match(sourceOf("public", new Map())("mentions"), /WHERE false\)$/)
  })

  it("names columns that no rule knows", () => {
    assert.deepStrictEqual(
      unknownColumns("mentions", new Map([["mentions", new Map([["id", "uuid"], ["colour", "text"]])]])),
      ["colour"]
    )
  })
})
