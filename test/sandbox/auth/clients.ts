import * as PgClient from "@effect/sql-pg/PgClient"
import { assert } from "@effect/vitest"
import { type AuthError, createClient, type SupabaseClient } from "@supabase/supabase-js"
import { Effect, Layer, Redacted } from "effect"
import { AuthEmulator } from "../../../src/sandbox/auth/AuthEmulator.ts"
import type { AuthEmulatorOptions } from "../../../src/sandbox/auth/EmulatorSettings.ts"
import { installSupabase } from "../../../src/sandbox/postgres/Supabase.ts"
import { cloneDatabase, ensureTemplate } from "../../support/cluster.ts"

export const database = Layer.unwrap(Effect.gen(function*() {
  const template = yield* ensureTemplate("supabase", (url) => Effect.provide(installSupabase, PgClient.layer({ url })))
  const { url } = yield* cloneDatabase({ template })
  return PgClient.layer({ url })
}))

export const emulator = (options: AuthEmulatorOptions = {}) => AuthEmulator.layer(options).pipe(Layer.provideMerge(database))

/** A client that keeps its session to itself and does not refresh behind the test's back. */
export const client = Effect.map(AuthEmulator, ({ anonKey, url }) => newClient(url, anonKey))
export const adminClient = Effect.map(AuthEmulator, ({ serviceRoleKey, url }) => newClient(url, serviceRoleKey))

export const newClient = (url: string, key: Redacted.Redacted<string>) =>
  createClient(url, Redacted.value(key), { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } })

export type Answer = { readonly data: unknown; readonly error: AuthError | null }

/** The answer's data; an error that Supabase reports fails the test with its code. */
export const good = <A extends Answer>(answer: () => Promise<A>) =>
  Effect.flatMap(
    Effect.promise(answer),
    (found): Effect.Effect<Extract<A, { error: null }>["data"]> =>
      isGood(found) ? Effect.succeed(found.data) : Effect.die(found.error)
  )

const isGood = <A extends Answer>(answer: A): answer is Extract<A, { error: null }> => answer.error === null

export const refused = (answer: () => Promise<{ readonly error: AuthError | null }>) =>
  Effect.map(Effect.promise(answer), ({ error }) => {
    if (error === null) assert.fail("Supabase was to refuse this")
    return { code: error.code, status: error.status }
  })

let count = 0
export const freshEmail = () => `user${++count}@example.com`
export const password = "correct horse battery"

export const signUp = Effect.fnUntraced(function*(supabase: SupabaseClient) {
  const email = freshEmail()
  const { session, user } = yield* good(() => supabase.auth.signUp({ email, password }))
  if (session === null || user === null) return yield* Effect.die("no session")
  return { email, session, user }
})
