import { assert, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"

const at = (path: string) => new URL(`../../${path}`, import.meta.url)

it("the README tells where every room is, and names none that is not there", () => {
  const rooms = readdirSync(at("src"), { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name)
  const table = readFileSync(at("README.md"), "utf8").split("| room ")[1]?.split("Inside a room")[0] ?? ""
  assert.sameMembers([...table.matchAll(/(?<!\[)`([a-z]+)\/`/g)].map(([, name]) => name), rooms)
})
