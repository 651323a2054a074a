import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Answer } from "./Contract.ts"
import { insertProfile } from "./rows.ts"
import { TestApp, type TestUser } from "./TestApp.ts"

/** A request of a user with a JSON body, or with none. The answer is held to the contract. */
export const send = Effect.fnUntraced(function*(user: TestUser, method: string, path: string, body?: unknown) {
  const app = yield* TestApp
  return yield* app.call({
    method,
    path,
    headers: {
      authorization: `Bearer ${user.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
})

/** Somebody whom the database calls an administrator before they are known here. */
export const newAdmin = Effect.gen(function*() {
  const sql = yield* SqlClient
  const app = yield* TestApp
  const admin = yield* app.newUser
  yield* sql`
    INSERT INTO auth_users (id) VALUES (${admin.id}) ON CONFLICT DO NOTHING`
  yield* sql`
    INSERT INTO user_profiles (user_id, role) VALUES (${admin.id}, 'admin')
    ON CONFLICT (user_id) DO UPDATE SET role = 'admin'`
  return admin
})

/** A stored profile that the user holds a window on, which ends after so many days (negative: it has ended). */
export const unlockedProfile = Effect.fnUntraced(function*(user: TestUser, name?: string, days = 30) {
  const sql = yield* SqlClient
  const profile = yield* insertProfile(name)
  yield* sql`
    INSERT INTO user_profile_access (user_id, profile_id, granted_at, expires_at)
    VALUES (${user.id}, ${profile.id}, now() - interval '60 days', now() + ${days} * interval '1 day')`
  return profile
})

/** Ends the user's windows. */
export const lockAll = Effect.fnUntraced(function*(user: TestUser) {
  const sql = yield* SqlClient
  yield* sql`
    UPDATE user_profile_access SET granted_at = now() - interval '31 days', expires_at = now() - interval '1 second'
    WHERE user_id = ${user.id}`
})

export interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly page: { readonly next_cursor: string | null; readonly has_more: boolean }
}

/** Everything of a list, page by page, by the links that the answers give. */
export const walk = Effect.fnUntraced(function*<A>(user: TestUser, first: string) {
  const seen: Array<A> = []
  let path: string | undefined = first
  while (path !== undefined) {
    const answer: Answer = yield* user.get(path)
    const { data, page } = answer.json<Page<A>>()
    seen.push(...data)
    path = page.has_more ? /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1] : undefined
  }
  return seen
})
