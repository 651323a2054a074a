import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { readFileSync } from "node:fs"
import { Api } from "../../src/http/Api.ts"
import { problemPages } from "../../src/http/ProblemPages.ts"

const pages = problemPages(readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8"))

/** Every problem type that the OpenAPI document declares, and those that any address may answer. */
const declared = new Set([
  ...JSON.stringify(OpenApi.fromApi(Api)).matchAll(/"\/problems\/([a-z-]+)"/g)
].map(([, slug]) => slug ?? ""))
/** Node's parser refuses these before any route is known, others any address may answer. */
const anywhere = [
  "route-not-found",
  "method-not-allowed",
  "payload-too-large",
  "unsupported-media-type",
  "internal-error",
  "server-stopping",
  "malformed-request",
  "request-timeout",
  "headers-too-large",
  "expectation-failed"
]
for (const slug of anywhere) declared.add(slug)

describe("Pages of problems", () => {
  it.effect("every problem type has a page that says what to do, and every page a type", () =>
    Effect.sync(() => {
      assert.isAbove(declared.size, 15)
      assert.deepStrictEqual([...pages.keys()].toSorted(), [...declared].toSorted())
      for (const page of pages.values()) assert.match(page, /\n\n[45]\d\d\. \S/)
    }))
})
