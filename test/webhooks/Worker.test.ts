import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { spawn } from "node:child_process"
import type { ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"
import { Draining } from "../../src/jobs/Draining.ts"
import { Deliverer } from "../../src/webhooks/Deliverer.ts"
import { Webhooks } from "../../src/webhooks/Webhooks.ts"
import { workerLayer } from "../../src/webhooks/WebhookWorker.ts"
import { Receiver } from "../support/Receiver.ts"
import { TestDatabase } from "../support/TestDatabase.ts"
import { until } from "../support/until.ts"
import { clearDeliveries, emit, rooms, subscribed } from "./support.ts"

const options = { concurrency: 8, pollInterval: "20 millis" } as const
const everything = { status: undefined, after: undefined, limit: 100 }

layer(rooms, { excludeTestServices: true })("a worker", (it) => {
  const setUp = Effect.gen(function*() {
    yield* clearDeliveries
    const receiver = yield* Receiver.make()
    const hook = yield* subscribed(receiver.url)
    const webhooks = yield* Webhooks
    return { receiver, hook, log: webhooks.deliveries(hook.user, hook.id, everything) }
  })

  /** Answers nothing until it is let go. */
  const holding = (receiver: Receiver["Service"]) => {
    const held: Array<ServerResponse> = []
    receiver.answer((response) => held.push(response))
    return { held, letGo: () => held.splice(0).forEach((response) => response.writeHead(204).end()) }
  }

  const runWorker = Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Layer.buildWithScope(
      Webhooks.workerLayer(options).pipe(Layer.provide(Draining.layer({ timeout: "5 seconds" }))),
      scope
    )
    return scope
  })

  it.effect("goes on after a defect, which is in the log", () =>
    Effect.gen(function*() {
      const { hook, log } = yield* setUp
      const deliverer = yield* Deliverer
      const lines: Array<string> = []
      let defects = 1
      const worker = workerLayer(options).pipe(
        Layer.provide(Layer.succeed(Deliverer, {
          take: (...asked) => Effect.suspend(() => defects-- > 0 ? Effect.die("a defect") : deliverer.take(...asked))
        })),
        Layer.provide(Draining.layer({ timeout: "5 seconds" })),
        Layer.provide(Logger.layer([Logger.make<unknown, void>((line) => {
          lines.push(Logger.formatJson.log(line))
        })]))
      )
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(worker, scope)
      yield* emit(hook.user, "after")
      yield* until(log, (all) => all.some(({ status }) => status === "succeeded"))
      yield* Scope.close(scope, Exit.void)
      assert.lengthOf(lines.filter((line) => line.includes("\"loop\":\"webhook deliveries\"") && line.includes("\"ERROR\"")), 1)
    }))

  it.effect("delivers what is written while it runs, with four calls under way at one endpoint and no more", () =>
    Effect.gen(function*() {
      const { hook, log, receiver } = yield* setUp
      const gate = holding(receiver)
      const scope = yield* runWorker
      for (let i = 0; i < 12; i++) yield* emit(hook.user, `j${i}`)
      let most = 0
      yield* until(
        Effect.sync(() => {
          most = Math.max(most, gate.held.length)
          if (gate.held.length === 4 || receiver.received.length === 12) gate.letGo()
          return receiver.received.length
        }),
        (count) => count === 12
      )
      assert.strictEqual(most, 4)
      yield* until(log, (all) => all.every(({ status }) => status === "succeeded"))
      yield* Scope.close(scope, Exit.void)
      assert.lengthOf(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])), 12)
    }))

  it.effect("that is told to stop lets the calls under way end, writes them down, and takes no more", () =>
    Effect.gen(function*() {
      const { hook, log, receiver } = yield* setUp
      const gate = holding(receiver)
      const scope = yield* runWorker
      yield* emit(hook.user, "j")
      yield* until(Effect.sync(() => gate.held.length), (count) => count === 1)
      const closed = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      gate.letGo()
      yield* until(Effect.sync(() => closed.pollUnsafe()), (exit) => exit !== undefined)
      yield* emit(hook.user, "k")
      assert.deepStrictEqual((yield* log).map(({ attempts, status }) => [status, attempts]), [["pending", 0], ["succeeded", 1]])
    }))

  it.effect("that is told to stop waits no longer than it may: a call without an answer is cut off, and another's when its lease ends", () =>
    Effect.gen(function*() {
      const { hook, log, receiver } = yield* setUp
      const gate = holding(receiver)
      const scope = yield* Scope.make()
      yield* Layer.buildWithScope(
        Webhooks.workerLayer(options).pipe(Layer.provide(Draining.layer({ timeout: "20 millis" }))),
        scope
      )
      yield* emit(hook.user, "j")
      yield* until(Effect.sync(() => gate.held.length), (count) => count === 1)
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude((yield* log)[0], { status: "pending", attempts: 1, last_failure: null })
    }))

  it.effect("killed over a call loses nothing: another makes it again, under the same id", () =>
    Effect.gen(function*() {
      const { hook, log, receiver } = yield* setUp
      const sql = yield* SqlClient
      const gate = holding(receiver)
      const first = yield* startWorker
      yield* emit(hook.user, "j")
      yield* until(Effect.sync(() => gate.held.length), (count) => count === 1)
      yield* first.kill
      yield* startWorker
      receiver.answer((response) => response.writeHead(204).end())
      // As if the minute of its lease were over.
      const [leased] = yield* sql`UPDATE webhook_deliveries SET next_attempt_at = now() WHERE lease IS NOT NULL RETURNING id`
      assert.isDefined(leased)
      yield* until(log, ([one]) => one?.status === "succeeded")
      assert.deepInclude((yield* log)[0], { attempts: 2, last_status: 204 })
      assert.deepStrictEqual(receiver.received.map(({ headers }) => headers["webhook-id"]), [leased?.["id"], leased?.["id"]])
    }), 60_000)
})

const startWorker = Effect.gen(function*() {
  const database = yield* TestDatabase
  const child = spawn(process.execPath, [fileURLToPath(new URL("workerProcess.ts", import.meta.url))], {
    stdio: "ignore",
    env: { DATABASE_URL: Redacted.value(database.url), WEBHOOK_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}` }
  })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const kill = Effect.promise(() => {
    child.kill("SIGKILL")
    return ended
  })
  yield* Effect.addFinalizer(() => kill)
  return { kill }
})
