import { Schema } from "effect"
import { unsaid } from "./Text.ts"

/** A moment in a query: ISO-8601 in UTC, `2026-01-31T12:00:00Z`, with up to three decimals. */
export const UtcInstant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/, {
    expected: "a UTC instant such as 2026-01-31T12:00:00Z",
    toJsonSchema: () => [{ format: "date-time", maxLength: 24 }, true]
  }),
  // `Date` takes the 30th of February for the 2nd of March, and has a year 0, which PostgreSQL has not.
  Schema.makeFilter((given: string) => {
    const time = Date.parse(given)
    return (!given.startsWith("0000") && !Number.isNaN(time) && new Date(time).toISOString().startsWith(given.slice(0, 19))) ||
      "Expected an instant that exists"
  }, unsaid)
)
