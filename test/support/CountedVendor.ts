import { Clock, Effect } from "effect"
import { createServer } from "node:http"
import { listening } from "./listening.ts"
import { profileContent } from "./payload.ts"

/** A call of the vendor, by which process, at what time by the clock that the processes have. */
export interface CountedCall {
  readonly process: number
  readonly username: string
  readonly taskId: string
  readonly at: number
  /** `profile` is paid for; `gone` says that there is no such account; `nothing` is a failure of the vendor; `silence` never ends. */
  readonly brings: "profile" | "gone" | "nothing" | "silence"
}

/**
 * A vendor with one small account for every name, which keeps an account of its own of who called it for what, or gave it a task: a task is
 * one call, however often its result is asked for. Each process has an address of its own: `{url}/{process}`.
 */
export const countedVendor = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const calls: Array<CountedCall> = []
  const planned = new Map<string, Array<Exclude<CountedCall["brings"], "profile">>>()
  const killedAt = new Map<number, { readonly when: "asked" | "answered"; readonly kill: () => void }>()
  const ids = new Map<string, number>()

  const tasks = new Map<string, CountedCall>()

  const bodyOf = ({ brings, taskId, username }: CountedCall) => {
    const id = ids.get(username) ?? ids.size + 1
    ids.set(username, id)
    const content = brings === "gone"
      ? { data: { user: null } }
      : profileContent({ id: String(10_000 + id), username }, [], noPosts)
    return JSON.stringify({ results: [{ content, status_code: 200, task_id: taskId }] })
  }

  const server = createServer((request, response) => {
    const [, number, ...path] = request.url?.split("/") ?? []
    const process = Number(number)
    const death = killedAt.get(process)
    const answer = (body: string) =>
      response.writeHead(200, { "content-type": "application/json" }).end(body, () => {
        if (death?.when === "answered") death.kill()
      })
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const known = tasks.get(path[2] ?? "")
      if (request.method === "GET") {
        if (known === undefined || known.brings === "nothing") return void response.writeHead(404).end()
        return void (known.brings === "silence" ? response.writeHead(204).end() : answer(bodyOf(known)))
      }
      const { query: username }: { readonly query: string } = JSON.parse(Buffer.concat(chunks).toString())
      const taskId = String(7_000_000_000_000_000_000n + BigInt(calls.length))
      const brings = planned.get(username)?.shift() ?? "profile"
      const call: CountedCall = { process, username, taskId, at: clock.currentTimeMillisUnsafe(), brings }
      calls.push(call)
      if (death?.when === "asked") return death.kill()
      if (path[1] === "task") {
        tasks.set(taskId, call)
        return void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: taskId }))
      }
      if (brings === "silence") return
      setTimeout(() => {
        if (brings === "nothing") response.writeHead(503).end()
        else answer(bodyOf(call))
      }, calls.length % 4)
    })
  })
  const port = yield* listening(server, () => server.closeAllConnections())
  return {
    url: `http://127.0.0.1:${port}`,
    /** In order of their arrival. */
    calls: calls as ReadonlyArray<CountedCall>,
    /** What the next calls for a name bring, in order; a profile once there is nothing planned. */
    plan: (username: string, brings: Exclude<CountedCall["brings"], "profile">) => {
      planned.set(username, [...planned.get(username) ?? [], brings])
    },
    planNothing: () => planned.clear(),
    /** The next call of a process is its last: it dies when the vendor has been asked, or when the answer has been sent. */
    killAtCall: (process: number, when: "asked" | "answered", kill: () => void) => {
      killedAt.set(process, { when, kill })
    },
    spare: (process: number) => {
      killedAt.delete(process)
    }
  }
})

const noPosts = { edge_owner_to_timeline_media: { count: 0, page_info: { has_next_page: false }, edges: [] } }
