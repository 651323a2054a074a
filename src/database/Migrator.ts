import { Context, Effect, FileSystem, Layer, Path, Predicate, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { createHash } from "node:crypto"
import * as Column from "./Column.ts"
import { splitStatements } from "./SqlScript.ts"

/** One file of `migrations/`: `NNNN_verb_object.sql`. The checksum is SHA-256 of its text. */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly checksum: string
  readonly sql: string
}

/** The recorded history is not a prefix of the files: a file was changed, removed or renumbered after it was applied. Nothing was run. */
export class HistoryMismatch extends Schema.TaggedError<HistoryMismatch>()("HistoryMismatch", {
  id: Schema.Int,
  reason: Schema.Literals(["changed_after_applying", "applied_but_no_file", "out_of_order"]),
  message: Schema.String
}) {}

/** A file did not run. It left no trace: earlier files of the same call stay applied. */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  name: Schema.String,
  statement: Schema.Int,
  code: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

/** The folder does not hold migrations numbered 0001, 0002, … without gaps. */
export class MigrationFilesInvalid extends Schema.TaggedError<MigrationFilesInvalid>()("MigrationFilesInvalid", {
  message: Schema.String
}) {}

/**
 * Brings a database to the files of `migrations/`. Each file is one transaction under an advisory lock, so that two runs at once
 * apply each file once; a file whose first line is `-- migrate: no transaction` (CREATE INDEX CONCURRENTLY) runs outside one, which
 * takes a second connection: one that fails midway leaves what its statements did.
 */
export class Migrator extends Context.Service<Migrator, {
  /** The files not applied yet. Fails when the history is not a prefix of the files. */
  readonly pending: Effect.Effect<ReadonlyArray<Migration>, HistoryMismatch | SqlError>
  /** Applies what is pending and returns it. */
  readonly migrate: Effect.Effect<ReadonlyArray<Migration>, HistoryMismatch | MigrationFailed | SqlError>
  /** Records every file as applied without running it: for a database brought to this shape by other means. */
  readonly baseline: Effect.Effect<ReadonlyArray<Migration>, HistoryMismatch | SqlError>
}>()("analytics-following/database/Migrator") {
  static readonly layer = (directory: string) =>
    Layer.effect(
      Migrator,
      Effect.gen(function*() {
        const sql = yield* SqlClient
        const files = yield* readMigrations(directory)

        const history = Effect.gen(function*() {
          const tables =
            yield* sql`SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'public' AND tablename = 'schema_migrations'`
          if (tables.length === 0) return []
          const found = yield* sql`SELECT id, name, checksum FROM schema_migrations ORDER BY id`
          return yield* Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(HistoryRow))(found))
        })
        const pending = Effect.flatMap(history, (rows) => remaining(files, rows))

        const createHistory = Effect.gen(function*() {
          yield* sql`CREATE TABLE IF NOT EXISTS schema_migrations (
            id integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
          )`
          yield* sql`ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY`
          // Supabase grants new tables to the browser's roles, and policies do not hold TRUNCATE back.
          const roles = yield* sql`SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated')`
          for (const { rolname } of roles) yield* sql`REVOKE ALL ON schema_migrations FROM ${sql(String(rolname))}`
        })

        /**
         * One transaction under the lock. Asks again in a new one while another run has it: CREATE INDEX CONCURRENTLY waits for every
         * older transaction to end, so one that waited for its lock would stop both.
         */
        const locked = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | SqlError> =>
          Effect.gen(function*() {
            for (;;) {
              const done = yield* sql.withTransaction(Effect.gen(function*() {
                const [answer] = yield* sql`SELECT pg_try_advisory_xact_lock(${lockId}) AS locked`
                if (answer?.["locked"] !== true) return undefined
                yield* createHistory
                return { value: yield* effect }
              }))
              if (done !== undefined) return done.value
              yield* sql`SELECT pg_sleep(0.2)`
            }
          })

        const record = (file: Migration) =>
          sql`INSERT INTO schema_migrations (id, name, checksum) VALUES (${file.id}, ${file.name}, ${file.checksum})`

        const run = Effect.fnUntraced(function*(
          file: Migration,
          execute: (statement: string) => Effect.Effect<unknown, SqlError> = sql.unsafe
        ) {
          for (const [index, statement] of splitStatements(file.sql).entries()) {
            yield* Effect.mapError(execute(statement), (error) => failed(file, index + 1, error))
          }
        })

        /** On a second connection, while the first one's transaction holds the lock. */
        const runOutside = (file: Migration) =>
          Effect.scoped(Effect.gen(function*() {
            const connection = yield* sql.reserve
            const execute = (statement: string) => connection.executeUnprepared(statement, [], undefined)
            yield* Effect.acquireRelease(
              execute("SET statement_timeout = 0"),
              () => Effect.orDie(execute("RESET statement_timeout"))
            )
            yield* run(file, execute)
          }))

        /** Under the lock the history is read again: another run may have applied the file while we waited. */
        const applyNext = locked(Effect.gen(function*() {
          const [next] = yield* pending
          if (next === undefined) return undefined
          yield* sql`SET LOCAL statement_timeout = 0`
          yield* sql`SET LOCAL idle_in_transaction_session_timeout = 0`
          yield* sql`SET LOCAL lock_timeout = '10s'`
          yield* outsideTransaction(next) ? runOutside(next) : run(next)
          yield* record(next)
          return next
        }))

        const migrate = Effect.gen(function*() {
          const applied: Array<Migration> = []
          for (;;) {
            const file = yield* applyNext
            if (file === undefined) return applied
            yield* Effect.logInfo("migration applied", { name: file.name })
            applied.push(file)
          }
        })

        const baseline = locked(Effect.gen(function*() {
          const files = yield* pending
          yield* Effect.forEach(files, record, { discard: true })
          return files
        }))

        return { pending, migrate, baseline }
      })
    )
}

/** Any constant would do; this one is ours. */
const lockId = 7_316_442_017

const HistoryRow = Schema.Struct({ id: Column.integer, name: Schema.String, checksum: Schema.String })

const outsideTransaction = (file: Migration): boolean => file.sql.startsWith("-- migrate: no transaction")

const readMigrations = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const names = (yield* fs.readDirectory(directory)).filter((name) => name.endsWith(".sql")).sort()
  return yield* Effect.forEach(names, (name, index) =>
    Effect.gen(function*() {
      const id = index + 1
      if (!/^\d{4}_[a-z0-9]+(_[a-z0-9]+)+\.sql$/.test(name) || Number(name.slice(0, 4)) !== id) {
        return yield* new MigrationFilesInvalid({
          message: `Expected a file ${
            String(id).padStart(4, "0")
          }_verb_object.sql, found ${name}: migrations are numbered without gaps.`
        })
      }
      const sql = yield* fs.readFileString(path.join(directory, name))
      return { id, name: name.slice(0, -4), checksum: createHash("sha256").update(sql).digest("hex"), sql }
    }))
})

const remaining = (
  files: ReadonlyArray<Migration>,
  history: ReadonlyArray<typeof HistoryRow.Type>
): Effect.Effect<ReadonlyArray<Migration>, HistoryMismatch> => {
  for (const [index, applied] of history.entries()) {
    const file = files[index]
    if (applied.id !== index + 1) {
      return refuse(applied.id, "out_of_order", `The history lacks migration ${index + 1} before ${applied.id}.`)
    }
    if (file === undefined) {
      return refuse(
        applied.id,
        "applied_but_no_file",
        `The database has ${applied.name}, which this version does not know: deploy a version that does.`
      )
    }
    if (file.checksum !== applied.checksum) {
      return refuse(
        file.id,
        "changed_after_applying",
        `${file.name} was changed after it was applied: restore the file and put the change into a new one.`
      )
    }
  }
  return Effect.succeed(files.slice(history.length))
}

const refuse = (id: number, reason: HistoryMismatch["reason"], message: string) =>
  Effect.fail(new HistoryMismatch({ id, reason, message }))

const failed = (file: Migration, statement: number, error: SqlError): MigrationFailed => {
  const cause = error.reason.cause
  const code = Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : null
  const said = Predicate.isError(cause) ? cause.message : error.message
  return new MigrationFailed({ name: file.name, statement, code, message: `${file.name}, statement ${statement}: ${said}` })
}
