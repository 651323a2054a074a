import { Effect } from "effect"
import type { CreatedWebhook } from "../../src/webhooks/WebhookView.ts"
import { ask, type Reply } from "./Http.ts"
import type { World } from "./World.ts"

/** A user of the product, and what it has promised them: what was answered with success must be there ever after. */
export interface Person {
  readonly id: string
  readonly email: string
  token: string
  readonly webhook: string
  /** Names whose look-up was answered: a window, one charge, a search. */
  readonly unlocked: Set<string>
  /** Of each saved name the notes that it may have: that of the last answer, and those since of which no answer came. Null: not saved. */
  readonly favorites: Map<string, Set<string | null>>
  /** Ids of deliveries that were accepted. */
  readonly pings: Set<string>
  /** Ids of jobs that were accepted, by the key that each was asked with. */
  readonly jobs: Map<string, string>
}

export const password = "password-of-the-faults"

/** What stands in every note of a person's: another's would show. */
export const markOf = ({ id }: Pick<Person, "id">) => `of ${id.slice(0, 8)}`

/** Profiles that everybody has unlocked before anything goes wrong. */
export const storedNames = Array.from({ length: 8 }, (_, nth) => `stored.${nth}`)

/** Signs people up, gives them credits, a webhook to the receiver, and the stored profiles. */
export const makePeople = Effect.fnUntraced(function*(world: World, count: number) {
  const { auth, receiver, servers, sql } = world
  const url = servers[0]?.url ?? ""
  const must = (what: string, reply: Reply, status: number): Reply => {
    if (reply.status !== status) throw new Error(`${what}: ${reply.status} ${reply.text.slice(0, 300)}`)
    return reply
  }
  const send = (token: string, method: string, path: string, status: number, body?: unknown) =>
    Effect.promise(async () => must(path, await ask(url, { method, path, token, body }), status))

  const admin = yield* auth.ensureUser("admin@faults.invalid", password)
  yield* send(admin.access_token, "GET", "/me", 200)
  yield* sql`UPDATE user_profiles SET role = 'admin' WHERE user_id = ${admin.user_id}`
  const asAdmin = (yield* auth.ensureUser("admin@faults.invalid", password)).access_token

  return yield* Effect.forEach(Array.from({ length: count }, (_, nth) => nth), (nth) =>
    Effect.gen(function*() {
      const email = `person${nth}@faults.invalid`
      const { access_token: token, user_id: id } = yield* auth.ensureUser(email, password)
      yield* send(token, "GET", "/me", 200)
      yield* send(asAdmin, "POST", `/admin/users/${id}/credits`, 200, {
        credits: 1_000_000,
        reason: "for the faults",
        reference: `faults-${nth}`
      })
      const webhook = yield* send(token, "POST", "/me/webhooks", 201, { url: receiver.url, events: ["job.finished"] })
      for (const name of storedNames) yield* send(token, "GET", `/profile/${name}`, 200)
      const person: Person = {
        id,
        email,
        token,
        webhook: (JSON.parse(webhook.text) as typeof CreatedWebhook.Type).id,
        unlocked: new Set(storedNames),
        favorites: new Map(),
        pings: new Set(),
        jobs: new Map()
      }
      return person
    }), { concurrency: 6 })
})
