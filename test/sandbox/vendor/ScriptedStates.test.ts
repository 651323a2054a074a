import { assert, it } from "@effect/vitest"
import { isUsername } from "../../../src/sandbox/vendor/Contents.ts"
import { scriptedStates, scriptOf } from "../../../src/sandbox/vendor/ScriptedStates.ts"

it("every state of the table is reached by its name, which is a valid username even with everything appended", () => {
  for (const state of scriptedStates) {
    const number = "number" in state ? `.${state.number.max}` : ""
    for (const name of [`sim.${state.name}`, `sim.${state.name}${number}x3_b`, `sim.${state.name}.always_1`]) {
      assert.isTrue(isUsername(name), name)
      const script = scriptOf(name)
      assert.isObject(script, name)
      assert.deepInclude(script, { state: state.name, billed: state.billed })
    }
  }
})

it("number, times and suffix are read in that order", () => {
  assert.deepStrictEqual(scriptOf("sim.613"), { state: "613", number: 0, times: 1, billed: false })
  assert.deepStrictEqual(scriptOf("sim.613x2"), { state: "613", number: 0, times: 2, billed: false })
  assert.deepStrictEqual(scriptOf("sim.613.always"), { state: "613", number: 0, times: Infinity, billed: false })
  assert.deepStrictEqual(scriptOf("sim.429.30x2_b"), { state: "429", number: 30, times: 2, billed: false })
  assert.deepStrictEqual(scriptOf("sim.slow.60"), { state: "slow", number: 60, times: Infinity, billed: true })
  assert.deepStrictEqual(scriptOf("sim.hugex1"), { state: "huge", number: 9, times: 1, billed: true })
})

it("an ordinary name has no script, a misspelt one is not taken for ordinary", () => {
  for (const name of ["nasa", "simone", "the.sim.613", "sim_613"]) assert.isNull(scriptOf(name))
  for (const name of ["sim.", "sim.614", "sim.private.3", "sim.huge.65", "sim.613x", "sim.613x2.5"]) {
    assert.strictEqual(scriptOf(name), "unknown")
  }
})
