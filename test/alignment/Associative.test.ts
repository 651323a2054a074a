import { assert, it } from "@effect/vitest"
import { flattened } from "../../src/alignment/Associative.ts"

it("the same definition, as it was written and as a restored dump writes it, is one", () => {
  assert.strictEqual(
    flattened("CHECK ((((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 20)) AND (a IS NULL)))"),
    "CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 20) AND (a IS NULL)))"
  )
  assert.strictEqual(flattened("CHECK (((((a) AND (b)) AND (c)) AND (d)))"), "CHECK (((a) AND (b) AND (c) AND (d)))")
})

it("what means something else stays", () => {
  for (
    const definition of [
      "CHECK ((((a > 1) OR (b > 1)) AND (c > 1)))",
      "CHECK ((((a > 1) AND (b > 1)) OR (c > 1)))",
      "CHECK (((a > 1) AND ((b > 1) OR (c > 1))))",
      "CHECK (((a = '(( AND ') AND (b > 1)))",
      "CHECK ((a IS NULL))",
      "UNIQUE (a, b)"
    ]
  ) assert.strictEqual(flattened(definition), definition)
})
