import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { findingsOf } from "../../src/alignment/Check.ts"
import { currentContract, currentMethods } from "../../src/alignment/CurrentContract.ts"
import type { Finding } from "../../src/alignment/Finding.ts"
import { introspect } from "../../src/alignment/Introspection.ts"
import type { Route } from "../../src/alignment/Touches.ts"
import { touchIndexOf } from "../../src/alignment/TouchIndex.ts"

export const routes: ReadonlyArray<Route> = [
  { route: "GET /campaigns", declared: true, reads: ["campaigns"], writes: [] },
  { route: "POST /campaigns", declared: true, reads: ["campaigns"], writes: ["campaigns"] },
  { route: "GET /campaigns/:id/posts", declared: true, reads: ["campaigns", "campaign_posts", "posts"], writes: [] },
  { route: "GET /favorites", declared: true, reads: ["user_favorites", "profiles"], writes: [] },
  { route: "PUT /favorites/:username", declared: true, reads: ["profiles"], writes: ["user_favorites"] },
  { route: "GET /livez", declared: false, reads: [], writes: [] }
]

export const touches = touchIndexOf(currentMethods, routes)

/** The findings of the connected database. */
export const findings = Effect.map(introspect, (live) => findingsOf(currentContract, live, touches).findings)

/** `code relation.object`, for comparison. */
export const places = (found: ReadonlyArray<Finding>) =>
  found.map(({ code, object, relation }) => `${code} ${relation}.${object}`)

/** Runs statements one after the other on the connected database. */
export const execute = Effect.fnUntraced(function*(...statements: ReadonlyArray<string>) {
  const sql = yield* SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
