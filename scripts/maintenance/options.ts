import { Config, Duration, Effect, type Redacted, Schema } from "effect"
import * as Flag from "effect/cli/Flag"
import * as Database from "../../src/database/Database.ts"
import { agingTables, retentionRules } from "../../src/retention/RetentionRules.ts"
import { declarations, readSome } from "../../src/settings/Settings.ts"

/** Where a script of maintenance finds its database. */
export const databaseUrl = Flag.Redacted("database-url").pipe(
  Flag.withDescription("The database; DATABASE_URL in the environment serves too"),
  Flag.withFallbackConfig(Config.Redacted("DATABASE_URL"))
)

/** How old is too old: the flag, else the setting in the environment, else its default. */
export const olderThan = (setting: "CAMPAIGN_BIN_RETENTION" | "SEARCH_RETENTION") => {
  const { fallback, schema } = declarations[setting]
  return Flag.String("older-than").pipe(
    Flag.withDescription(`Such as "30 days"; ${setting} in the environment serves too (default: ${fallback})`),
    Flag.withFallbackConfig(Config.String(setting)),
    Flag.withDefault(fallback),
    Flag.withSchema(schema)
  )
}

/** How long everything is kept that is purged, from an environment. */
export const retentionOf = (environment: Readonly<Record<string, string | undefined>>) =>
  Effect.fromResult(readSome(environment, [
    ...agingTables.map((table) => retentionRules[table].setting),
    "SEARCH_RETENTION",
    "CAMPAIGN_BIN_RETENTION"
  ]))

/** A row's id, as a run printed it. */
export const RowCursor = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, { expected: "an id, as the run printed it" })
)

/** The database over one connection, as any pooler takes it. */
export const oneConnection = (url: Redacted.Redacted, statementTimeout: Duration.Duration = Duration.minutes(10)) =>
  Database.layer({ url, maxConnections: 1, readConnections: 1, statementTimeout, prepare: false })
