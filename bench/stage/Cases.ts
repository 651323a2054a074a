import { fileURLToPath } from "node:url"
import { PostView } from "../../src/posts/PostView.ts"
import { ProfileView } from "../../src/profiles/ProfileView.ts"
import { type Stage, vendorAccount } from "./Stage.ts"

/** What is measured: `hot` are 100 profiles that are kept, `db` all profiles, each read from PostgreSQL. */
export type Work = "hot" | "db"

export interface Case {
  readonly work: Work
  readonly server: "ours" | "Fastify" | "node:http"
  readonly how: string
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
}

/** With `features` also our server without each of what the peers have not. */
export const casesOn = (stage: Stage, features = false): ReadonlyArray<Case> => {
  const ours = (work: Work, how: string, settings: Readonly<Record<string, string>>): Case => ({
    work,
    server: "ours",
    how,
    script: file("../../src/main.ts"),
    environment: {
      DATABASE_URL: stage.databaseUrl,
      SUPABASE_URL: stage.authUrl,
      SUPABASE_ANON_KEY: stage.anonKey,
      ...vendorAccount,
      DECODO_BASE_URL: stage.vendorUrl,
      // Counted as everywhere, and never used up.
      RATE_LIMIT_FACTOR: "1000",
      ...settings
    }
  })
  const peers = (work: Work, how: string, SOURCE: string): ReadonlyArray<Case> => {
    const environment = { DATABASE_URL: stage.databaseUrl, AUTH_URL: stage.authUrl, COLUMNS: columns, SOURCE }
    return [
      { work, server: "Fastify", how, script: file("../servers/Fastify.ts"), environment },
      { work, server: "node:http", how, script: file("../servers/NodeHttp.ts"), environment }
    ]
  }
  const works = [
    { work: "hot", how: "its cache", settings: {} },
    { work: "db", how: "stored answer", settings: { CACHE_MAX_BYTES: "0" } }
  ] as const
  const without = works.flatMap(({ how, settings, work }) => [
    ours(work, `${how}, no rate limits`, { ...settings, RATE_LIMIT_FACTOR: "0" }),
    ours(work, `${how}, no access log`, { ...settings, ACCESS_LOG_SHARE: "0" }),
    ours(work, `${how}, neither`, { ...settings, RATE_LIMIT_FACTOR: "0", ACCESS_LOG_SHARE: "0" })
  ])
  const [hot, db] = works
  return [
    ours(hot.work, hot.how, hot.settings),
    ...peers("hot", "all in memory", "memory"),
    ours(db.work, db.how, db.settings),
    ...peers("db", "stored answer", "stored"),
    ...peers("db", "rows", "rows"),
    ...peers("db", "JSON made in SQL", "sql"),
    ...(features ? without : [])
  ]
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** As our answer has them, so that a peer's is the same; a post's engagement rate is a figure made of two columns. */
const columns = JSON.stringify({
  profile: Object.keys(ProfileView.fields),
  post: Object.keys(PostView.fields).filter((name) => name !== "engagement_rate")
})
