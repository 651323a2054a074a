import { Context, Effect, Layer } from "effect"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { containing } from "../database/Like.ts"
import { rows } from "../database/Rows.ts"
import { ProfileSummary } from "../profiles/ProfileSummary.ts"
import type { UserId } from "../users/UserId.ts"
import { Suggestion } from "./SearchView.ts"

/** Reads across rooms, and writes nothing: which stored profiles a beginning of a username may be meant for. */
export class SuggestionRepo extends Context.Service<SuggestionRepo, {
  /** The user's own latest first, then names that begin with the text, contain it, or look like it, the most followed first. */
  find(user: UserId, beginning: string, limit: number): Effect.Effect<ReadonlyArray<Suggestion>, DatabaseError>
}>()("analytics-following/searches/SuggestionRepo") {
  static readonly layer = Layer.effect(
    SuggestionRepo,
    Effect.gen(function*() {
      const read = yield* ReadSql
      const decode = rows("profiles", Suggestion)
      const summary = read.literal(Object.keys(ProfileSummary.fields).map((name) => `p.${name}`).join(", "))

      /**
       * Every step is bounded, whatever the text: no index is walked further than it says. The later steps run only where the earlier ones
       * found too little, and only with as many letters as a trigram index is of use for. A name with one slip of the finger still has
       * one of its halves right.
       */
      const find = Effect.fn("SuggestionRepo.find")((user: UserId, beginning: string, limit: number) => {
        const end = afterAll(beginning)
        const middle = Math.ceil(beginning.length / 2)
        return decode(read`
          WITH own AS MATERIALIZED (
            SELECT username, max(searched_at) AS searched_at FROM (
              SELECT username, searched_at FROM search_history
              WHERE user_id = ${user} AND username ~>=~ ${beginning} AND username ~<~ ${end}
              LIMIT 1000
            ) AS mine
            GROUP BY username ORDER BY 2 DESC LIMIT ${limit}
          ), popular AS MATERIALIZED (
            SELECT id FROM (
              SELECT id, username FROM profiles WHERE availability <> 'gone'
              ORDER BY followers_count DESC NULLS LAST LIMIT 1000
            ) AS most
            WHERE username ~>=~ ${beginning} AND username ~<~ ${end} LIMIT ${limit}
          ), prefixed AS MATERIALIZED (
            SELECT id FROM (
              SELECT id, followers_count FROM profiles
              WHERE username ~>=~ ${beginning} AND username ~<~ ${end} AND availability <> 'gone'
              ORDER BY username USING ~<~ LIMIT 200
            ) AS alphabetical
            ORDER BY followers_count DESC NULLS LAST LIMIT ${limit}
          ), inside AS MATERIALIZED (
            SELECT id FROM (
              SELECT id, followers_count FROM profiles
              WHERE ${beginning.length > 2} AND (SELECT count(*) FROM prefixed) < ${limit}
                AND username LIKE ${containing(beginning)} AND availability <> 'gone'
              LIMIT 1000
            ) AS anyhow
            ORDER BY followers_count DESC NULLS LAST LIMIT ${limit}
          ), alike AS MATERIALIZED (
            SELECT id FROM (
              SELECT id, username, followers_count FROM profiles
              WHERE ${beginning.length > 5} AND NOT EXISTS (SELECT FROM prefixed) AND NOT EXISTS (SELECT FROM inside)
                AND (username LIKE ${containing(beginning.slice(0, middle))} OR username LIKE ${
          containing(beginning.slice(middle))
        })
                AND availability <> 'gone'
              LIMIT 400
            ) AS anyhow
            WHERE extensions.similarity(username, ${beginning}) > 0.3
            ORDER BY extensions.similarity(username, ${beginning}) DESC, followers_count DESC NULLS LAST LIMIT ${limit}
          ), found (id, rank, searched_at) AS (
            SELECT p.id, 1, own.searched_at FROM own JOIN profiles AS p ON p.username = own.username AND p.availability <> 'gone'
            UNION ALL SELECT id, 2, NULL FROM popular
            UNION ALL SELECT id, 2, NULL FROM prefixed
            UNION ALL SELECT id, 3, NULL FROM inside
            UNION ALL SELECT id, 4, NULL FROM alike
          ), best AS (SELECT DISTINCT ON (id) id, rank, searched_at FROM found ORDER BY id, rank)
          SELECT ${summary}, (ARRAY['history', 'prefix', 'inside', 'similar'])[rank] AS because
          FROM best JOIN profiles AS p ON p.id = best.id
          ORDER BY rank, searched_at DESC NULLS LAST,
            CASE rank WHEN 4 THEN extensions.similarity(p.username, ${beginning}) END DESC NULLS LAST,
            p.followers_count DESC NULLS LAST, p.username
          LIMIT ${limit}`)
      })

      return { find }
    })
  )
}

/** The least text that is greater than every text that begins so; names are ASCII. */
const afterAll = (beginning: string): string =>
  beginning.slice(0, -1) + String.fromCharCode(beginning.charCodeAt(beginning.length - 1) + 1)
