import { request } from "node:http"

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A request that got no answer: the code of the error, `timeout` where nothing came in time. */
export class Unanswered extends Error {}

export interface Ask {
  readonly method: string
  readonly path: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** On a connection of its own, so that a refusal is told from a request that was taken and dropped. */
export const ask = (url: string, { body, headers = {}, method, path, token }: Ask): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const asked = request(url + path, {
      method,
      agent: false,
      timeout: patienceMillis,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
        ...headers
      }
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(
            Object.entries(response.headersDistinct).map(([name, values]) => [name, values?.join(", ") ?? ""])
          ),
          text: Buffer.concat(chunks).toString()
        }))
      response.on("error", (error) => reject(unanswered(error)))
    })
    asked.on("timeout", () => asked.destroy(new Unanswered("timeout")))
    asked.on("error", (error) => reject(unanswered(error)))
    asked.end(text)
  })

/** Longer than anything that the product promises. */
const patienceMillis = 30_000

const unanswered = (error: NodeJS.ErrnoException) =>
  error instanceof Unanswered ? error : new Unanswered(error.code ?? error.message)
