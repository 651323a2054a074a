import { randomUUID } from "node:crypto"
import { Pool, types } from "pg"
import { makeRules } from "./Rules.ts"
import { type Columns, sources, type Stored } from "./Sources.ts"

/** What both peers are made of, out of the environment that the benchmark gives them. */
export const makePeer = (environment: Readonly<Record<string, string | undefined>>) => {
  const { AUTH_URL, COLUMNS, DATABASE_URL, PORT, SOURCE } = environment
  if (AUTH_URL === undefined || COLUMNS === undefined || DATABASE_URL === undefined || !isSource(SOURCE)) {
    throw new Error("AUTH_URL, COLUMNS, DATABASE_URL and SOURCE must be given")
  }
  // An orderly end: a CPU profile is written at it.
  process.once("SIGINT", () => process.exit())
  types.setTypeParser(types.builtins.INT8, Number)
  types.setTypeParser(types.builtins.TIMESTAMPTZ, toIso)
  const pool = new Pool({ connectionString: DATABASE_URL, max: 10 })
  const columns = JSON.parse(COLUMNS) as Columns
  return { rules: makeRules(pool, AUTH_URL), source: sources[SOURCE](pool, columns), port: Number(PORT) }
}

/** The headers that our server sends with an answer. */
export const headersOf = (stored: Stored, windowEnd: string, requestId: string | undefined) => ({
  etag: stored.etag,
  "cache-control": "private, no-cache",
  vary: "authorization, origin",
  age: String(Math.max(0, Math.floor((Date.now() - Date.parse(stored.refreshedAt)) / 1000))),
  "x-access-expires-at": windowEnd,
  "x-data-source": stored.source,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "cross-origin",
  "x-request-id": requestId !== undefined && /^[\w.:-]{1,128}$/.test(requestId) ? requestId : randomUUID()
})

export const problemOf = (status: keyof typeof titles) => JSON.stringify({ type: "about:blank", status, title: titles[status] })

const titles = { 401: "Sign in", 403: "The access to this profile has ended", 404: "Not found", 500: "It failed" }

const isSource = (name: string | undefined): name is keyof typeof sources => name !== undefined && name in sources

/** PostgreSQL's `2026-01-31 12:00:00.5+00` as `2026-01-31T12:00:00.500Z`; cheaper than a `Date`, which is the driver's way. */
const toIso = (text: string) => `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, "0").slice(0, 3)}Z`
