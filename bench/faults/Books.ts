import { Clock, Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import { instantOf } from "../../src/database/Instant.ts"
import { partialProfiles } from "../../test/support/partialProfiles.ts"
import type { Person } from "./People.ts"
import type { World } from "./World.ts"

/** What the database holds against what was promised and paid; every finding is a sentence. */
export interface Books {
  readonly lost: ReadonlyArray<string>
  readonly doubled: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
}

/** Waits for all that is under way to end, at most 90 seconds; what does not end is lost. */
export const settle = Effect.fnUntraced(function*({ simulator, sql, vendor }: World) {
  const began = performance.now()
  for (;;) {
    const left = yield* Effect.option(sql<{ readonly what: string }>`
      SELECT 'fetch of ' || username AS what FROM profile_fetches WHERE finished_at IS NULL
      UNION ALL SELECT 'job ' || id FROM jobs WHERE finished_at IS NULL
      UNION ALL SELECT 'delivery of ' || event FROM webhook_deliveries WHERE status = 'pending'`)
    const { in_flight } = yield* simulator.stats
    if (left._tag === "Some" && left.value.length === 0 && in_flight === 0 && vendor.inFlight() === 0) return []
    if (performance.now() - began > longestEnd) {
      return left._tag === "Some" ? left.value.map(({ what }) => `${what} does not end`) : ["the database does not answer"]
    }
    yield* Effect.sleep("200 millis")
  }
})

/** Milliseconds. */
const longestEnd = 90_000

/** How many paid answers there have been, and how many of them are kept. */
export const paid = Effect.fnUntraced(function*({ simulator, sql }: World) {
  const { billed } = yield* simulator.stats
  const [row] = yield* sql<{ readonly kept: number }>`SELECT count(*)::integer AS kept FROM vendor_answers`
  return { billed, kept: row?.kept ?? 0 }
})

/** Looks at everything. Call it when nothing is under way. */
export const audit = Effect.fnUntraced(function*(world: World, people: ReadonlyArray<Person>) {
  const { receiver, sql } = world
  const lost: Array<string> = []
  const doubled: Array<string> = []
  const wrong: Array<string> = []
  const into = (findings: Array<string>) => (rows: ReadonlyArray<{ readonly what: string }>) => {
    findings.push(...rows.map(({ what }) => what))
  }

  const found = sql<{ readonly what: string }>

  for (const person of people) {
    const names = [...person.unlocked]
    into(lost)(
      yield* found`
      SELECT 'the window of ' || name || ' for ' || ${person.email}::text AS what FROM unnest(${names}::text[]) AS name
      WHERE NOT EXISTS (
        SELECT 1 FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
        WHERE a.user_id = ${person.id} AND p.username = name AND a.expires_at > now() + interval '29 days'
      )
      UNION ALL
      SELECT 'the search for ' || name || ' of ' || ${person.email}::text FROM unnest(${names}::text[]) AS name
      WHERE NOT EXISTS (
        SELECT 1 FROM user_searches WHERE user_id = ${person.id} AND instagram_username = name AND success
      )`
    )
    const saved = new Map(
      (yield* sql<{ readonly username: string; readonly notes: string | null }>`
        SELECT p.username, f.notes FROM user_favorites AS f JOIN profiles AS p ON p.id = f.profile_id
        WHERE f.user_id = ${person.id}`).map(({ notes, username }) => [username, notes])
    )
    for (const [name, allowed] of person.favorites) {
      if (!allowed.has(saved.get(name) ?? null)) lost.push(`the note of ${person.email} about ${name}`)
    }
    const told = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]))
    for (const id of person.pings) if (!told.has(id)) lost.push(`ping ${id}`)
    const jobs = yield* sql<{ readonly id: string; readonly whole: boolean; readonly told: number }>`
      SELECT id, state = 'finished' AND total = (
          SELECT count(*) FROM job_items AS i LEFT JOIN profiles AS p ON p.id = i.profile_id
          WHERE i.job_id = jobs.id AND (i.state = 'failed' AND i.reason IS NOT NULL OR i.state = 'succeeded' AND p.username = i.username)
        ) AS whole,
        (SELECT count(*)::integer FROM webhook_deliveries WHERE payload #>> '{data,job_id}' = jobs.id::text) AS told
      FROM jobs WHERE user_id = ${person.id}`
    const accepted = [...person.jobs.values()]
    for (const job of jobs) {
      if (!accepted.includes(job.id)) doubled.push(`job ${job.id}: nobody was told of it`)
      if (!job.whole) lost.push(`names of job ${job.id}`)
      if (job.told < 1) lost.push(`the end of job ${job.id}`)
      if (job.told > 1) doubled.push(`the end of job ${job.id}`)
    }
    for (const id of accepted) if (!jobs.some((job) => job.id === id)) lost.push(`job ${id}`)
  }

  into(lost)(
    yield* found`
    SELECT 'what the answer for ' || username || ' says (its fetches: ' || coalesce(
      (SELECT string_agg(f.state, ', ' ORDER BY f.created_at) FROM profile_fetches AS f WHERE f.username = a.username), 'none') || ')' AS what
    FROM vendor_answers AS a WHERE stored_at IS NULL AND rejected_at IS NULL
    UNION ALL
    SELECT 'delivery ' || id || ' (' || coalesce(last_failure, status) || ')' FROM webhook_deliveries WHERE status <> 'succeeded'
    UNION ALL
    SELECT 'element ' || id || ' of the queue' FROM job_engine.queue WHERE state = 'failed'`
  )
  lost.push(...(yield* Effect.provideService(partialProfiles, SqlClient, sql)).map((name) => `a part of ${name}`))
  into(doubled)(
    yield* found`
    SELECT 'the answer for ' || username || ', kept ' || count(*) || ' times' AS what FROM vendor_answers
    GROUP BY username HAVING count(*) > 1
    UNION ALL
    SELECT 'the charge for ' || subject || ', ' || count(*) || ' times' FROM credit_reservations
    WHERE status = 'committed' AND amount > 0 GROUP BY user_id, action, subject HAVING count(*) > 1`
  )
  into(wrong)(
    yield* found`
    SELECT 'a window of ' || p.username || ' without its charge' AS what
    FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
    WHERE NOT EXISTS (
      SELECT 1 FROM credit_reservations WHERE user_id = a.user_id AND subject = p.username AND status = 'committed'
    )
    UNION ALL
    SELECT 'a charge for ' || r.subject || ' without its window' FROM credit_reservations AS r
    WHERE r.status = 'committed' AND r.action = 'profile_unlock' AND NOT EXISTS (
      SELECT 1 FROM user_profile_access AS a JOIN profiles AS p ON p.id = a.profile_id
      WHERE a.user_id = r.user_id AND p.username = r.subject
    )`
  )

  const ledger = yield* Effect.provide(LedgerCheckRepo, LedgerCheckRepo.layer.pipe(Layer.provide(Layer.succeed(SqlClient, sql))))
  const now = yield* Clock.currentTimeMillis
  const disagreements = yield* ledger.disagreements({ since: instantOf(0), users: [], leasesBefore: instantOf(now), limit: 100 })
  wrong.push(...disagreements.map(({ rule }) => `the ledger's ${rule}`))
  const sum = (yield* ledger.totals).reduce((all, { balance }) => all + balance, 0)
  if (sum !== 0) wrong.push(`the ledger sums to ${sum}`)
  return { lost, doubled, wrong } satisfies Books
}, Effect.retry(Schedule.max([Schedule.recurs(10), Schedule.spaced("500 millis")])))

/** Waits for the leases of what was reserved and never settled, because nobody was told that it was; what is held after that is lost. */
export const leasesEnd = Effect.fnUntraced(function*({ sql }: World) {
  const began = performance.now()
  for (;;) {
    const held = yield* sql<{ readonly subject: string }>`SELECT subject FROM credit_reservations WHERE status = 'open'`
    if (held.length === 0) return []
    if (performance.now() - began > longestLease) return held.map(({ subject }) => `credits held for ${subject}`)
    yield* Effect.sleep("1 second")
  }
})

/** Milliseconds: the lease, twice the budget of a fetch, and a minute between two looks. */
const longestLease = 130_000
