import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Config, Console, Duration, Effect, Layer, Logger, Predicate, Redacted, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { fileURLToPath } from "node:url"
import packageJson from "../package.json" with { type: "json" }
import * as Database from "../src/database/Database.ts"
import { type MigrationFailed, Migrator } from "../src/database/Migrator.ts"
import { reportFailure } from "../src/observability/StartFailure.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"

/**
 * `npm run migrate`: brings a database to the files of `migrations/`. Run it before a new version starts; running it again, or twice at
 * once, applies nothing twice. Ends with 0 when the database is as the files say (or, on a dry run, can become so), else with 1.
 */
const migrate = Command.make("migrate", {
  url: Flag.Redacted("database-url").pipe(
    Flag.withDescription(
      "postgresql://user:password@host:5432/database, as the role that owns the tables. Default: DATABASE_URL"
    ),
    Flag.withFallbackConfig(Config.Redacted("DATABASE_URL")),
    Flag.withDefault(Redacted.make(""))
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say what would be applied, and change nothing"),
    Flag.withDefault(false)
  ),
  withSupabaseSchema: Flag.Boolean("with-supabase-schema").pipe(
    Flag.withDescription("First give a plain PostgreSQL the roles and the schema auth that Supabase has; needs a superuser"),
    Flag.withDefault(false)
  )
}, ({ dryRun, url, withSupabaseSchema }) =>
  Effect.gen(function*() {
    if (!isAddress(url)) return yield* refuse(`DATABASE_URL or --database-url must be ${addressForm}.`)
    yield* run({ dryRun, url, withSupabaseSchema })
  })).pipe(Command.withDescription("Brings a database to the schema of this version"))

const run = ({ dryRun, url, withSupabaseSchema }: {
  readonly dryRun: boolean
  readonly url: Redacted.Redacted
  readonly withSupabaseSchema: boolean
}) =>
  Effect.gen(function*() {
    const migrator = yield* Migrator
    if (dryRun) {
      const pending = yield* migrator.pending
      return yield* Console.log(pending.length === 0 ? upToDate : `Would apply:\n${listOf(pending)}`)
    }
    if (withSupabaseSchema) yield* installSupabase
    const applied = yield* migrator.migrate
    yield* Console.log(applied.length === 0 ? upToDate : `Applied:\n${listOf(applied)}`)
  }).pipe(
    Effect.provide(Migrator.layer(migrations).pipe(Layer.provideMerge(Database.writeLayer(optionsOf(url))))),
    Effect.catchTag("MigrationFailed", (error) => refuse(`${error.message}${hint(error)}\n${whatStays}`)),
    Effect.catchIf(isSqlError, (error) => refuse(`PostgreSQL at ${placeOf(url)}: ${said(error)}`))
  )

const migrations = fileURLToPath(new URL("../migrations", import.meta.url))

const upToDate = "The database is up to date."

const whatStays = "The files before it are applied. This one left nothing, unless it says that it runs outside a transaction."

const listOf = (files: ReadonlyArray<{ readonly name: string }>) => files.map(({ name }) => `  ${name}`).join("\n")

/** Without named statements, so that a transaction pooler will do; without a time limit, since a large table takes what it takes. */
const optionsOf = (url: Redacted.Redacted): Database.DatabaseOptions => ({
  ...Database.localOptions(Redacted.value(url), 2),
  statementTimeout: Duration.zero,
  prepare: false
})

class MigrateFailed extends Schema.TaggedError<MigrateFailed>()("MigrateFailed", { message: Schema.String }) {}

const refuse = (message: string) => Effect.fail(new MigrateFailed({ message }))

/** undefined_object, invalid_schema_name, undefined_table: what Supabase has and a plain PostgreSQL lacks. */
const hint = ({ code, message }: MigrationFailed) =>
  ["42704", "3F000", "42P01"].includes(code ?? "") && /"(anon|authenticated|service_role|auth|auth\.users)"/.test(message)
    ? "\nA PostgreSQL that is not Supabase's lacks this: run again with --with-supabase-schema."
    : ""

const addressForm = "postgresql://user:password@host:5432/database"

const isAddress = (url: Redacted.Redacted) => {
  const text = Redacted.value(url)
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)
}

/** Host, port and database: never the user or the password. */
const placeOf = (url: Redacted.Redacted) => {
  const { host, pathname } = new URL(Redacted.value(url))
  return `${host}${pathname}`
}

const said = (error: SqlError): string => {
  const { cause } = error.reason
  if (Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message) && cause.message !== "") return cause.message
  return Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : error.message
}

Command.run(migrate, { version: packageJson.version }).pipe(
  Effect.provide(Layer.merge(NodeServices.layer, Logger.layer([]))),
  reportFailure,
  NodeRuntime.runMain({ disableErrorReporting: true })
)
