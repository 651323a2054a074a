import { assert, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectRoot } from "./oxlint.ts"

const tables = globSync("migrations/*.sql", { cwd: projectRoot }).flatMap((file) =>
  [...read(file).matchAll(/^CREATE TABLE (\w+)/gm)].map(([, table]) => table ?? "")
)

const sources = globSync("src/**/*.ts", { cwd: projectRoot }).map((file) => ({ file, text: read(file) }))

it.each(tables)("has at most one file write %s", (table) => {
  const writes = new RegExp(String.raw`\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\s+(public\.)?${table}\b`)
  const writers = sources.filter(({ text }) => writes.test(text)).map(({ file }) => file)
  assert.isAtMost(writers.length, 1, `${writers.join(" and ")} write ${table}: let one repo own the table.`)
})

function read(file: string) {
  return readFileSync(join(projectRoot, file), "utf8")
}
