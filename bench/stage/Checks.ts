import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { setTimeout as sleep } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import type { Target } from "./Stage.ts"

/** Answers that every server must give: what the first one asked said. */
export type Reference = Map<string, unknown>

/** Fails unless a server answers as the first one did, refuses a stranger, and sends every header of the contract. Bytes of an answer. */
export const checkAnswers = async (url: string, targets: ReadonlyArray<Target>, reference: Reference): Promise<number> => {
  const stranger = await fetch(`${url}/profile/${targets[0]?.username}`, { headers: { authorization: "Bearer e30.e30.e30" } })
  if (stranger.status !== 401) throw new Error(`a bad token is answered with ${stranger.status}`)
  let bytes = 0
  for (const target of targets) {
    const response = await ask(url, target)
    const text = await response.text()
    const missing = contract.filter((name) => !response.headers.has(name))
    if (response.status !== 200 || missing.length > 0) {
      throw new Error(`${response.status}, without ${missing.join(", ") || "fault"}`)
    }
    const body: unknown = JSON.parse(text)
    if (!reference.has(target.username)) reference.set(target.username, body)
    if (!isDeepStrictEqual(body, reference.get(target.username))) throw new Error(`another answer for ${target.username}`)
    bytes += Buffer.byteLength(text)
  }
  return Math.round(bytes / targets.length)
}

/**
 * Takes a window away under a server that knows it, and measures how long answers go on: milliseconds. Ours opens a new window on a
 * look-up, by design; there `analytics`, which opens none, must stop, and the look-up must have noticed, which the new window shows.
 */
export const checkWindow = Effect.fnUntraced(function*(url: string, target: Target, opensAnew: boolean) {
  const sql = yield* SqlClient
  const window = sql`user_id = ${target.userId} AND profile_id = (SELECT id FROM profiles WHERE username = ${target.username})`
  const status = (path = "") => Effect.promise(async () => (await ask(url, target, path)).status)
  const began = yield* Effect.andThen(
    Effect.andThen(status(), sql`DELETE FROM user_profile_access WHERE ${window}`),
    Effect.sync(() => performance.now())
  )
  const until = Effect.fnUntraced(function*<E>(done: Effect.Effect<boolean, E>) {
    while (!(yield* done)) {
      if (performance.now() - began > 3000) return yield* Effect.die(`answers go on 3 s after the window ended: ${url}`)
      yield* Effect.promise(() => sleep(20))
    }
    return performance.now() - began
  })
  if (!opensAnew) {
    const stopped = yield* until(Effect.map(status(), (found) => found === 403))
    yield* sql`
      INSERT INTO user_profile_access (user_id, profile_id) SELECT ${target.userId}, id FROM profiles WHERE username = ${target.username}`
    return { stopped, noticed: stopped }
  }
  const stopped = yield* until(Effect.map(status("/analytics"), (found) => found === 403))
  const noticed = yield* until(
    Effect.andThen(status(), Effect.map(sql`SELECT FROM user_profile_access WHERE ${window}`, (found) => found.length > 0))
  )
  return { stopped, noticed }
})

const ask = (url: string, { token, username }: Target, path = "") =>
  fetch(`${url}/profile/${username}${path}`, { headers: { authorization: `Bearer ${token}` } })

const contract = [
  "age",
  "cache-control",
  "content-type",
  "content-length",
  "cross-origin-resource-policy",
  "etag",
  "referrer-policy",
  "vary",
  "x-access-expires-at",
  "x-content-type-options",
  "x-data-source",
  "x-request-id"
]
