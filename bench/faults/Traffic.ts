import { randomInt, randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { Answer, type contractOf } from "../../test/support/Contract.ts"
import { type Ask, ask, Unanswered } from "./Http.ts"
import { markOf, password, type Person, storedNames } from "./People.ts"
import type { Process } from "./Processes.ts"

/** What is asked for: stored answers, lists, what is the caller's own, names nobody has asked for, writes, sign-in, and what must be refused. */
export const kinds = ["stored", "list", "own", "new", "save", "ping", "job", "sign-in", "refused"] as const
export type Kind = typeof kinds[number]

/**
 * How a request ended. `good`: as it should. `away`: a typed 503 that says when to come back. `problem`: another typed problem, which was not
 * called for. `cut`: the process it was sent to was killed, or refused it because it was ending. `untyped`: no answer, or an error that is no problem. `wrong`: an answer that is not true or not whole.
 */
export type Verdict = "good" | "away" | "problem" | "cut" | "untyped" | "wrong"

export interface Ended {
  readonly kind: Kind
  /** `performance.now()`. */
  readonly startedAt: number
  readonly endedAt: number
  readonly verdict: Verdict
  readonly note: string
}

type Contract = Awaited<ReturnType<typeof contractOf>>

/** Mixed load, one request of each person at a time, on whichever servers are up; holds every answer to the contract and to what is known. */
export class Traffic {
  readonly ended: Array<Ended> = []
  readonly people: ReadonlyArray<Person>
  readonly #servers: ReadonlyArray<Process & { readonly url: string }>
  readonly #contract: Contract
  readonly #stored = new Map<string, string>()
  readonly #recent: Array<string> = []
  #running: Promise<unknown> = Promise.resolve()
  #going = false
  #name = ""
  #count = 0
  #trials = 0

  constructor(servers: ReadonlyArray<Process & { readonly url: string }>, people: ReadonlyArray<Person>, contract: Contract) {
    this.#servers = servers
    this.people = people
    this.#contract = contract
  }

  /** Begins, with names that nobody has asked for before. The first person of all asks for a bulk job. */
  start(): void {
    this.#going = true
    this.#name = `trial.${++this.#trials}`
    this.#count = 0
    this.#running = Promise.all(this.people.map((person, nth) => this.#live(person, nth === 0)))
  }

  async stop(): Promise<void> {
    this.#going = false
    await this.#running
  }

  async #live(person: Person, asksForJob: boolean): Promise<void> {
    if (asksForJob) await this.#bulk(person)
    while (this.#going) {
      await this.#one(person)
      await sleep(randomInt(10, 40))
    }
  }

  #one(person: Person): Promise<unknown> {
    const dice = randomInt(100)
    const name = storedNames[randomInt(storedNames.length)]!
    if (dice < 33) return this.#lookStored(person, name)
    if (dice < 47) return this.#list(person, name)
    if (dice < 57) return this.#own(person)
    if (dice < 71) return this.#lookNew(person)
    if (dice < 84) return this.#save(person, name)
    if (dice < 90) return this.#ping(person)
    if (dice < 95) return this.#signIn(person)
    return this.#refused(person)
  }

  #lookStored(person: Person, name: string) {
    return this.#send("stored", { method: "GET", path: `/profile/${name}`, token: person.token }, [200], ({ text }) => {
      const { profile, posts }: ProfileBody = JSON.parse(text)
      const told = JSON.stringify([
        profile.id,
        profile.username,
        profile.followers_count,
        posts.map(({ shortcode }) => shortcode)
      ])
      const before = this.#stored.get(name) ?? told
      this.#stored.set(name, before)
      return profile.username !== name ? `${profile.username} for ${name}` : told === before ? null : `another ${name}`
    })
  }

  #list(person: Person, name: string) {
    const path = `/profile/${name}/${["posts", "analytics", "related", "history"][randomInt(4)]}`
    return this.#send("list", { method: "GET", path, token: person.token }, [200], () => null)
  }

  #own(person: Person) {
    if (randomInt(2) === 0) {
      return this.#send(
        "own",
        { method: "GET", path: "/me", token: person.token },
        [200],
        ({ text }) => (JSON.parse(text) as { readonly id: string }).id === person.id ? null : "somebody else's /me"
      )
    }
    return this.#send("own", { method: "GET", path: "/me/favorites?limit=100", token: person.token }, [200], ({ text }) => {
      const { data }: { readonly data: ReadonlyArray<SavedBody> } = JSON.parse(text)
      if (data.some(({ notes }) => notes?.endsWith(markOf(person)) !== true)) return "a favourite of somebody else"
      const notes = new Map(data.map((one) => [one.username, one.notes]))
      const strange = [...person.favorites].find(([name, allowed]) => !allowed.has(notes.get(name) ?? null))
      return strange === undefined ? null : `${strange[0]} is saved as ${notes.get(strange[0])}`
    })
  }

  /** A name of its own, or one that another asks for at this moment. */
  async #lookNew(person: Person) {
    const shared = this.#recent.at(-1 - randomInt(4))
    const name = shared === undefined || randomInt(3) > 0 ? `${this.#name}.${this.#count++}` : shared
    if (name !== shared) this.#recent.push(name)
    const wait = randomInt(4) === 0 ? 0 : 10
    const reply = await this.#send(
      "new",
      { method: "GET", path: `/profile/${name}`, token: person.token, headers: { prefer: `wait=${wait}` } },
      [200, 202],
      ({ status, text }) => {
        const body: ProfileBody & { readonly username: string } = JSON.parse(text)
        const told = status === 200 ? body.profile.username : body.username
        return told === name ? null : `${told} for ${name}`
      }
    )
    if (reply?.status === 200) person.unlocked.add(name)
  }

  async #save(person: Person, name: string) {
    const allowed = person.favorites.get(name) ?? new Set([null])
    person.favorites.set(name, allowed)
    const notes = randomInt(4) === 0 ? null : `note ${randomUUID()} ${markOf(person)}`
    allowed.add(notes)
    const reply = notes === null
      ? await this.#send("save", { method: "DELETE", path: `/me/favorites/${name}`, token: person.token }, [204], () => null)
      : await this.#send(
        "save",
        { method: "PUT", path: `/me/favorites/${name}`, token: person.token, body: { notes } },
        [200],
        ({ text }) => (JSON.parse(text) as SavedBody).notes === notes ? null : "another note was saved"
      )
    if (reply !== undefined) person.favorites.set(name, new Set([notes]))
  }

  async #ping(person: Person) {
    const path = `/me/webhooks/${person.webhook}/test`
    const reply = await this.#send("ping", { method: "POST", path, token: person.token }, [202], () => null)
    if (reply !== undefined) person.pings.add((JSON.parse(reply.text) as { readonly id: string }).id)
  }

  async #signIn(person: Person) {
    const body = { email: person.email, password }
    const reply = await this.#send(
      "sign-in",
      { method: "POST", path: "/auth/login", body },
      [200],
      ({ text }) => (JSON.parse(text) as SessionBody).user.id === person.id ? null : "somebody else's session"
    )
    if (reply !== undefined) person.token = (JSON.parse(reply.text) as SessionBody).access_token
  }

  #refused(person: Person) {
    switch (randomInt(3)) {
      case 0:
        return this.#send("refused", { method: "GET", path: "/me" }, [401], () => null)
      case 1:
        return this.#send(
          "refused",
          { method: "GET", path: "/profile/never.asked.for/posts", token: person.token },
          [404],
          () => null
        )
      default:
        return this.#send(
          "refused",
          { method: "PATCH", path: "/me", token: person.token, body: { nothing: 1 } },
          [400],
          () => null
        )
    }
  }

  /** Asked with one key until it is accepted: whatever became of the asks before, there must be one job. */
  async #bulk(person: Person) {
    const key = randomUUID()
    const usernames = Array.from({ length: 24 }, (_, nth) => `${this.#name}.bulk.${nth}`)
    const headers = { "idempotency-key": key }
    while (this.#going && !person.jobs.has(key)) {
      const asked: Ask = { method: "POST", path: "/jobs", token: person.token, headers, body: { usernames } }
      const reply = await this.#send(
        "job",
        asked,
        [202],
        ({ text }) =>
          (JSON.parse(text) as { readonly progress: { readonly total: number } }).progress.total === 24 ? null : "another job"
      )
      if (reply !== undefined) person.jobs.set(key, (JSON.parse(reply.text) as { readonly id: string }).id)
      else await sleep(500)
    }
  }

  /** Sends, judges and writes down; the answer where it is good. */
  async #send(kind: Kind, asked: Ask, expected: ReadonlyArray<number>, told: (answer: Answer) => string | null) {
    const up = this.#servers.filter((server) => server.up)
    const server = up[randomInt(Math.max(1, up.length))] ?? this.#servers[0]!
    const startedAt = performance.now()
    let answer: Answer | undefined
    let verdict: Verdict
    let note = ""
    try {
      const { headers, status, text } = await ask(server.url, asked)
      answer = new Answer({ method: asked.method, path: asked.path, headers: asked.headers ?? {} }, status, headers, text)
      ;[verdict, note] = this.#judge(answer, expected, told)
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      const overlaps = server.outages.some(({ from, until }) => from <= performance.now() && startedAt <= until)
      verdict = overlaps ? "cut" : "untyped"
      note = `${server.name}: ${error.message}`
    }
    this.ended.push({ kind, startedAt, endedAt: performance.now(), verdict, note: `${asked.method} ${asked.path} ${note}` })
    return verdict === "good" ? answer : undefined
  }

  #judge(answer: Answer, expected: ReadonlyArray<number>, told: (answer: Answer) => string | null): [Verdict, string] {
    const { headers, status, text } = answer
    const shown = `${status} ${text.slice(0, 200)}`
    try {
      this.#contract.check(answer)
      if (expected.includes(status)) {
        const untrue = told(answer)
        return untrue === null ? ["good", ""] : ["wrong", untrue]
      }
    } catch (error) {
      const problem = headers.get("content-type")?.startsWith("application/problem+json") === true
      return [problem || status < 400 ? "wrong" : "untyped", `${shown}: ${error instanceof Error ? error.message : error}`]
    }
    const retryAfter = Number(headers.get("retry-after"))
    return [status === 503 && Number.isInteger(retryAfter) && retryAfter >= 1 ? "away" : "problem", shown]
  }
}

interface ProfileBody {
  readonly profile: { readonly id: string; readonly username: string; readonly followers_count: number | null }
  readonly posts: ReadonlyArray<{ readonly shortcode: string }>
}

interface SavedBody {
  readonly username: string
  readonly notes: string | null
}

interface SessionBody {
  readonly access_token: string
  readonly user: { readonly id: string }
}
