import { Context, Effect, Layer, Struct } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { beginningWith, containing } from "../database/Like.ts"
import { rows } from "../database/Rows.ts"
import type { UserId } from "../users/UserId.ts"
import { FoundProfile, FoundRow } from "./FoundProfile.ts"
import { looksInside, type ProfileSearch } from "./ProfileSearch.ts"

/** Reads across rooms, and writes nothing: which stored profiles are as somebody wants them. */
export class DiscoveryRepo extends Context.Service<DiscoveryRepo, {
  /** In the order of the search, after the `position` of a former row. `now` decides which of the user's windows are open. */
  find(search: ProfileSearch, options: {
    readonly user: UserId
    readonly now: Column.Instant
    readonly after: string | undefined
    readonly limit: number
  }): Effect.Effect<ReadonlyArray<FoundRow>, DatabaseError>
}>()("analytics-following/discovery/DiscoveryRepo") {
  static readonly layer = Layer.effect(
    DiscoveryRepo,
    Effect.gen(function*() {
      // Not the pipelined reads: a search that few profiles fit looks at many, and what waits behind it would wait with it.
      const sql = yield* SqlClient
      const decode = rows("profiles", FoundRow)
      const shown = Object.keys(Struct.omit(FoundProfile.fields, ["access_expires_at"]))
      const columns = sql.literal(shown.join(", "))
      const foundColumns = sql.literal(shown.map((name) => `found.${name}`).join(", "))
      const followers = sql.literal("coalesce(followers_count, -1)")
      const nameOf = (rank: number) => sql.literal(`rank_${rank}`)

      const begins = (text: string) =>
        sql`(username LIKE lower(${beginningWith(text)}) OR lower(left(full_name, 100)) LIKE lower(${beginningWith(text)}))`
      const contains = (text: string) =>
        sql`(username LIKE lower(${containing(text)}) OR lower(full_name) LIKE lower(${containing(text)}))`

      /** Texts that match, the best first; each profile is in one of them. */
      const ranksOf = ({ sort, text }: ProfileSearch): ReadonlyArray<Fragment> => {
        if (text === undefined) return [sql`true`]
        const inside = looksInside(text)
        if (sort === "followers") return [inside ? contains(text) : begins(text)]
        return [
          sql`username = lower(${text})`,
          sql`${begins(text)} AND username <> lower(${text})`,
          ...(inside ? [sql`${contains(text)} AND ${begins(text)} IS NOT TRUE`] : [])
        ]
      }

      const filtersOf = (search: ProfileSearch): ReadonlyArray<Fragment> => {
        const { category, isBusinessAccount, isVerified, maxEngagementRate, maxFollowers, minEngagementRate, minFollowers } =
          search
        return [
          sql`availability <> 'gone'`,
          ...(minFollowers === undefined && maxFollowers === undefined
            ? []
            : [sql`${followers} >= ${minFollowers ?? 0}::bigint`]),
          ...(maxFollowers === undefined ? [] : [sql`${followers} <= ${maxFollowers}::bigint`]),
          ...(category === undefined ? [] : [sql`lower(left(category, 100)) = lower(${category})`]),
          ...(isVerified === undefined ? [] : [sql`is_verified = ${isVerified}`]),
          ...(isBusinessAccount === undefined ? [] : [sql`is_business_account = ${isBusinessAccount}`]),
          ...(minEngagementRate === undefined ? [] : [sql`engagement_rate >= ${minEngagementRate}::double precision`]),
          ...(maxEngagementRate === undefined ? [] : [sql`engagement_rate <= ${maxEngagementRate}::double precision`])
        ]
      }

      /**
       * Each rank is a statement of its own within the one: so each is a walk along an index in the order of the answer, or the matches
       * of what is rarest, as PostgreSQL finds cheaper. A rank is looked at where those before it have not filled the page.
       */
      const find = Effect.fn("DiscoveryRepo.find")((...[search, options]: Parameters<DiscoveryRepo["Service"]["find"]>) => {
        const { after, limit, now, user } = options
        const [afterRank = "-1", afterFollowers, afterId] = after?.split(" ") ?? []
        const first = Math.max(0, Number(afterRank))
        const filters = filtersOf(search)
        const named = ranksOf(search).slice(first).map((matches, index) => {
          const rank = first + index
          const further = rank === Number(afterRank)
            ? [sql`(${followers}, id) < (${afterFollowers}::bigint, ${afterId}::uuid)`]
            : []
          const wanted = Array.from({ length: index }, (_, before) => sql`(SELECT count(*) FROM ${nameOf(first + before)})`)
          const unfilled = wanted.length === 0 ? [] : [sql`${wanted.reduce((sum, one) => sql`${sum} + ${one}`)} < ${limit}`]
          return {
            name: nameOf(rank),
            statement: sql`
              SELECT ${columns}, id, ${rank}::integer AS rank, ${followers} AS followers FROM profiles
              WHERE ${sql.and([...filters, matches, ...further, ...unfilled])}
              ORDER BY ${followers} DESC, id DESC
              LIMIT ${limit}`
          }
        })
        const ranks = sql.csv(named.map(({ name, statement }) => sql`${name} AS MATERIALIZED (${statement})`))
        const all = named.map(({ name }) => sql`SELECT * FROM ${name}`).reduce((union, one) => sql`${union} UNION ALL ${one}`)
        return decode(sql`
          SELECT ${foundColumns}, access.expires_at AS access_expires_at, found.rank || ' ' || found.followers || ' ' || found.id AS position
          FROM (
            WITH ${ranks}
            SELECT * FROM (${all}) AS ranked ORDER BY rank, followers DESC, id DESC LIMIT ${limit}
          ) AS found
          LEFT JOIN user_profile_access AS access
            ON access.profile_id = found.id AND access.user_id = ${user} AND access.expires_at > ${now}
          ORDER BY found.rank, found.followers DESC, found.id DESC`)
      })

      return { find }
    })
  )
}
