import { json } from "./Answer.ts"
import type { HttpFailure } from "./Answer.ts"
import type { Task } from "./Tasks.ts"

/** An HTTP answer, ready to be sent. */
export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly retryAfter?: string
  readonly body: Uint8Array
}

/** What the vendor writes for a finished call. */
export const replyOf = (task: Task): Reply => {
  const { answer } = task
  switch (answer.kind) {
    case "http":
      return failure(answer)
    case "no results":
      return ok(json({
        status: answer.status,
        ...(answer.statusCode === null ? {} : { status_code: answer.statusCode }),
        message: "We were not able to scrape the target.",
        task_id: task.id
      }))
    case "result":
      return ok(results(answer.content(), answer.statusCode, task))
    case "malformed": {
      const whole = results(answer.content(), 200, task)
      return ok(whole.subarray(0, Math.floor(whole.byteLength * 0.6)))
    }
  }
}

export const failure = ({ status, message, retryAfter }: Omit<HttpFailure, "kind">): Reply => ({
  status,
  ...(retryAfter === undefined ? {} : { retryAfter }),
  // Gateways in front of the API answer with their own page.
  ...(status === 502 || status === 504 || status === 524
    ? {
      contentType: "text/html; charset=UTF-8",
      body: encoder.encode(`<html><body><h1>${status}</h1><p>${message}</p></body></html>`)
    }
    : { contentType: "application/json", body: json({ status: "failed", message }) })
})

export const pendingReply = (task: Task): Reply =>
  ok(json({ status: "pending", task_id: task.id, message: "The task is still being processed." }))

export const taskReply = (task: Task): Reply => ok(json(describe(task)))

/** A task as its submission shows it: not begun, even where it is done by now. */
export const submittedReply = (task: Task): Reply => ok(json(submitted(task)))

export const batchReply = (id: string, tasks: ReadonlyArray<Task>): Reply => ok(json({ id, queries: tasks.map(submitted) }))

const submitted = (task: Task) => describe({ ...task, status: "pending", updatedAt: task.createdAt })

const describe = (task: Task) => ({
  id: task.id,
  target: task.call.target,
  query: task.call.query,
  status: task.status,
  created_at: instant(task.createdAt),
  updated_at: instant(task.updatedAt)
})

/** Written around the content's bytes: parsing and printing them again would cost more than all the rest. */
const results = (content: Uint8Array, statusCode: number, task: Task): Uint8Array => {
  const rest = JSON.stringify({
    status_code: statusCode,
    task_id: task.id,
    created_at: instant(task.createdAt),
    updated_at: instant(task.updatedAt),
    query: task.call.query
  })
  return Buffer.concat([resultsStart, content, encoder.encode(`,${rest.slice(1)}]}`)])
}

const ok = (body: Uint8Array): Reply => ({ status: 200, contentType: "application/json", body })

/** `YYYY-MM-DD HH:MM:SS`, UTC, without saying so. */
const instant = (millis: number): string => new Date(millis).toISOString().slice(0, 19).replace("T", " ")

const encoder = new TextEncoder()
const resultsStart = encoder.encode(`{"results":[{"content":`)
