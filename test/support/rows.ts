import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { ProfileId } from "../../src/profiles/Profile.ts"
import { Username } from "../../src/profiles/Username.ts"
import { UserId } from "../../src/users/UserId.ts"

/** A user, by the row alone. */
export const insertUser = Effect.gen(function*() {
  const sql = yield* SqlClient
  const id = UserId.make(randomUUID())
  yield* sql`INSERT INTO auth_users (id) VALUES (${id})`
  yield* sql`INSERT INTO user_profiles (user_id) VALUES (${id})`
  return id
})

/** A stored profile of which nothing is known but its name. */
export const insertProfile = Effect.fnUntraced(function*(name?: string) {
  const sql = yield* SqlClient
  const id = ProfileId.make(randomUUID())
  const username = Username.make(name ?? `p${id.replaceAll("-", "").slice(0, 20)}`)
  yield* sql`INSERT INTO profiles (id, username, raw_data) VALUES (${id}, ${username}, '{}')`
  return { id, username }
})
