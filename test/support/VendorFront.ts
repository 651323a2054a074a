import { Context, Effect, Layer } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { VendorSimulator } from "../../src/sandbox/vendor/VendorSimulator.ts"
import { listening } from "./listening.ts"

/**
 * A step before the vendor simulator: notes whom the vendor is asked for, and answers in its place where a test says so. What no test
 * says anything about goes through to the simulator.
 */
export class VendorFront extends Context.Service<VendorFront, {
  readonly url: string
  /** The usernames asked for, in order of the calls. */
  readonly asked: ReadonlyArray<string>
  /** The batches among them. */
  readonly batches: ReadonlyArray<ReadonlyArray<string>>
  /** The usernames whose answers have been handed over whole, in order. */
  readonly answered: ReadonlyArray<string>
  /** From now on the vendor says this of the username: a profile's content, or the status of a failing call. */
  says(username: string, answer: object | number): void
  /** The simulator speaks for the username again. */
  unsay(username: string): void
  /** Holds the calls for the username back until `release`. */
  hold(username: string): void
  release(username: string): void
}>()("analytics-following/test/VendorFront") {
  static readonly layer = Layer.effect(VendorFront, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const simulator = yield* VendorSimulator
  const asked: Array<string> = []
  const batches: Array<ReadonlyArray<string>> = []
  const answered: Array<string> = []
  const answers = new Map<string, object | number>()
  const gates = new Map<string, PromiseWithResolvers<void>>()

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request)
    if (request.method !== "POST") return pass(request, response)
    const { query }: { readonly query: string | ReadonlyArray<string> } = JSON.parse(body)
    if (typeof query !== "string") {
      for (const name of query) await gates.get(name)?.promise
      await pass(request, response, body)
      // One that came too early after another is refused, and comes again.
      if (response.statusCode >= 300) return
      batches.push(query)
      asked.push(...query)
      return
    }
    asked.push(query)
    response.once("finish", () => answered.push(query))
    await gates.get(query)?.promise
    const answer = answers.get(query)
    if (typeof answer === "number") return response.writeHead(answer).end()
    if (answer !== undefined) {
      const results = [{ content: answer, status_code: 200, task_id: "7437926550256772097" }]
      return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results }))
    }
    await pass(request, response, body)
  }

  const pass = async (request: IncomingMessage, response: ServerResponse, body?: string) => {
    const { method = "GET", headers: { authorization = "" } } = request
    const passed = await fetch(simulator.url + request.url, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body })
    })
    response.writeHead(
      passed.status,
      Object.fromEntries([...passed.headers].filter(([name]) => name === "content-type" || name === "retry-after"))
    )
    response.end(Buffer.from(await passed.arrayBuffer()))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const port = yield* listening(server, () => server.closeAllConnections())

  return VendorFront.of({
    url: `http://127.0.0.1:${port}`,
    asked,
    batches,
    answered,
    says: (username, answer) => {
      answers.set(username, answer)
    },
    unsay: (username) => {
      answers.delete(username)
    },
    hold: (username) => {
      gates.set(username, Promise.withResolvers())
    },
    release: (username) => {
      gates.get(username)?.resolve()
      gates.delete(username)
    }
  })
})

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
