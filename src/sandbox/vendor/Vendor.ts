import { Clock, Effect, Fiber, Scope } from "effect"
import type { Answer, Written } from "./Answer.ts"
import type { Contents } from "./Contents.ts"
import { batchReply, failure, pendingReply, replyOf, submittedReply, taskReply } from "./Envelope.ts"
import type { makeMeter } from "./Meter.ts"
import { Prng } from "./Prng.ts"
import type { Recordings } from "./Recordings.ts"
import { scriptedAnswer } from "./ScriptedAnswers.ts"
import { scriptOf } from "./ScriptedStates.ts"
import { Tasks } from "./Tasks.ts"
import type { Call, Task } from "./Tasks.ts"

/** The vendor behind its protocol: what each call gets, when, and who pays. */
export type Vendor = Effect.Success<ReturnType<typeof makeVendor>>

/** What the vendor is made of; latency in milliseconds, both ends included. */
export interface VendorParts {
  readonly contents: Contents
  readonly recordings: Recordings
  readonly meter: ReturnType<typeof makeMeter>
  readonly latency: { readonly min: number; readonly max: number }
}

export const makeVendor = Effect.fnUntraced(function*({ contents, recordings, meter, latency }: VendorParts) {
  const scope = yield* Scope.Scope
  const tasks = new Tasks()
  const seen = new Map<string, number>()
  let lastBatch = -Infinity
  let calls = 0

  const planOf = (call: Call, now: number): Plan => {
    calls += 1
    const wait = latency.max === 0 ? 0 : new Prng("latency", call.query, calls).int(latency.min, latency.max)
    const name = call.query.toLowerCase()
    const script = scriptOf(name)
    if (script === "unknown") return refused("No scripted state has this name: see the table of states.")
    if (script !== null) {
      const shown = seen.get(name) ?? 0
      seen.set(name, shown + 1)
      if (shown < script.times) {
        return {
          answer: scriptedAnswer(script, { target: call.target, query: name, now }, contents),
          billed: script.billed,
          delay: wait + (script.state === "slow" ? script.number * 1000 : 0),
          polls: script.state === "pending" || script.state === "pollfail" ? script.number : 0,
          failing: script.state === "pollfail"
        }
      }
    }
    const answer = usual(call, script === null ? call.query : name, now)
    return { answer, billed: answer.kind === "result", delay: wait, polls: 0 }
  }

  const usual = (call: Call, query: string, now: number): Answer => {
    const username = query.toLowerCase()
    const nth = /^rec\.(\d{1,6})$/.exec(username)?.[1]
    if (call.target === "instagram_graphql_post") return result(() => contents.bytes(call.target, query, now))
    const recording = nth === undefined ? recordings.next(username, call.target) : recordings.nth(Number(nth))
    if (recording === null) return nth === undefined ? result(() => contents.bytes(call.target, username, now)) : noRecording
    const content = call.target === "instagram_graphql_profile" ? recording.profile : recording.posts
    return content === null ? { kind: "no results", status: "failed", statusCode: 613 } : result(() => content)
  }

  /**
   * Works on a call in a fiber of the vendor's own: a client that goes away interrupts its own request and not the work, which
   * goes on and is billed. That is how a time-out is paid for.
   */
  const begin = (task: Task, plan: Plan) =>
    (plan.delay > 0 ? Effect.delay(Clock.currentTimeMillis, plan.delay) : Clock.currentTimeMillis).pipe(
      Effect.map((now) => {
        task.updatedAt = now
        task.status = task.answer.kind === "no results" ? "faulted" : "done"
        if (plan.billed) meter.billed(task.call.target)
      }),
      Effect.tap(Effect.suspend(() => callBack(task.call.callback_url, taskReply(task).body))),
      Effect.ensuring(Effect.sync(meter.ended)),
      Effect.forkIn(scope, { startImmediately: true })
    )

  const accept = (call: Call, answer: Written, { failing = false, polls }: Plan, now: number): Task => {
    meter.started(call.target)
    return { id: tasks.nextId(now), call, createdAt: now, updatedAt: now, status: "pending", answer, polls, failing }
  }

  /** Takes a call on: the task, already being worked on, and its plan; `"reset"` where the connection is to be torn down. */
  const admit = Effect.fnUntraced(function*(call: Call) {
    const now = yield* Clock.currentTimeMillis
    const plan = planOf(call, now)
    const { answer } = plan
    if (answer.kind === "hang" || answer.kind === "reset") {
      meter.started(call.target)
      return yield* Effect.ensuring(
        answer.kind === "hang" ? Effect.never : Effect.succeed("reset" as const),
        Effect.sync(meter.ended)
      )
    }
    const task = accept(call, answer, plan, now)
    return { task, plan, working: yield* begin(task, plan) }
  })

  /** The answer to a call held open. No task is kept for it, unless it says `pending`. */
  const scrape = Effect.fnUntraced(function*(call: Call) {
    const admitted = yield* admit(call)
    if (admitted === "reset") return admitted
    const { task, plan, working } = admitted
    if (plan.polls > 0 && !task.failing) {
      tasks.keep(task)
      return pendingReply(task)
    }
    yield* Fiber.join(working)
    return replyOf(task)
  })

  /** A task to be asked for later, or the HTTP failure that came in its place. */
  const submit = Effect.fnUntraced(function*(call: Call) {
    const admitted = yield* admit(call)
    if (admitted === "reset") return admitted
    const { task, working } = admitted
    if (task.answer.kind === "http") {
      yield* Fiber.join(working)
      return replyOf(task)
    }
    tasks.keep(task)
    return submittedReply(task)
  })

  /** Up to one batch a second. What would have failed the HTTP call of one item faults its task. */
  const submitBatch = Effect.fnUntraced(function*(batch: ReadonlyArray<Call>) {
    const now = yield* Clock.currentTimeMillis
    if (now - lastBatch < 1000) return failure({ status: 429, message: "One batch a second.", retryAfter: "1" })
    lastBatch = now
    const accepted: Array<Task> = []
    for (const call of batch) {
      const plan = planOf(call, now)
      const { answer } = plan
      const failed = answer.kind === "http" || answer.kind === "hang" || answer.kind === "reset"
      const task = accept(call, failed ? notScraped : answer, plan, now)
      yield* begin(task, failed ? { ...plan, billed: false } : plan)
      tasks.keep(task)
      accepted.push(task)
    }
    return batchReply(tasks.nextId(now), accepted)
  })

  return {
    scrape,
    submit,
    submitBatch,
    /** A kept task, or `null`; being asked for counts where a task wants to be asked for several times. */
    poll: (id: string) => Effect.map(Clock.currentTimeMillis, (now) => tasks.poll(id, now)),
    stats: Effect.sync(meter.stats),
    /** Forgets counts, money, tasks, how often a script has been shown and whose turn a recording is. */
    reset: Effect.sync(() => {
      seen.clear()
      tasks.clear()
      recordings.reset()
      meter.reset()
      lastBatch = -Infinity
    })
  }
})

/** On this machine alone, and twice, as senders do who want to be sure. Whether anybody listens is theirs to know. */
const callBack = (url: string | undefined, body: Uint8Array) =>
  url === undefined || !/^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url)
    ? Effect.void
    : Effect.promise(() =>
      fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: Buffer.from(body) }).then(
        (response) => response.arrayBuffer(),
        () => undefined
      )
    ).pipe(Effect.replicateEffect(2, { discard: true }), Effect.forkDetach, Effect.asVoid)

interface Plan {
  readonly answer: Answer
  readonly billed: boolean
  readonly delay: number
  readonly polls: number
  readonly failing?: boolean
}

const result = (content: () => Uint8Array): Answer => ({ kind: "result", statusCode: 200, content })

const refused = (message: string): Plan => ({ answer: { kind: "http", status: 400, message }, billed: false, delay: 0, polls: 0 })

const notScraped = { kind: "no results", status: "failed", statusCode: 613 } as const

const noRecording: Answer = { kind: "http", status: 400, message: "There is no recording of that number." }
