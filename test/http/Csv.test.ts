import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Cell, csvLine } from "../../src/http/Csv.ts"
import { parseCsv } from "./parseCsv.ts"

describe("CSV", () => {
  it("is quoted where it must be, and empty where nothing is known", () => {
    assert.strictEqual(csvLine(["a", "b,c", "d\"e", "f\ng", null, 0, true, ""]), "a,\"b,c\",\"d\"\"e\",\"f\ng\",,0,true,\r\n")
  })

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|'/c calc'!A0", "=HYPERLINK(\"http://x\",\"y\")"])(
    "never begins a text as a formula: %j",
    (text) => {
      const [[cell] = []] = parseCsv(csvLine([text]))
      assert.strictEqual(cell, `'${text}`)
    }
  )

  it("leaves numbers that are ours alone", () => {
    assert.strictEqual(csvLine([-1.5, 1e21]), "-1.5,1e+21\r\n")
  })

  it("is read back as it was, whatever it holds", () => {
    const cell = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("\r\n", ",", "\"", "=\"", "'")
    )
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 1 }), { minLength: 1 }), (lines) => {
      const read = parseCsv(lines.map((line: ReadonlyArray<Cell>) => csvLine(line)).join(""))
      assert.deepStrictEqual(
        read,
        lines.map((line) =>
          line.map((given) =>
            typeof given === "string" && /^[=+\-@\t\r]/.test(given) ? `'${given}` : given === null ? "" : String(given)
          )
        )
      )
      for (const text of read.flat()) assert.notMatch(text, /^[=+@\t\r]/)
    }))
  })
})
