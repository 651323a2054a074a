import { assert, describe, it } from "@effect/vitest"
import { apiRoutes } from "../../src/http/Routes.ts"

describe("Routes", () => {
  it("each says which relations it touches, so that a broken one stops it and no other", () => {
    assert.deepStrictEqual(apiRoutes.filter(({ declared }) => !declared).map(({ route }) => route), [])
  })
})
