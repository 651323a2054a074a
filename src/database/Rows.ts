import { Effect, Predicate, Result, Schema, SchemaIssue } from "effect"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "./DatabaseErrors.ts"

/**
 * Runs a statement and decodes each row by the schema that describes its relation. A row that does not decode is a `RowMismatch`
 * naming relation and column; a statement that fails is `DatabaseUnavailable`. Every read of a repo goes through here.
 */
export const rows = <S extends Schema.ConstraintDecoder<unknown>>(relation: string, schema: S) => {
  const decode = Schema.decodeUnknownResult(Schema.Array(schema))
  const guard = available(relation)
  return <E, R>(statement: Effect.Effect<ReadonlyArray<unknown>, E, R>) =>
    Effect.flatMap(guard(readAgain(statement)), (found): Effect.Effect<ReadonlyArray<S["Type"]>, RowMismatch> => {
      const decoded = decode(found)
      return Result.isSuccess(decoded)
        ? Effect.succeed(decoded.success)
        : Effect.fail(rowMismatch(relation, decoded.failure.issue, found))
    })
}

/**
 * Reads once more where the connection had died, or where its prepared plan had been overtaken by DDL (0A000): a read is safe to repeat,
 * and the driver replaces the connection or the plan. Inside a transaction the repeat fails like the first.
 */
const readAgain = <E, R>(statement: Effect.Effect<ReadonlyArray<unknown>, E, R>) =>
  isRead(statement)
    ? Effect.catchIf(
      statement,
      (error) =>
        SqlError.isSqlError(error) &&
        (error.reason._tag === "ConnectionError" || serverFields(error.reason.cause).code === "0A000"),
      () => statement
    )
    : statement

const isRead = (statement: unknown): boolean =>
  Statement.isFragment(statement) &&
  /^\s*SELECT/.test(statement.segments[0]?._tag === "Literal" ? statement.segments[0].value : "")

/** As `rows`, for a statement that answers with at most one row: the row, or `undefined`. */
export const row = <S extends Schema.ConstraintDecoder<unknown>>(relation: string, schema: S) => {
  const decode = rows(relation, schema)
  return <E, R>(statement: Effect.Effect<ReadonlyArray<unknown>, E, R>) => Effect.map(decode(statement), (found) => found[0])
}

/**
 * Turns the driver's error into one that a caller may see: a missing table or column is the schema's fault (`RowMismatch`), a value
 * that a constraint forbids is `RowRefused`, the rest is `DatabaseUnavailable`. What PostgreSQL said goes to the log, without values.
 */
export const available = (relation: string) => <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  Effect.catchIf(effect, SqlError.isSqlError, (error) => {
    const { message, ...fields } = serverFields(error.reason.cause)
    return Effect.andThen(
      Effect.logWarning("statement failed", { relation, reason: error.reason._tag, ...fields }),
      Effect.fail(
        toDatabaseError(relation, fields.code ?? "", message ?? "", fields.constraint ?? fields.column ?? fields.code ?? "*")
      )
    )
  })

const toDatabaseError = (relation: string, code: string, message: string, constraint: string) => {
  if (schemaCodes.has(code)) {
    const column = /column "?([\w.]+)"?/.exec(message)?.[1] ?? "*"
    return mismatch({ relation, column, expected: "present, of its type", found: "absent" })
  }
  // Class 22 is a value that its type cannot hold, class 23 one that a constraint forbids.
  return code.startsWith("22") || code.startsWith("23")
    ? new RowRefused({ detail: "The request holds a value that cannot be stored; nothing was changed.", relation, constraint })
    : new DatabaseUnavailable({ detail: "Try again in a moment; nothing was stored or charged.", retry_after: 2 })
}

/** undefined_column, undefined_table, undefined_function, datatype_mismatch, invalid_column_reference (no key for ON CONFLICT). */
const schemaCodes: ReadonlySet<string> = new Set(["42703", "42P01", "42883", "42804", "42P10"])

const serverFields = (source: unknown): Readonly<Record<string, string | undefined>> => {
  const picked: Record<string, string> = {}
  for (const key of ["code", "message", "table", "column", "constraint"]) {
    if (Predicate.hasProperty(source, key) && Predicate.isString(source[key])) picked[key] = source[key]
  }
  return picked
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const rowMismatch = (relation: string, issue: SchemaIssue.Issue, found: unknown): RowMismatch => {
  const first = format(issue).issues[0]
  const path = (first?.path ?? []).map((segment) => typeof segment === "object" ? segment.key : segment)
  return mismatch({
    relation,
    column: path.slice(1).map(String).join(".") || "*",
    expected: first?.message ?? "the row's schema",
    found: kindOf(path.reduce<unknown>((value, key) => Predicate.hasProperty(value, key) ? value[key] : undefined, found))
  })
}

const mismatch = (place: { relation: string; column: string; expected: string; found: string }): RowMismatch =>
  new RowMismatch({
    detail: "This part of the API is paused until the database has been brought in line; other routes go on. Try again later.",
    retry_after: 30,
    ...place
  })

const kindOf = (value: unknown): string =>
  value === null ? "null" : value === undefined ? "missing" : Array.isArray(value) ? "array" : typeof value
