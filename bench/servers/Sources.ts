import type { Pool } from "pg"
import type { Soon } from "./Rules.ts"

/** What a peer answers: an object for it to encode, or the encoded body. */
export interface Stored {
  readonly body: object | string | Buffer
  readonly etag: string
  readonly refreshedAt: string
  readonly source: "cache" | "database"
}

/** How a peer comes by the answer for a username. */
export type Source = (username: string) => Soon<Stored | undefined>

/** Columns as our answer has them, so that the bodies are the same to the byte. */
export interface Columns {
  readonly profile: ReadonlyArray<string>
  readonly post: ReadonlyArray<string>
}

export const sources = {
  /** Two queries at once, an object of their rows. */
  rows: (pool: Pool, columns: Columns): Source => {
    const profileSql = `SELECT ${columns.profile.join(", ")}, analytics, data_version FROM profiles WHERE username = $1`
    const postsSql = `
      SELECT ${columns.post.map(qualified).join(", ")}, ${figureColumns}
      FROM post_profiles AS link JOIN posts ON posts.id = link.post_id
      WHERE link.profile_id = (SELECT id FROM profiles WHERE username = $1)
      ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC
      LIMIT 12`
    return async (username) => {
      const [found, posts] = await Promise.all([
        pool.query<ProfileRow>({ name: "profile", text: profileSql, values: [username] }),
        pool.query<PostRow>({ name: "posts", text: postsSql, values: [username] })
      ])
      const row = found.rows[0]
      if (row === undefined) return undefined
      const { analytics, data_version, ...profile } = row
      return {
        body: { profile, analytics, posts: posts.rows.map(viewOf), freshness: freshnessOf(row.last_refreshed) },
        etag: `"${row.id}-${data_version}"`,
        refreshedAt: row.last_refreshed,
        source: "database"
      }
    }
  },

  /** PostgreSQL makes the JSON text; nothing is read or encoded here. */
  sql: (pool: Pool, columns: Columns): Source => {
    const text = `
      SELECT id, data_version, last_refreshed, json_build_object(
        'profile', (SELECT row_to_json(view) FROM (SELECT ${columns.profile.map(asIso).join(", ")}) AS view),
        'analytics', analytics,
        'posts', (
          SELECT json_agg(row_to_json(view)) FROM (
            SELECT ${columns.post.map((name) => asIso(qualified(name))).join(", ")}, ${figureSql} AS engagement_rate
            FROM post_profiles AS link JOIN posts ON posts.id = link.post_id
            WHERE link.profile_id = profiles.id
            ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC
            LIMIT 12
          ) AS view
        ),
        'freshness', json_build_object('status', 'fresh', 'refreshed_at', ${iso("last_refreshed")},
          'fresh_until', ${iso("last_refreshed + interval '24 hours'")}, 'reason', NULL)
      )::text AS body
      FROM profiles
      WHERE username = $1`
    return async (username) => {
      const { rows } = await pool.query<ProfileRow & { readonly body: string }>({ name: "body", text, values: [username] })
      const row = rows[0]
      return row === undefined
        ? undefined
        : { body: row.body, etag: `"${row.id}-${row.data_version}"`, refreshedAt: row.last_refreshed, source: "database" }
    }
  },

  /** The answer as our server stored it beside the rows, with the freshness put in: one single-row read. */
  stored: (pool: Pool): Source => {
    const text = `
      SELECT profiles.id, profiles.data_version, profiles.last_refreshed, answer.body::text AS body
      FROM profiles JOIN encoded_answers AS answer
        ON answer.profile_id = profiles.id AND answer.data_version = profiles.data_version
      WHERE profiles.username = $1`
    return async (username) => {
      const { rows } = await pool.query<ProfileRow & { readonly body: string }>({ name: "stored", text, values: [username] })
      const row = rows[0]
      if (row === undefined) return undefined
      const freshness = JSON.stringify(freshnessOf(row.last_refreshed))
      return {
        body: `${row.body.slice(0, -1)},"freshness":${freshness}}`,
        etag: `"${row.id}-${row.data_version}"`,
        refreshedAt: row.last_refreshed,
        source: "database"
      }
    }
  },

  /** Every body is read once and kept for ever: what no product can do, and the least a server can cost. */
  memory: (pool: Pool, columns: Columns): Source => {
    const read = sources.rows(pool, columns)
    const kept = new Map<string, Stored>()
    const fill = async (username: string): Promise<Stored | undefined> => {
      const stored = await read(username)
      if (stored === undefined) return undefined
      const cached: Stored = { ...stored, body: Buffer.from(JSON.stringify(stored.body)), source: "cache" }
      kept.set(username, cached)
      return cached
    }
    return (username) => kept.get(username) ?? fill(username)
  }
} as const satisfies Record<string, (pool: Pool, columns: Columns) => Source>

interface PostRow {
  readonly engagement_rate: number | null
  readonly updated_at: string
  readonly likes_hidden: boolean
  readonly posted_at: string | null
}

interface ProfileRow {
  readonly id: string
  readonly data_version: number
  readonly last_refreshed: string
  readonly analytics: object | null
}

/** A post's engagement rate with what it is, as our answer has it. */
const viewOf = ({ engagement_rate, updated_at, ...post }: PostRow) => ({
  ...post,
  engagement_rate: {
    value: engagement_rate,
    status: engagement_rate === null ? "unavailable" : "derived",
    method: "post_engagement_rate",
    version: 1,
    sample: { size: 1, unit: "posts", from: post.posted_at, to: post.posted_at },
    interval: null,
    as_of: updated_at,
    reason: engagement_rate !== null ? null : post.likes_hidden ? "hidden_by_owner" : "not_collected"
  }
})

const freshnessOf = (refreshed_at: string) => ({
  status: "fresh",
  refreshed_at,
  fresh_until: new Date(Date.parse(refreshed_at) + freshMillis).toISOString(),
  reason: null
})

const freshMillis = 24 * 60 * 60 * 1000

const qualified = (name: string) =>
  `${name === "relation" || name === "is_pinned" || name === "posted_at" ? "link" : "posts"}.${name}`

const iso = (expression: string) => `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What `viewOf` needs beside the columns that are answered. */
const figureColumns = "posts.engagement_rate, posts.updated_at"

/** `viewOf` in SQL. */
const figureSql = `json_build_object(
  'value', posts.engagement_rate,
  'status', CASE WHEN posts.engagement_rate IS NULL THEN 'unavailable' ELSE 'derived' END,
  'method', 'post_engagement_rate',
  'version', 1,
  'sample', json_build_object('size', 1, 'unit', 'posts', 'from', ${iso("link.posted_at")}, 'to', ${iso("link.posted_at")}),
  'interval', NULL,
  'as_of', ${iso("posts.updated_at")},
  'reason', CASE
    WHEN posts.engagement_rate IS NOT NULL THEN NULL
    WHEN posts.likes_hidden THEN 'hidden_by_owner'
    ELSE 'not_collected'
  END
)`

const asIso = (column: string) => {
  const name = column.split(".").at(-1) ?? column
  return name.endsWith("_at") || name === "last_refreshed" ? `${iso(column)} AS ${name}` : column
}
