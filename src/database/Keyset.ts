import type { SqlClient } from "effect/sql/SqlClient"

/**
 * Paging newest first by an instant and an id, both as SQL of the statement's row, with an index on the two descending: a page costs
 * the same wherever it is. A position, a column under the name `as`, is microseconds since 1970 and the id, for the instants of rows are finer than those of answers.
 */
export const newestFirst = (sql: SqlClient, at: string, id: string, as = "position") => ({
  position: sql.literal(`(extract(epoch FROM ${at}) * 1000000)::bigint || ' ' || ${id} AS ${as}`),
  order: sql.literal(`${at} DESC, ${id} DESC`),
  after: (position: string | undefined) =>
    position === undefined
      ? sql`true`
      : sql`(${
        sql.literal(`${at}, ${id}`)
      }) < (timestamptz 'epoch' + split_part(${position}, ' ', 1)::bigint * interval '1 microsecond', split_part(${position}, ' ', 2)::uuid)`
})
