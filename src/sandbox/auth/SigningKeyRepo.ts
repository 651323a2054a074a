import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { asAuthAdmin } from "./AuthAdmin.ts"

/** A stored key as JSON Web Key, the private part included. `created` is in seconds since 1970. */
export const StoredKey = Schema.Struct({
  kid: Schema.String,
  created: Schema.Int,
  jwk: Schema.Record(Schema.String, Schema.String)
})
export type StoredKey = typeof StoredKey.Type

/** The emulator's keys, kept beside the users so that tokens outlive a restart. Latest first. */
export const allKeys = Effect.gen(function*() {
  const sql = yield* SqlClient
  return yield* decodeKeys(yield* sql`SELECT kid, created, jwk FROM auth.emulator_keys ORDER BY position DESC`)
})

/** Adds a key; one that has been added under the same id meanwhile is kept instead. */
export const addKey = Effect.fnUntraced(function*(key: StoredKey) {
  const sql = yield* SqlClient
  yield* asAuthAdmin(
    sql,
    sql`
    INSERT INTO auth.emulator_keys (kid, created, jwk) VALUES (${key.kid}, ${key.created}, ${JSON.stringify(key.jwk)})
    ON CONFLICT (kid) DO NOTHING`
  )
})

export const createKeyTable = Effect.gen(function*() {
  const sql = yield* SqlClient
  yield* asAuthAdmin(
    sql,
    sql`
    CREATE TABLE IF NOT EXISTS auth.emulator_keys (
      position bigint GENERATED ALWAYS AS IDENTITY,
      kid text PRIMARY KEY,
      created integer NOT NULL,
      jwk jsonb NOT NULL
    )`
  )
})

const decodeKeys = Schema.decodeUnknownEffect(Schema.Array(StoredKey))
