import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { ProfileId } from "../profiles/Profile.ts"
import type { Username } from "../profiles/Username.ts"
import { FoundPost } from "./FoundPost.ts"
import { ListedPost, type Refilled, type StoredPost } from "./ListedPost.ts"
import { Post, PostId } from "./Post.ts"
import type { Shortcode } from "./Shortcode.ts"

/** All SQL of `posts` and `post_profiles`. */
export class PostRepo extends Context.Service<PostRepo, {
  /**
   * Inserts or refreshes posts and the profile's links to them. A value that the answer left out does not erase a known one, and a
   * post keeps its owner whoever lists it. One whose id is stored under another shortcode contradicts what is known and is left out,
   * so that it does not cost the others. Rows are taken in order of shortcode, so that two ingests cannot deadlock.
   */
  upsert(
    profile: ProfileId,
    posts: ReadonlyArray<StoredPost>
  ): Effect.Effect<ReadonlyArray<{ id: PostId; shortcode: string }>, DatabaseError>
  /**
   * As `upsert`, of an answer that may be old: adds what is missing, and changes what differs of posts and links that no later answer has
   * renewed. How many posts were added and changed, and how many links were either.
   */
  refill(profile: ProfileId, posts: ReadonlyArray<StoredPost>): Effect.Effect<Refilled, DatabaseError>
  findByShortcode(shortcode: Shortcode): Effect.Effect<FoundPost | undefined, DatabaseError>
  /** Notes that a profile lists a post that is stored already. */
  link(
    profile: ProfileId,
    post: PostId,
    relation: StoredPost["relation"],
    now: Column.Instant
  ): Effect.Effect<void, DatabaseError>
  /**
   * Counts posts whose stored rate, made of the answer fetched at `at`, is not the given one, and unless `dryRun` replaces it. A post that
   * a later answer renewed is left alone.
   */
  rerate(rates: ReadonlyArray<PostRate>, at: Column.Instant, dryRun: boolean): Effect.Effect<number, DatabaseError>
  /** The latest posts of a profile, newest first; `after` is the `position` of a former row. */
  latest(options: {
    readonly profile: ProfileId | { readonly username: Username }
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<ListedPost & { readonly position: string }>, DatabaseError>
}>()("analytics-following/posts/PostRepo") {
  static readonly layer = Layer.effect(
    PostRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeIds = rows("posts", Schema.Struct({ id: PostId, shortcode: Column.text }))
      const decodeRefilled = rows("posts", Schema.Struct({ id: PostId, is_new: Schema.Boolean }))
      const decodeFound = row("posts", FoundPost)
      const decodeListed = rows("posts", Schema.Struct({ ...ListedPost.fields, position: Schema.String }))
      const columns = sql.literal(postColumns.join(", "))
      const listed = read.literal(listedColumns)

      const written = (profile: ProfileId, posts: ReadonlyArray<StoredPost>) =>
        sql`
          INSERT INTO posts AS current (profile_id, ${columns})
          SELECT ${profile}::uuid, ${columns} FROM jsonb_populate_recordset(NULL::posts, ${JSON.stringify(posts)}::jsonb) AS given
          WHERE NOT EXISTS (
            SELECT 1 FROM posts AS other
            WHERE other.instagram_post_id = given.instagram_post_id AND other.shortcode <> given.shortcode
          )
          ORDER BY shortcode
          ON CONFLICT (shortcode) DO UPDATE SET
            profile_id = CASE WHEN excluded.shortcode = ANY (${
          ownShortcodes(posts)
        }::text[]) THEN excluded.profile_id ELSE current.profile_id END,
            ${sql.literal(refreshAssignments)}`

      const upsert = Effect.fn("PostRepo.upsert")(function*(profile: ProfileId, posts: ReadonlyArray<StoredPost>) {
        if (posts.length === 0) return []
        const ids = yield* decodeIds(sql`${written(profile, posts)} RETURNING id, shortcode`)
        yield* available("post_profiles")(sql`
          INSERT INTO post_profiles AS current (profile_id, post_id, relation, is_pinned, posted_at, first_seen_at, last_seen_at)
          SELECT ${profile}::uuid, posts.id, given.relation, given.is_pinned, posts.posted_at, posts.updated_at, posts.updated_at
          FROM jsonb_to_recordset(${
          JSON.stringify(posts.map(({ shortcode, relation, is_pinned }) => ({ shortcode, relation, is_pinned })))
        }::jsonb)
            AS given (shortcode text, relation text, is_pinned boolean)
          JOIN posts ON posts.shortcode = given.shortcode
          ON CONFLICT (profile_id, post_id) DO UPDATE SET
            relation = excluded.relation, is_pinned = excluded.is_pinned, posted_at = excluded.posted_at, last_seen_at = excluded.last_seen_at`)
        return ids
      })

      const refill = Effect.fn("PostRepo.refill")(function*(profile: ProfileId, posts: ReadonlyArray<StoredPost>) {
        if (posts.length === 0) return { added: 0, changed: 0, listed: 0 }
        const rows = yield* decodeRefilled(sql`
          ${written(profile, posts)}
          WHERE current.updated_at <= excluded.updated_at AND ${sql.literal(refreshChanges)}
          RETURNING id, xmax = 0 AS is_new`)
        const links = yield* decodeRefilled(sql`
          INSERT INTO post_profiles AS current (profile_id, post_id, relation, is_pinned, posted_at, first_seen_at, last_seen_at)
          SELECT ${profile}::uuid, posts.id, given.relation, given.is_pinned, posts.posted_at, given.updated_at, given.updated_at
          FROM jsonb_to_recordset(${
          JSON.stringify(posts.map(({ shortcode, relation, is_pinned, updated_at }) => ({
            shortcode,
            relation,
            is_pinned,
            updated_at
          })))
        }::jsonb) AS given (shortcode text, relation text, is_pinned boolean, updated_at timestamptz)
          JOIN posts ON posts.shortcode = given.shortcode
          ON CONFLICT (profile_id, post_id) DO UPDATE SET
            relation = excluded.relation, is_pinned = excluded.is_pinned, posted_at = excluded.posted_at, last_seen_at = excluded.last_seen_at
          WHERE current.last_seen_at <= excluded.last_seen_at
            AND ROW(current.relation, current.is_pinned, current.posted_at, current.last_seen_at)
              IS DISTINCT FROM ROW(excluded.relation, excluded.is_pinned, excluded.posted_at, excluded.last_seen_at)
          RETURNING post_id AS id, xmax = 0 AS is_new`)
        const added = rows.filter(({ is_new }) => is_new).length
        return { added, changed: rows.length - added, listed: links.length }
      })

      const findByShortcode = Effect.fn("PostRepo.findByShortcode")((shortcode: Shortcode) =>
        decodeFound(read`
          SELECT id, shortcode, coalesce(owner_username, (SELECT username FROM profiles WHERE id = posts.profile_id)) AS owner_username,
            ARRAY(SELECT profile_id FROM post_profiles WHERE post_id = posts.id)::text[] AS listed_by
          FROM posts WHERE shortcode = ${shortcode}`)
      )

      const link = Effect.fn("PostRepo.link")((...[profile, post, relation, now]: Parameters<PostRepo["Service"]["link"]>) =>
        Effect.asVoid(
          available("post_profiles")(sql`
          INSERT INTO post_profiles (profile_id, post_id, relation, posted_at, first_seen_at, last_seen_at)
          SELECT ${profile}, id, ${relation}, posted_at, ${now}, ${now} FROM posts WHERE id = ${post}
          ON CONFLICT (profile_id, post_id) DO NOTHING`)
        )
      )

      const decodeCount = row("posts", Schema.Struct({ count: Schema.Int }))

      const rerate = Effect.fn("PostRepo.rerate")(function*(...[rates, at, dryRun]: Parameters<PostRepo["Service"]["rerate"]>) {
        if (rates.length === 0) return 0
        const given = sql`jsonb_to_recordset(${
          JSON.stringify(rates)
        }::jsonb) AS given (shortcode text, engagement_rate double precision)`
        const differing = sql`posts.shortcode = given.shortcode AND posts.updated_at = ${at}
              AND posts.engagement_rate IS DISTINCT FROM given.engagement_rate`
        const found = yield* decodeCount(
          dryRun
            ? sql`SELECT count(*)::integer AS count FROM posts JOIN ${given} ON ${differing}`
            : sql`
            WITH changed AS (
              UPDATE posts SET engagement_rate = given.engagement_rate FROM ${given} WHERE ${differing} RETURNING 1
            ) SELECT count(*)::integer AS count FROM changed`
        )
        return found?.count ?? 0
      })

      const latest = Effect.fn("PostRepo.latest")((options: Parameters<PostRepo["Service"]["latest"]>[0]) => {
        const [afterPosted, afterId] = options.after?.split(" ") ?? []
        return decodeListed(read`
          SELECT ${listed}, coalesce((extract(epoch FROM link.posted_at) * 1000000)::bigint::text, 'null') || ' ' || link.post_id AS position
          FROM post_profiles AS link JOIN posts ON posts.id = link.post_id
          WHERE ${
          read.and([
            typeof options.profile === "string"
              ? read`link.profile_id = ${options.profile}`
              : read`link.profile_id = (SELECT id FROM profiles WHERE username = ${options.profile.username})`,
            ...(afterPosted === undefined || afterId === undefined ? [] : [
              afterPosted === "null"
                ? read`link.posted_at IS NULL AND link.post_id < ${afterId}::uuid`
                : read`(link.posted_at IS NULL OR (link.posted_at, link.post_id) < (timestamptz 'epoch' + ${afterPosted}::bigint * interval '1 microsecond', ${afterId}::uuid))`
            ])
          ])
        }
          ORDER BY link.posted_at DESC NULLS LAST, link.post_id DESC
          LIMIT ${options.limit}`)
      })

      return { upsert, refill, findByShortcode, link, rerate, latest }
    })
  )
}

/** A post's rate of engagement in percent of its owner's followers. */
export interface PostRate {
  readonly shortcode: string
  readonly engagement_rate: number
}

const generated = new Set(["id", "profile_id", "created_at"])
const postColumns = Object.keys(Post.fields).filter((name) => !generated.has(name))

/** What an answer omitted stays as it was known; what is always present, and hidden likes, are taken as they come. */
const taken = new Set(["likes_hidden", "updated_at", "raw_data", "is_video", "is_carousel", "media_type"])
function refreshedValue(name: string): string {
  if (name === "likes_count") {
    return "CASE WHEN excluded.likes_hidden THEN NULL ELSE coalesce(excluded.likes_count, current.likes_count) END"
  }
  return taken.has(name) ? `excluded.${name}` : `coalesce(excluded.${name}, current.${name})`
}
const refreshed = postColumns
  .filter((name) => name !== "shortcode" && name !== "instagram_post_id")
  .map((name) => [name, refreshedValue(name)] as const)
const refreshAssignments = refreshed.map(([name, value]) => `${name} = ${value}`).join(",\n            ")
const refreshChanges = `ROW(${refreshed.map(([name]) => `current.${name}`).join(", ")})
            IS DISTINCT FROM ROW(${refreshed.map(([, value]) => value).join(", ")})`

const listedColumns = Object.keys(ListedPost.fields)
  .map((name) => `${name === "relation" || name === "is_pinned" || name === "posted_at" ? "link" : "posts"}.${name}`)
  .join(", ")

const ownShortcodes = (posts: ReadonlyArray<StoredPost>): ReadonlyArray<string> =>
  posts.filter((post) => post.relation === "owner").map((post) => post.shortcode)
