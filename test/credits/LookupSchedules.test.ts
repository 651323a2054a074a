import { assert, layer } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Exit, Layer, Logger, Option, Semaphore } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import fc from "fast-check"
import { windowMillis } from "../../src/access/AccessTracker.ts"
import { Credits } from "../../src/credits/Credits.ts"
import { LedgerCheckRepo } from "../../src/credits/LedgerCheckRepo.ts"
import type { BillingNotice } from "../../src/credits/StripeEvent.ts"
import { Subscriptions } from "../../src/credits/Subscriptions.ts"
import { keyOf } from "../../src/idempotency/IdempotencyKey.ts"
import { IdempotencyKeys } from "../../src/idempotency/IdempotencyKeys.ts"
import { Jobs } from "../../src/jobs/Jobs.ts"
import { ProfileFetches } from "../../src/profiles/ProfileFetches.ts"
import { Profiles } from "../../src/profiles/Profiles.ts"
import { Username } from "../../src/profiles/Username.ts"
import type { UserId } from "../../src/users/UserId.ts"
import { type CountedCall, countedVendor } from "../support/CountedVendor.ts"
import { type Doors, type MortalProcess, startProcess } from "../support/MortalProcess.ts"
import { MovableClock } from "../support/MovableClock.ts"
import { insertUser } from "../support/rows.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { accessAddsUp, told } from "./support.ts"

/** Raised for the whole: `SCHEDULES=10000 vitest run test/credits/LookupSchedules.test.ts`. */
const schedules = Number(process.env["SCHEDULES"] ?? 100)
/** So many fleets of two processes live beside each other, each with a database, a vendor and a clock of its own. */
const fleets = 4

const user = fc.nat({ max: 1 })
const name = fc.nat({ max: 2 })
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("lookup" as const), user, name, wait: fc.constantFrom(0, 25) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refresh" as const), user, name }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("unlock" as const), user, name, key: fc.constantFrom(null, "one", "two") })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("bulk" as const),
      user,
      names: fc.uniqueArray(name, { minLength: 1 }),
      maxCredits: fc.constantFrom(null, 25, 60)
    })
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), user }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("plan" as const), name, brings: fc.constantFrom("nothing" as const, "gone" as const) })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hear" as const), user, which: fc.nat({ max: 7 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      minutes: fc.oneof(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 23 * 60, max: 26 * 60 }),
        fc.integer({ min: 60, max: 60 * 24 * 35 })
      )
    })
  },
  /** To just before the midnight at which an account's month ends. */
  { weight: 1, arbitrary: fc.record({ do: fc.constant("midnight" as const), user }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      user,
      zone: fc.constantFrom("UTC", "Pacific/Auckland", "America/New_York")
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep" as const) }) }
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** What ends the process that takes the step: its so-manieth statement from then on, or the next call of the vendor. */
const death = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ at: fc.nat({ max: 60 }), when: fc.constantFrom("unsent" as const, "unheard" as const) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ at: fc.constant("call" as const), when: fc.constantFrom("asked" as const, "answered" as const) })
  }
)

const schedule = fc.array(
  fc.record({
    step,
    where: fc.nat({ max: 1 }),
    death: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: death }),
    withNext: fc.boolean()
  }),
  { minLength: 6, maxLength: 16, size: "max" }
)
type Planned = typeof schedule extends fc.Arbitrary<ReadonlyArray<infer A>> ? A : never

interface Fleet {
  readonly context: Context.Context<SqlClient | TestDatabase | LedgerCheckRepo>
  readonly vendor: Effect.Success<typeof countedVendor>
  readonly clock: MovableClock
  /** Each place has one process at a time. */
  readonly places: ReadonlyArray<Semaphore.Semaphore>
  readonly processes: Array<MortalProcess | undefined>
  readonly dead: Set<number>
  started: number
  schedules: number
  /** Answers that were paid for and did not arrive. */
  lost: number
}

interface World {
  readonly users: ReadonlyArray<UserId>
  readonly names: ReadonlyArray<Username>
  readonly events: ReadonlyArray<ReadonlyArray<BillingNotice>>
  /** Jobs under way, by user: ids of fetches and of bulk jobs. */
  readonly jobs: ReadonlyArray<Array<string>>
  readonly firstCall: number
  /** How often unlocks were asked for, by user and name: those under a key once a day. */
  readonly unlocks: Map<string, number>
  readonly keyed: Map<string, KeyedUnlock>
  readonly refreshes: Map<Username, number>
  jumpedUnderWay: boolean
  /** What was asked when, for whoever has to find out why a promise was broken. */
  readonly history: Array<string>
}

interface KeyedUnlock {
  readonly user: number
  readonly name: number
  readonly key: string
  /** When it was asked for first: a day later the key has been forgotten, and asks for another. */
  readonly since: number
  answered: boolean
}

const unlocksOf = (world: World, user: number, name: number) => world.unlocks.get(`${user} ${name}`) ?? 0

/** An unlock as its endpoint makes it: under its key, whose repeats get the first one's answer. */
const unlock = Effect.fnUntraced(
  function*(world: World, asked: { readonly user: number; readonly name: number; readonly key: string | null }) {
    const [user, username] = [world.users[asked.user]!, world.names[asked.name]!]
    const plain = Profiles.use((profiles) => profiles.unlock({ user, username, wait: Duration.seconds(25) }))
    const { key } = asked
    const count = () => world.unlocks.set(`${asked.user} ${asked.name}`, unlocksOf(world, asked.user, asked.name) + 1)
    if (key === null) {
      count()
      yield* plain
      return
    }
    const call = `${asked.user} ${asked.name} ${key}`
    const use = Effect.map(Clock.currentTimeMillis, (now) => {
      const known = world.keyed.get(call)
      if (known !== undefined && now - known.since < day) return known
      count()
      const anew = { user: asked.user, name: asked.name, key, since: now, answered: false }
      world.keyed.set(call, anew)
      return anew
    })
    yield* use
    const answer = { status: 200, headers: {}, content_type: null, body: null }
    const sealed = keyOf(user, `${username} ${key}`)
    const fingerprint = sealed.fingerprint("POST", `/profile/${username}/unlock`, "")
    yield* IdempotencyKeys.use((keys) =>
      keys.leased(
        { user, key: sealed, route: "POST /profile/:username/unlock", fingerprint },
        Effect.as(plain, { answer, final: true })
      )
    ).pipe(
      // The key may have been forgotten while the call was under way: the clock is set forward beside it.
      Effect.ensuring(use)
    )
    const used = yield* use
    used.answered = true
  }
)

const cancel = Effect.fnUntraced(function*(user: UserId, id: string) {
  const fetches = yield* ProfileFetches
  const fetch = yield* fetches.find(id, user)
  if (fetch !== undefined) return yield* fetches.leave([fetch.id], user)
  yield* Jobs.use((jobs) => jobs.cancel(user, id))
})

/** What a user asks of a process, or the provider of billing does. */
const asking = (world: World, one: Step) => {
  switch (one.do) {
    case "lookup":
    case "refresh": {
      const [user, username] = [world.users[one.user]!, world.names[one.name]!]
      const force = one.do === "refresh"
      if (force) world.refreshes.set(username, (world.refreshes.get(username) ?? 0) + 1)
      const wait = Duration.seconds(one.do === "lookup" ? one.wait : 25)
      return Effect.map(Profiles.use((profiles) => profiles.lookup({ user, username, wait, force })), (outcome) => {
        if (outcome._tag === "Pending") world.jobs[one.user]!.push(outcome.fetch.id)
      })
    }
    case "unlock":
      return unlock(world, one)
    case "bulk": {
      const usernames = one.names.map((index) => world.names[index]!)
      return Effect.map(
        Jobs.use((jobs) => jobs.create(world.users[one.user]!, { usernames, maxCredits: one.maxCredits })),
        ({ id }) => {
          world.jobs[one.user]!.push(id)
        }
      )
    }
    case "cancel": {
      const id = world.jobs[one.user]!.at(-1)
      return id === undefined ? Effect.void : cancel(world.users[one.user]!, id)
    }
    case "hear":
      return Subscriptions.use((subscriptions) => subscriptions.hear(world.events[one.user]![one.which]!))
    case "sweep":
      return Credits.use((credits) => credits.sweep)
    default:
      return undefined
  }
}

const underWay = Effect.gen(function*() {
  const sql = yield* SqlClient
  return yield* sql`
    SELECT 'fetch' AS what, username, state FROM profile_fetches WHERE finished_at IS NULL
    UNION ALL SELECT 'job', id::text, state FROM jobs WHERE finished_at IS NULL`
})

/** What happens without anybody being asked. */
const happening = Effect.fnUntraced(function*(fleet: Fleet, world: World, one: Step, beside: boolean) {
  const sql = yield* SqlClient
  const jump = Effect.fnUntraced(function*(millis: number) {
    if (beside || (yield* underWay).length > 0) world.jumpedUnderWay = true
    fleet.clock.advance(millis)
  })
  switch (one.do) {
    case "plan":
      return fleet.vendor.plan(world.names[one.name]!, one.brings)
    case "wait":
      return yield* jump(one.minutes * 60_000)
    case "midnight": {
      const [account] = yield* sql<{ ends: string }>`
        SELECT period_ends_at AS ends FROM credit_accounts WHERE user_id = ${world.users[one.user]!}`
      const left = account === undefined ? 0 : Date.parse(account.ends) - fleet.clock.currentTimeMillisUnsafe() - 30
      if (left > 0) yield* jump(left)
      return
    }
    case "move":
      return yield* sql`UPDATE user_profiles SET timezone = ${one.zone} WHERE user_id = ${world.users[one.user]!}`
    default:
      return
  }
})

/** What may be said to a caller; anything else fails the test. */
const answers = new Set([
  "CreditsRequired",
  "ProfileNotFound",
  "ProfileTemporarilyUnavailable",
  "IdempotencyKeyInUse",
  "JobNotFound"
])

const done = Effect.fnUntraced(function*(fleet: Fleet, world: World, { death, step, where }: Planned, beside: boolean) {
  const effect = asking(world, step)
  if (effect === undefined) return yield* happening(fleet, world, step, beside)
  const process = yield* processAt(fleet, where)
  if (death?.at === "call") fleet.vendor.killAtCall(process.number, death.when, process.way.cut)
  else if (death !== null) process.way.cutAt(death.at, death.when)
  const note = (what: string) =>
    world.history.push(`${new Date(fleet.clock.currentTimeMillisUnsafe()).toISOString()} process ${process.number} ${what}`)
  note(JSON.stringify({ step, death }))
  const exit = yield* process.call(effect as Effect.Effect<unknown, unknown, Doors>)
  note(`${step.do} ${exit === undefined ? "is killed" : exit._tag}`)
  yield* said(exit)
})

const said = (exit: Exit.Exit<unknown, unknown> | undefined) =>
  exit === undefined || Exit.isSuccess(exit)
    ? Effect.void
    : Effect.catch(exit, (error) => answers.has((error as { readonly _tag: string })._tag) ? Effect.void : Effect.die(error))

/** The process in that place: another where the one before was killed, once nothing of that is left in the database. */
const processAt = (fleet: Fleet, where: number) =>
  fleet.places[where]!.withPermit(Effect.gen(function*() {
    const known = fleet.processes[where]
    if (known !== undefined && !known.way.isCut()) return known
    if (known !== undefined) yield* bury(fleet, known)
    const started = yield* startProcess({
      database: (yield* TestDatabase).url,
      vendorUrl: fleet.vendor.url,
      number: fleet.started++,
      clock: fleet.clock
    })
    fleet.processes[where] = started
    return started
  }))

/** PostgreSQL has seen that it is gone, and the lease of what it held has ended: by the database's clock, which no test can set forward. */
const bury = Effect.fnUntraced(function*(fleet: Fleet, process: MortalProcess) {
  const sql = yield* SqlClient
  fleet.dead.add(process.number)
  const backends = [...process.way.backends]
  yield* until(sql`SELECT 1 FROM pg_stat_activity WHERE pid = ANY (${backends}::integer[])`, (left) => left.length === 0)
  yield* sql`
    UPDATE job_engine.queue SET acquired_at = now() - interval '1 hour'
    WHERE state = 'pending' AND acquired_at IS NOT NULL AND holder = ANY (${backends}::integer[])`
  yield* Effect.forkDetach(process.close)
})

const live = Effect.fnUntraced(function*(fleet: Fleet, steps: ReadonlyArray<Planned>) {
  const number = fleet.schedules++
  const users = yield* Effect.all([insertUser, insertUser])
  const start = fleet.clock.currentTimeMillisUnsafe()
  const world: World = {
    users,
    names: [0, 1, 2].map((index) => Username.make(`s${number}.${"abc"[index]}`)),
    events: users.map((user) => told(user, start)),
    jobs: users.map(() => []),
    firstCall: fleet.vendor.calls.length,
    unlocks: new Map(),
    keyed: new Map(),
    refreshes: new Map(),
    jumpedUnderWay: false,
    history: []
  }
  for (let index = 0; index < steps.length; index++) {
    const [one, next] = [steps[index]!, steps[index + 1]]
    if (one.withNext && next !== undefined) {
      yield* Effect.all([done(fleet, world, one, true), done(fleet, world, next, true)], { concurrency: 2 })
      index++
    } else yield* done(fleet, world, one, false)
  }
  yield* settle(fleet, world)
  yield* Effect.tapCause(check(fleet, world), () => explain(fleet, world))
})

/** Everything that goes on by itself comes to its end, and whoever had no answer asks again. */
const settle = Effect.fnUntraced(function*(fleet: Fleet, world: World) {
  fleet.vendor.planNothing()
  const [process] = yield* Effect.forEach([0, 1], (where) => {
    const known = fleet.processes[where]
    if (known !== undefined) {
      known.way.spare()
      fleet.vendor.spare(known.number)
    }
    return processAt(fleet, where)
  })
  const quiet = until(underWay, (found) => found.length === 0).pipe(
    Effect.timeoutOrElse({
      duration: "60 seconds",
      orElse: () => Effect.flatMap(underWay, (found) => Effect.die(new Error(`stuck: ${JSON.stringify(found)}`)))
    })
  )
  yield* quiet
  for (const [call, asked] of world.keyed) {
    for (let attempt = 0; attempt < 3 && world.keyed.get(call)?.answered !== true; attempt++) {
      const exit = yield* process!.call(unlock(world, asked))
      yield* said(exit)
      if (exit !== undefined && Exit.isFailure(exit) && !isInUse(exit)) break
      fleet.clock.advance("151 seconds")
    }
  }
  yield* quiet
  fleet.clock.advance("16 minutes")
  yield* said(yield* process!.call(Credits.use((credits) => credits.sweep)))
})

const isInUse = (exit: Exit.Exit<unknown, unknown>) =>
  Option.exists(Exit.findErrorOption(exit), (error) => (error as { readonly _tag: string })._tag === "IdempotencyKeyInUse")

const day = 86_400_000

/** The promises, looked up in the tables. */
const check = Effect.fnUntraced(function*(fleet: Fleet, world: World) {
  // Among them whoever was killed at the very end, in whose place nobody has been started.
  for (const process of fleet.processes) if (process?.way.isCut() === true) fleet.dead.add(process.number)
  for (let user = 0; user < world.users.length; user++) yield* checkUser(world, user)
  for (const name of world.names) yield* checkBill(fleet, world, name)
})

const checkUser = Effect.fnUntraced(function*(world: World, user: number) {
  const paid = yield* accessAddsUp(world.users[user]!, world.names)
  for (let name = 0; name < world.names.length; name++) {
    const { openings, renewals } = paid.get(world.names[name]!)!
    assert.isAtMost(renewals.length, unlocksOf(world, user, name), "a window is renewed once for each time it was asked for")
    if (world.jumpedUnderWay) continue
    for (const [index, at] of openings.entries()) {
      const next = openings[index + 1] ?? Infinity
      const ends = at + windowMillis * (1 + renewals.filter((end) => end > at && end < next).length)
      assert.isAtLeast(next, ends - 60_000, "an open window is not charged again")
    }
  }
})

/** One bill for each fetch that was needed: a call whose answer did not arrive is paid in vain, and only then. */
const checkBill = Effect.fnUntraced(function*(fleet: Fleet, world: World, username: Username) {
  const sql = yield* SqlClient
  // What has grown old before anybody came back to it is not stored any more.
  const young = new Date(fleet.clock.currentTimeMillisUnsafe() - day).toISOString()
  const answers = yield* sql<{ task_id: string; is_pending: boolean }>`
    SELECT task_id, stored_at IS NULL AND rejected_at IS NULL AND fetched_at > ${young}::timestamptz AS is_pending
    FROM vendor_answers WHERE username = ${username}`
  const [{ cancelled } = { cancelled: 0 }] = yield* sql<{ cancelled: number }>`
    SELECT count(*)::integer AS cancelled FROM job_engine.all_fetches WHERE username = ${username} AND state = 'cancelled'`
  const calls = fleet.vendor.calls.slice(world.firstCall).filter((call) =>
    call.username === username && call.brings !== "nothing"
  )
  const kept = new Set(answers.map(({ task_id }) => task_id))
  assert.strictEqual(kept.size, answers.length, "an answer is kept once")
  assert.isAtMost(answers.filter(({ is_pending }) => is_pending).length, cancelled, "what is kept becomes rows")
  const lost = calls.filter(({ brings, taskId }) => brings === "profile" && !kept.has(taskId))
  const ofTheLiving = lost.filter(({ process }) => !fleet.dead.has(process))
  assert.isAtMost(ofTheLiving.length, cancelled, "a process that lives loses no answer")
  const ofTheDead = lost.filter(({ process }) => fleet.dead.has(process)).map(({ process }) => process)
  assert.isAtMost(ofTheDead.length, new Set(ofTheDead).size + cancelled, "a process that dies loses one answer of a name at most")
  let needed = (world.refreshes.get(username) ?? 0) + cancelled
  let before: CountedCall | undefined
  for (const call of calls.filter(({ brings, taskId }) => brings === "gone" || kept.has(taskId))) {
    if (before?.brings === "profile" && call.brings === "profile" && call.at - before.at < day) {
      assert.isAtLeast(--needed, 0, "nobody is asked for what is fresh")
    }
    before = call
  }
  fleet.lost += lost.length
})

/** Everything that the database and the vendor know of a schedule whose promises were broken. */
const explain = Effect.fnUntraced(function*(fleet: Fleet, world: World) {
  const sql = yield* SqlClient
  const [users, names] = [[...world.users], [...world.names]]
  const rows: Record<string, unknown> = {
    reservations: yield* sql`SELECT * FROM credit_reservations WHERE user_id = ANY (${users}::uuid[]) ORDER BY created_at`,
    windows: yield* sql`SELECT * FROM user_profile_access WHERE user_id = ANY (${users}::uuid[])`,
    items: yield* sql`SELECT i.* FROM job_items AS i JOIN jobs ON jobs.id = i.job_id WHERE jobs.user_id = ANY (${users}::uuid[])`,
    fetches: yield* sql`SELECT * FROM profile_fetches WHERE username = ANY (${names}::text[]) ORDER BY created_at`,
    callers: yield* sql`SELECT * FROM profile_fetch_callers WHERE user_id = ANY (${users}::uuid[]) ORDER BY asked_at`,
    answers:
      yield* sql`SELECT username, task_id, fetched_at, stored_at FROM vendor_answers WHERE username = ANY (${names}::text[])`
  }
  yield* Effect.logError("a promise was broken", {
    ...rows,
    history: world.history,
    calls: fleet.vendor.calls.slice(world.firstCall),
    dead: [...fleet.dead],
    logs: fleet.processes.flatMap((process) => process?.logs.filter((line) => !line.includes("\"INFO\"")).slice(-20) ?? [])
  }).pipe(Effect.provide(Logger.layer([Logger.consoleJson])))
})

/** That the schedules were worth something: each way of things came up, most of them often. */
const everythingHappened = Effect.fnUntraced(function*(all: ReadonlyArray<Fleet>) {
  const times = new Map<string, number>()
  const add = (what: string, count: number) => times.set(what, (times.get(what) ?? 0) + count)
  for (const fleet of all) {
    add("killed", fleet.dead.size)
    add("lost", fleet.lost)
    const sql = Context.get(fleet.context, SqlClient)
    const found = yield* sql<{ what: string; times: number }>`
      SELECT kind AS what, count(*)::integer AS times FROM credit_entries GROUP BY 1
      UNION ALL SELECT 'renewal', count(*)::integer FROM credit_reservations WHERE status = 'committed' AND subject LIKE '%, from %'
      UNION ALL SELECT 'reservation ' || status, count(*)::integer FROM credit_reservations GROUP BY 1
      UNION ALL SELECT 'fetch ' || state, count(*)::integer FROM job_engine.all_fetches GROUP BY 1
      UNION ALL SELECT 'taken up again', count(*)::integer FROM job_engine.all_fetches WHERE attempts > 1
      UNION ALL SELECT 'job ' || state, count(*)::integer FROM jobs GROUP BY 1
      UNION ALL SELECT 'item ' || coalesce(reason, state), count(*)::integer FROM job_items GROUP BY 1
      UNION ALL SELECT 'event ' || outcome, count(*)::integer FROM billing_events GROUP BY 1`
    for (const one of found) add(one.what, one.times)
  }
  yield* Effect.logWarning("schedules", Object.fromEntries([...times].sort()))
  for (const [what, perSchedule] of Object.entries(least)) {
    assert.isAtLeast(times.get(what) ?? 0, perSchedule * schedules, what)
  }
})

/** By schedule, and well below what usually comes up: that it does is shown, not how often. */
const least = {
  killed: 0.5,
  lost: 0.04,
  "taken up again": 0.1,
  charge: 2,
  renewal: 0.1,
  grant: 1,
  "reservation released": 0.1,
  "reservation expired": 0.02,
  "fetch failed": 0.05,
  "job cancelled": 0.01,
  "item max_credits": 0.1,
  "event applied": 0.2
}

const makeFleet = Effect.gen(function*() {
  const context = yield* Layer.build(Layer.provideMerge(LedgerCheckRepo.layer, Layer.fresh(TestDatabase.layer)))
  const sql = Context.get(context, SqlClient)
  yield* sql`ALTER TABLE job_engine.queue ADD COLUMN holder integer`
  yield* sql`
    CREATE FUNCTION job_engine.note_holder() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.holder := pg_backend_pid(); RETURN NEW; END'`
  yield* sql`
    CREATE TRIGGER note_holder BEFORE UPDATE OF acquired_by ON job_engine.queue FOR EACH ROW
    WHEN (NEW.acquired_by IS DISTINCT FROM OLD.acquired_by) EXECUTE FUNCTION job_engine.note_holder()`
  // The product forgets ended fetches after a day, of which schedules jump over many.
  yield* sql`CREATE TABLE job_engine.forgotten_fetches (LIKE profile_fetches)`
  yield* sql`
    CREATE FUNCTION job_engine.note_fetch() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO job_engine.forgotten_fetches SELECT OLD.*; RETURN NULL; END'`
  yield* sql`
    CREATE TRIGGER note_fetch AFTER DELETE ON profile_fetches FOR EACH ROW
    WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION job_engine.note_fetch()`
  yield* sql`
    CREATE VIEW job_engine.all_fetches AS SELECT * FROM profile_fetches UNION ALL SELECT * FROM job_engine.forgotten_fetches`
  const clock = new MovableClock()
  const vendor = yield* Effect.provideService(countedVendor, Clock.Clock, clock)
  const fleet: Fleet = {
    context,
    vendor,
    clock,
    places: [Semaphore.makeUnsafe(1), Semaphore.makeUnsafe(1)],
    processes: [],
    dead: new Set(),
    started: 0,
    schedules: 0,
    lost: 0
  }
  yield* Effect.addFinalizer(() => Effect.forEach(fleet.processes, (process) => process?.close ?? Effect.void, { discard: true }))
  return fleet
})

layer(Layer.empty, { excludeTestServices: true, timeout: "4 hours" })("look-ups under any schedule", (it) => {
  it.effect(
    `are charged once, for what they open, and cost one call each: ${schedules} schedules of calls, repeats, jobs, kills, failures, resets and billing events`,
    () =>
      Effect.gen(function*() {
        const all = yield* Effect.all(Array.from({ length: fleets }, () => makeFleet))
        const some = (fleet: Fleet) =>
          fc.assert(
            fc.asyncProperty(schedule, (steps) => Effect.runPromiseWith(fleet.context)(live(fleet, steps))),
            { numRuns: schedules / fleets, endOnFailure: true }
          )
        yield* Effect.promise(() => Promise.all(all.map(some)))
        for (const { context } of all) {
          const totals = yield* Effect.provide(LedgerCheckRepo.use((repo) => repo.totals), context)
          assert.strictEqual(totals.reduce((sum, { balance }) => sum + balance, 0), 0)
        }
        yield* everythingHappened(all)
      }),
    4 * 60 * 60_000
  )
})
