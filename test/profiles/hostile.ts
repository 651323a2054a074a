import fc from "fast-check"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { profileContent } from "../support/payload.ts"

const folder = fileURLToPath(new URL("../../../shared/payloads/profile", import.meta.url))

/** Recorded answers where they are there, the smaller ones more often, and an invented one. */
const bases: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(profileContent({ id: "42", username: "invented" }, [{ n: 1 }, { n: 2 }, { n: 3 }])) },
  ...(existsSync(folder) ? readdirSync(folder) : []).map((name) => {
    const text = readFileSync(`${folder}/${name}`, "utf8")
    return { weight: text.length < 50_000 ? 3 : 1, arbitrary: fc.constant(JSON.parse(text) as object) }
  })
)

/** Values at the edges of what tables can hold, of the wrong kind, or written to do harm. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    1e308,
    5e-324,
    1_262_304_000,
    4_102_444_800,
    253_402_300_800
  ),
  fc.constantFrom(
    "",
    "None",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "'; DROP TABLE profiles; --",
    "{\"a\":\"\\u0000\"}",
    "{}",
    "https://x.example/",
    "javascript:alert(1)",
    "42",
    "3000000000000000001",
    "Post1",
    "Post2",
    "invented",
    "Robertdowneyjr",
    "x".repeat(20_000),
    `https://x.example/${"y".repeat(19_000)}`,
    "\\",
    "{NULL}",
    "#a #b #c @d @e",
    `${"#tag ".repeat(300)}${"@someone.else ".repeat(300)}`,
    "\u202e\u0627\u0644\u0639\u0631\u0628\u064a\u0629 #\u0648\u0633\u0645",
    "👩‍👩‍👧‍👦".repeat(500)
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    [],
    {},
    [null],
    { edges: [] },
    { edges: [{ node: { id: "7", shortcode: "Seven" } }] },
    { count: 2 ** 53 - 1 },
    {
      count: -1
    },
    { count: null },
    { username: "Someone" }
  ),
  fc.constantFrom(40, 300).map((length) =>
    Array.from({ length }, (_, i) => ({ node: { id: String(i % 50), shortcode: `S${i % 37}`, username: `n${i % 21}` } }))
  )
)

interface Mutation {
  readonly steps: ReadonlyArray<number>
  readonly what: "replace" | "remove" | "swap" | "repeat"
  readonly value: unknown
}

const mutations: fc.Arbitrary<Mutation> = fc.record({
  steps: fc.array(fc.nat(), { minLength: 3, maxLength: 14 }),
  what: fc.constantFrom("replace", "replace", "replace", "replace", "remove", "swap", "repeat"),
  value: values
})

/** A vendor's content after one to six random mutations. */
export const hostileContent: fc.Arbitrary<object> = fc.tuple(bases, fc.array(mutations, { minLength: 1, maxLength: 6 })).map(
  ([base, given]) => {
    const root = structuredClone(base)
    for (const mutation of given) mutate(root, mutation)
    return root
  }
)

/** Walks into the value, a number choosing the member at each step, and changes the last member reached. */
const mutate = (root: object, { steps, value, what }: Mutation): void => {
  let container: object = root
  let name: string | undefined
  let at: unknown = root
  for (const step of steps) {
    if (typeof at !== "object" || at === null) break
    const names = Object.keys(at)
    if (names.length === 0) break
    container = at
    name = names[step % names.length] ?? ""
    at = Reflect.get(at, name)
  }
  if (name === undefined) return
  if (what === "replace") Reflect.set(container, name, structuredClone(value))
  else if (what === "remove") Reflect.deleteProperty(container, name)
  else if (what === "swap") Reflect.set(container, Object.keys(container)[0] ?? name, structuredClone(at))
  else if (Array.isArray(container)) container.push(...structuredClone(container.slice(0, 20)))
}
