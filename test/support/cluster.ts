import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { randomBytes } from "node:crypto"
import { inject } from "vitest"
import type {} from "./globalSetup.ts"

/** The superuser's address of the PostgreSQL that this run's global setup started. */
export const adminUrl = () => Redacted.make(inject("adminUrl"))

/** A database of its own, copied from a template (a name `ensureTemplate` returned) and dropped when the scope closes. */
export const cloneDatabase = Effect.fnUntraced(function*(options: { readonly template: string }) {
  const name = `${inject("databasePrefix")}${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(
    withAdmin((sql) => sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(options.template)}`),
    () => Effect.orDie(withAdmin((sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`))
  )
  return { name, url: urlOf(name) }
})

/**
 * Makes a template database once per run, however many workers ask at the same time: the first builds, the others wait. Returns the name
 * to clone. `build` must close its connections before it returns; a build that fails leaves nothing, and the next asker tries again.
 */
export const ensureTemplate = <E, R>(name: string, build: (url: Redacted.Redacted<string>) => Effect.Effect<void, E, R>) => {
  const template = `${inject("databasePrefix")}template_${name}`
  const unfinished = `${template}_unfinished`
  return withAdmin((sql) =>
    Effect.gen(function*() {
      yield* sql`SELECT pg_advisory_lock(hashtext(${template}))`
      const found = yield* sql`SELECT 1 FROM pg_database WHERE datname = ${template}`
      if (found.length > 0) return template
      yield* sql`DROP DATABASE IF EXISTS ${sql(unfinished)} WITH (FORCE)`
      yield* sql`CREATE DATABASE ${sql(unfinished)} TEMPLATE template0`
      yield* build(urlOf(unfinished))
      yield* sql`ALTER DATABASE ${sql(unfinished)} RENAME TO ${sql(template)}`
      return template
    })
  )
}

const urlOf = (database: string) => {
  const url = new URL(inject("adminUrl"))
  url.pathname = `/${database}`
  return Redacted.make(url.href)
}

/** One connection, so that an advisory lock is held by it and ends with it. */
const withAdmin = <A, E, R>(use: (sql: PgClient.PgClient) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(PgClient.makeClient({ url: adminUrl() }), use)).pipe(Effect.provide(Reactivity.layer))
