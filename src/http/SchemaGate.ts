import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import { RowMismatch } from "../database/DatabaseErrors.ts"

/** Answers `503 schema-mismatch` in place of a route whose relations the database does not have as the code expects; on the whole API. */
export class SchemaGate
  extends HttpApiMiddleware.Service<SchemaGate>()("analytics-following/http/SchemaGate", { error: RowMismatch })
{}
