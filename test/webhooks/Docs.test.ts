import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { readFileSync } from "node:fs"
import { Api } from "../../src/http/Api.ts"
import { eventTypes, ping } from "../../src/webhooks/EventTypes.ts"
import { waits } from "../../src/webhooks/RetrySchedule.ts"
import { type AnyEvent, bodyOf } from "../../src/webhooks/WebhookEvents.ts"

const page = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8")
const sections = new Map(
  page.split(/^### /m).slice(1).map((section) => [section.slice(0, section.indexOf("\n")), section] as const)
)
const types: ReadonlyArray<AnyEvent> = [...eventTypes, ping]
const strict = { onExcessProperty: "error", errors: "all" } as const

describe("docs/webhooks.md", () => {
  it("shows every event, and none that is not there", () => assert.deepStrictEqual([...sections.keys()], [...types]))

  it.effect.each(types)("has an example of %s that is one, and says everything there is", (type) =>
    Effect.gen(function*() {
      const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(sections.get(type) ?? "")?.[1] ?? "")
      const decoded = yield* Schema.decodeUnknownEffect(bodyOf(type), strict)(example)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(decoded)), example)
    }))

  it("has the schedule as it is", () => {
    const said = /<!-- waits -->(.*?)<!-- \/waits -->/s.exec(page)?.[1]?.split(",").map((wait) =>
      wait.replace(/\s+/g, " ").trim()
    )
    assert.deepStrictEqual(said, [...waits])
  })

  it("OpenAPI describes each as a request that is received", () => {
    const document: unknown = OpenApi.fromApi(Api)
    assert(document !== null && typeof document === "object" && "webhooks" in document)
    assert.deepStrictEqual(Object.keys(document.webhooks as object), [...types])
  })
})
