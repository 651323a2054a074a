import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { isSqlError } from "effect/sql/SqlError"
import { problemFields } from "../http/Problem.ts"

/** PostgreSQL could not be reached, was too slow, or refused a statement; nothing was stored. `operation` names the repo method. */
export class DatabaseUnavailable extends HttpApiError.Problem<DatabaseUnavailable>()("DatabaseUnavailable", {
  type: "/problems/database-unavailable",
  status: 503,
  title: "The database is unavailable"
}, {
  retry_after: Schema.Int,
  ...problemFields
}) {}

/** A row did not have the shape its schema describes. Names the place and the kinds, never the value. */
export class RowMismatch extends HttpApiError.Problem<RowMismatch>()("RowMismatch", {
  type: "/problems/schema-mismatch",
  status: 503,
  title: "The database does not have the shape this service expects"
}, {
  relation: Schema.String,
  column: Schema.String,
  expected: Schema.String,
  found: Schema.String,
  retry_after: Schema.Int,
  ...problemFields
}) {}

/** PostgreSQL refused a value that a constraint forbids; nothing was stored. Names the constraint, never the value. */
export class RowRefused extends HttpApiError.Problem<RowRefused>()("RowRefused", {
  type: "/problems/row-refused",
  status: 422,
  title: "The database refuses this value"
}, {
  relation: Schema.String,
  constraint: Schema.String,
  ...problemFields
}) {}

export type DatabaseError = DatabaseUnavailable | RowMismatch | RowRefused

/** Whether it is what the driver fails with, which becomes one of these where a repo asked; not where a library did. */
export const isDriverError = (error: unknown): boolean => isSqlError(error)
