import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Migrator } from "./Migrator.ts"
import { available } from "./Rows.ts"

interface Health {
  readonly state: "up" | "degraded" | "down"
  readonly reason: string | null
}

/** Whether the database answers, and whether its migrations are those of this version. */
export class DatabaseHealth extends Context.Service<DatabaseHealth, {
  readonly check: Effect.Effect<Health>
  readonly migrations: Effect.Effect<Health>
}>()("analytics-following/database/DatabaseHealth") {
  static readonly layerNoDeps = Layer.effect(
    DatabaseHealth,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const migrator = yield* Migrator
      return {
        check: available("database")(sql`SELECT 1`).pipe(
          Effect.as<Health>({ state: "up", reason: null }),
          Effect.orElseSucceed((): Health => ({ state: "down", reason: "The database does not answer." }))
        ),
        migrations: available("schema_migrations")(migrator.pending).pipe(
          Effect.map((pending): Health =>
            pending.length === 0
              ? { state: "up", reason: null }
              : { state: "degraded", reason: `${pending.length} migrations are not applied: run npm run migrate.` }
          ),
          Effect.catch((error): Effect.Effect<Health> =>
            Effect.succeed({
              state: "degraded",
              reason: error._tag === "HistoryMismatch" ? error.message : "The migration history cannot be read."
            })
          )
        )
      }
    })
  )
}
