import { Effect, Predicate } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { readFileSync } from "node:fs"
import { splitStatements } from "../database/SqlScript.ts"
import { apiRoles, type LiveCatalog, type Relation } from "./Catalog.ts"
import { alterTable, columnDefinition, createIndex, createPolicy, createRoutine, definitionOf, grant, grantAll } from "./Ddl.ts"
import { ident, literal, qualified } from "./Sql.ts"

/** The tables of the queue's engine are its own: they are not compared, and stand in the copy as their migration makes them. */
const engine = new URL("../../migrations/0027_create_job_engine.sql", import.meta.url)

/**
 * Makes the connected database, which must be empty and ours, a copy of a catalog: tables without rows, keys, indexes, functions, policies,
 * grants, and of `auth` what the catalog has. Returns what could not be copied, with PostgreSQL's reason. Needs a superuser.
 */
export const buildShadow = Effect.fn("buildShadow")(function*(live: LiveCatalog) {
  const sql = yield* SqlClient
  yield* sql.unsafe("SET check_function_bodies = off")
  yield* Effect.forEach(splitStatements(readFileSync(engine, "utf8")), (statement) => sql.unsafe(statement), { discard: true })
  let waiting: ReadonlyArray<{ readonly statement: string; readonly reason: string }> = statementsOf(live)
    .map((statement) => ({ statement, reason: "" }))
  // A function may need a table and a table a function: what fails is tried again as long as anything else succeeds.
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length
    const failed: Array<{ readonly statement: string; readonly reason: string }> = []
    for (const { statement } of waiting) {
      const reason = yield* run(sql, statement)
      if (reason !== undefined) failed.push({ statement, reason })
    }
    waiting = failed
  }
  return waiting.map(({ reason, statement }) => `${statement.split("\n", 1)[0]}: ${reason}`)
})

/** Runs a statement, making up the types it misses (enums, domains, extensions' types) as domains over text. */
const run = (sql: SqlClient, statement: string): Effect.Effect<string | undefined> =>
  sql.withTransaction(sql.unsafe(statement)).pipe(
    Effect.as(undefined),
    Effect.catch((error) => {
      const reason = messageOf(error)
      const missing = /^type "([\w.]+?)(?:\[\])?" does not exist$/.exec(reason)?.[1]
      if (missing === undefined) return Effect.succeed(reason)
      const schema = missing.includes(".") ? missing.slice(0, missing.indexOf(".")) : "public"
      return sql.unsafe(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`).pipe(
        Effect.andThen(sql.unsafe(`CREATE DOMAIN ${missing} AS text`)),
        Effect.andThen(sql.withTransaction(sql.unsafe(statement))),
        Effect.as(undefined),
        Effect.catch((again) => Effect.succeed(messageOf(again)))
      )
    })
  )

const statementsOf = (live: LiveCatalog): ReadonlyArray<string> => {
  const tables = live.relations.filter(({ kind }) => kind.endsWith("table"))
  return [
    ...rolesOf(live).map((role) =>
      `DO $do$ BEGIN IF to_regrole(${literal(role)}) IS NULL THEN CREATE ROLE ${ident(role)} NOLOGIN; END IF; END $do$`
    ),
    "CREATE SCHEMA IF NOT EXISTS auth",
    ...extensionsOf(live),
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    ...live.schema_grants.map(({ grantee, privileges }) => grant("SCHEMA public", grantee, privileges)),
    ...tables.map(tableOf),
    ...live.routines.flatMap((routine) => createRoutine(routine).split(/;\n(?=REVOKE|GRANT)/)),
    ...tables.flatMap(partsOf)
  ]
}

/** What indexes use of Supabase's schema `extensions`. */
const extensionsOf = (live: LiveCatalog): ReadonlyArray<string> =>
  live.relations.some(({ indexes }) => indexes.some(({ definition }) => definition.includes("extensions.gin_trgm_ops")))
    ? ["CREATE SCHEMA IF NOT EXISTS extensions", "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions"]
    : []

const tableOf = (relation: Relation): string =>
  `CREATE TABLE ${qualified(relation.name)} (${relation.columns.map(columnDefinition).join(", ")})${
    relation.partition_key === null ? "" : ` PARTITION BY ${relation.partition_key}`
  }`

const partsOf = (relation: Relation): ReadonlyArray<string> => {
  const { constraints, grants, indexes, name, policies, triggers } = relation
  const table = qualified(name)
  const ordered = ["primary", "unique", "exclusion", "check", "foreign"].flatMap((kind) =>
    constraints.filter((one) => one.kind === kind)
  )
  return [
    ...ordered.map((constraint) =>
      alterTable(name, `ADD CONSTRAINT ${definitionOf(constraint)}${constraint.validated ? "" : " NOT VALID"}`)
    ),
    ...indexes.map((index) => createIndex(index.definition, index.name, false)),
    // No statement makes an index invalid.
    ...indexes.filter(({ valid }) => !valid).map((index) =>
      `UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid = 'public.${ident(index.name)}'::regclass`
    ),
    ...triggers.map(({ definition }) => definition),
    ...triggers.filter(({ enabled }) => !enabled).map((trigger) => alterTable(name, `DISABLE TRIGGER ${ident(trigger.name)}`)),
    ...(relation.row_security ? [alterTable(name, "ENABLE ROW LEVEL SECURITY")] : []),
    ...(relation.row_security_forced ? [alterTable(name, "FORCE ROW LEVEL SECURITY")] : []),
    ...policies.map((policy) => createPolicy(name, policy)),
    `REVOKE ALL ON ${table} FROM PUBLIC, ${apiRoles.slice(1).join(", ")}`,
    ...grantAll(name, grants)
  ]
}

const rolesOf = (live: LiveCatalog): ReadonlyArray<string> => [
  ...new Set([
    ...live.session.roles,
    live.session.role,
    ...live.relations.flatMap(({ policies }) => policies.flatMap(({ roles }) => roles))
  ].filter((role) => role !== "PUBLIC"))
]

const messageOf = (error: SqlError): string => {
  const { cause } = error.reason
  return Predicate.hasProperty(cause, "message") && Predicate.isString(cause.message) ? cause.message : error.message
}
