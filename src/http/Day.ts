import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { unsaid } from "./Text.ts"

/** A day of the calendar, as requests give it: what no calendar has is refused before PostgreSQL would. */
export const day = Column.date.check(
  Schema.makeFilter((date) => isDay(date) || "Expected a day of the calendar between 2000-01-01 and 2999-12-31", unsaid)
)

const isDay = (date: string): boolean => {
  const instant = Date.parse(`${date}T00:00:00.000Z`)
  return date >= "2000" && date < "3000" && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(date)
}
