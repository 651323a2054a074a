import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Config, Console, Effect, FileSystem, Layer, Predicate, Redacted, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { isSqlError } from "effect/sql/SqlError"
import { fileURLToPath } from "node:url"
import packageJson from "../package.json" with { type: "json" }
import { checkDatabase } from "../src/alignment/CheckDatabase.ts"
import { writeContractFiles } from "../src/alignment/ContractFiles.ts"
import { currentContract, currentMethods } from "../src/alignment/CurrentContract.ts"
import { Report } from "../src/alignment/Finding.ts"
import { prove } from "../src/alignment/Prove.ts"
import { colours, plain, proofText, reportSql, reportText } from "../src/alignment/ReportText.ts"
import { touchIndexOf } from "../src/alignment/TouchIndex.ts"
import * as Database from "../src/database/Database.ts"
import { Migrator } from "../src/database/Migrator.ts"
import { apiRoutes } from "../src/http/Routes.ts"
import { EmbeddedPostgres } from "../src/sandbox/postgres/EmbeddedPostgres.ts"
import { installSupabase } from "../src/sandbox/postgres/Supabase.ts"
import { probes } from "./schema/probes.ts"

/**
 * `npm run schema:check`: holds a database against what this version relies on. It only reads; `--prove` and `--write` work on an embedded
 * PostgreSQL of their own. Ends with 0 when the two agree, 1 when they do not, 2 when it could not be found out.
 */
const command = Command.make("schema-check", {
  url: Flag.Redacted("database-url").pipe(
    Flag.withDescription("postgresql://user:password@host:5432/database, as the role the service runs as. Default: DATABASE_URL"),
    Flag.withFallbackConfig(Config.Redacted("DATABASE_URL")),
    Flag.withDefault(Redacted.make(""))
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("Print the report as JSON"), Flag.withDefault(false)),
  sql: Flag.Boolean("sql").pipe(Flag.withDescription("Print the SQL that mends it, for psql"), Flag.withDefault(false)),
  prove: Flag.Boolean("prove").pipe(
    Flag.withDescription(
      "Apply that SQL to a copy of the schema, check again, and run every row schema and repo statement there"
    ),
    Flag.withDefault(false)
  ),
  write: Flag.Boolean("write").pipe(
    Flag.withDescription("Instead of checking: write what the migrations and repos say now to src/alignment/*.json"),
    Flag.withDefault(false)
  )
}, (flags) =>
  Effect.gen(function*() {
    if (flags.write) return yield* write
    yield* check(flags)
  }).pipe(Effect.catchCause((cause) => couldNotCheck(Cause.squash(cause))))).pipe(
    Command.withDescription("Holds a database against what this version of the service relies on")
  )

const check = Effect.fnUntraced(function*(flags: {
  readonly url: Redacted.Redacted
  readonly json: boolean
  readonly sql: boolean
  readonly prove: boolean
}) {
  if (!/^postgres(ql)?:\/\//.test(Redacted.value(flags.url))) {
    return yield* new CouldNotCheck({
      message: "DATABASE_URL or --database-url must be postgresql://user:password@host:5432/database."
    })
  }
  const { live, report } = yield* Effect.provide(
    checkDatabase(currentContract, touches),
    Database.writeLayer(optionsOf(flags.url))
  )
  const proof = flags.prove
    ? yield* onOwnServer(prove({ live, contract: currentContract, touches, probes }))
    : undefined
  const paint = process.stdout.isTTY && !flags.json && !flags.sql && process.env["NO_COLOR"] === undefined ? colours : plain
  if (flags.json) {
    yield* Console.log(JSON.stringify({ ...(yield* encode(report)), ...(proof === undefined ? {} : { proof }) }, null, 2))
  } else if (flags.sql) yield* Console.log(reportSql(report.findings))
  else {
    yield* Console.log(reportText(report, paint))
    if (proof !== undefined) yield* Console.log(proofText(proof, paint))
  }
  yield* endWith(report.findings.length === 0 && proof?.proved !== false ? 0 : 1)
})

const touches = touchIndexOf(currentMethods, apiRoutes)

const encode = Schema.encodeEffect(Report)

const write = onOwnServer(
  installSupabase.pipe(
    Effect.andThen(Effect.flatMap(Migrator, ({ migrate }) => migrate)),
    Effect.provide(Migrator.layer(fileURLToPath(new URL("../migrations", import.meta.url)))),
    Effect.andThen(writeContractFiles(probes)),
    Effect.flatMap((unprobed) =>
      Console.log(
        ["Wrote src/alignment/catalog.json and uses.json.", ...unprobed.map((method) => `${method} has no probe`)].join("\n")
      )
    )
  )
)

/** On a new, empty database of an embedded PostgreSQL that ends with the effect. */
function onOwnServer<A, E, R>(effect: Effect.Effect<A, E, R>) {
  return Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "schema-check-" })
    const database = Layer.unwrap(
      Effect.map(EmbeddedPostgres, ({ url }) => Database.writeLayer(Database.localOptions(Redacted.value(url))))
    )
    return yield* Effect.provide(effect, Layer.provide(database, EmbeddedPostgres.layer({ dataDir, durable: false })))
  }).pipe(Effect.scoped)
}

/** Without named statements, so that a transaction pooler will do. */
const optionsOf = (url: Redacted.Redacted): Database.DatabaseOptions => ({
  ...Database.localOptions(Redacted.value(url), 1),
  prepare: false
})

class CouldNotCheck extends Schema.TaggedError<CouldNotCheck>()("CouldNotCheck", { message: Schema.String }) {}

const endWith = (code: number) =>
  Effect.sync(() => {
    process.exitCode = code
  })

const couldNotCheck = (error: unknown) => Effect.andThen(Console.error(`Could not check: ${reasonOf(error)}`), endWith(2))

/** Never the address: it holds the password. */
const reasonOf = (error: unknown): string => {
  if (isSqlError(error)) {
    const { cause } = error.reason
    return `${error.reason._tag}: ${Predicate.isError(cause) ? cause.message : error.message}`
  }
  return Predicate.isError(error) ? error.message : String(error)
}

command.pipe(
  Command.run({ version: packageJson.version }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain
)
