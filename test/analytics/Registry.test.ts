import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { analyze } from "../../src/analytics/Analytics.ts"
import { Method } from "../../src/analytics/Method.ts"
import { registry } from "../../src/analytics/Registry.ts"
import { PostSample, ProfileSample } from "../../src/analytics/Sample.ts"
import { AS_OF, figuresOf, postsOf, profileOf } from "./support.ts"

const ExampleInput = Schema.Struct({
  profile: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  posts: Schema.optionalKey(Schema.Array(Schema.Record(Schema.String, Schema.Json)))
})

// What an example leaves out is unknown; what it adds must be a member of the sample.
const strict = { onExcessProperty: "error" } as const
const decodeInput = Schema.decodeUnknownSync(ExampleInput, strict)
const decodeProfile = Schema.decodeUnknownSync(ProfileSample, strict)
const decodePosts = Schema.decodeUnknownSync(Schema.Array(PostSample), strict)

describe("Metrics registry", () => {
  it.each(registry.map((method) => [method.method, method] as const))("works out the example of %s", (_, { example, method }) => {
    const input = decodeInput(example.input)
    const analytics = analyze(
      decodeProfile({ ...profileOf({}), ...input.profile }),
      decodePosts(postsOf(input.posts ?? [])),
      example.as_of
    )
    const figure = new Map(figuresOf(analytics)).get(example.figure)
    assert.strictEqual(figure?.method, method)
    assert.deepStrictEqual(figure?.value, example.output)
  })

  it("holds each version of a method once, with a note of its change", () => {
    const keys = registry.map(({ method, version }) => `${method} ${version}`)
    assert.strictEqual(new Set(keys).size, keys.length)
    for (const { changes, version } of registry) assert.include(changes.map((change) => change.version), version)
  })

  it("holds exactly the methods of the answer", () => {
    const emitted = new Set(figuresOf(analyze(profileOf({}), [], AS_OF)).map(([, { method }]) => method))
    assert.deepStrictEqual([...emitted].sort(), [...new Set(registry.map(({ method }) => method))].sort())
  })

  it("can be served as JSON", () => {
    const encoded = Schema.encodeSync(Schema.Array(Method))(registry)
    assert.deepStrictEqual(Schema.decodeUnknownSync(Schema.Array(Method))(JSON.parse(JSON.stringify(encoded))), registry)
  })
})
