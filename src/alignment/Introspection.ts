import { Effect, Schema } from "effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Catalog from "./Catalog.ts"
import { relationsQuery, routinesQuery, schemaGrantsQuery, sessionQuery } from "./IntrospectionSql.ts"

/** The server's catalog holds something that this version does not know: a later PostgreSQL, say. */
export class CatalogUnreadable extends Schema.TaggedError<CatalogUnreadable>()("CatalogUnreadable", {
  message: Schema.String
}) {}

/**
 * Reads the shape of the connected database (PostgreSQL 15 to 18) in four queries of one read-only snapshot. It needs no right but to
 * connect and takes no lock that a writer would notice. Inside a transaction of the caller it sees that transaction's changes, and
 * leaves `search_path` empty for the rest of it.
 */
export const introspect: Effect.Effect<Catalog.LiveCatalog, SqlError | CatalogUnreadable, SqlClient.SqlClient> = Effect.gen(
  function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* Effect.provideService(
      sql.withTransaction(read(sql)),
      SqlClient.BeginTransaction,
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    )
  }
).pipe(Effect.withSpan("introspect"))

const read = Effect.fnUntraced(function*(sql: SqlClient.SqlClient) {
  // With an empty path every definition names its objects with their schema.
  yield* sql`SELECT set_config('search_path', '', true), set_config('statement_timeout', '20s', true)`
  const [session] = yield* Effect.flatMap(sql.unsafe(sessionQuery), decodeSession)
  return {
    relations: yield* Effect.flatMap(sql.unsafe(relationsQuery), decodeRelations),
    routines: yield* Effect.flatMap(sql.unsafe(routinesQuery), decodeRoutines),
    schema_grants: yield* Effect.flatMap(sql.unsafe(schemaGrantsQuery), decodeGrants),
    session
  }
})

const decoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownEffect(schema)
  return (found: unknown) =>
    Effect.mapError(
      decode(found),
      (error) => new CatalogUnreadable({ message: `pg_catalog is not as expected: ${error.message}` })
    )
}

const decodeSession = decoder(Schema.Tuple([Catalog.Session]))
const decodeRelations = decoder(Schema.Array(Catalog.Relation))
const decodeRoutines = decoder(Schema.Array(Catalog.Routine))
const decodeGrants = decoder(Schema.Array(Catalog.Grant))
