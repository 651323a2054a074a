import { createServer, type ServerResponse } from "node:http"
import { headersOf, makePeer, problemOf } from "./Peer.ts"
import type { Stored } from "./Sources.ts"

/** Bare `node:http`: no framework, no router, no promise where nothing is waited for. */
const { port, rules, source } = makePeer(process.env)
const prefix = "/profile/"

const server = createServer((request, response) => {
  const { authorization, "if-none-match": wanted, "x-request-id": requestId } = request.headers
  const url = request.url ?? ""
  if (!url.startsWith(prefix)) return refuse(response, 404)
  const username = url.slice(prefix.length)

  const send = (stored: Stored | undefined, end: string | undefined) => {
    if (end === undefined) return refuse(response, 403)
    if (stored === undefined) return refuse(response, 404)
    const headers = headersOf(stored, end, one(requestId))
    if (wanted === stored.etag) return response.writeHead(304, headers).end()
    const body = typeof stored.body === "string" || Buffer.isBuffer(stored.body) ? stored.body : JSON.stringify(stored.body)
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers }).end(
      body
    )
  }

  const serve = (user: string | undefined): unknown => {
    if (user === undefined) return refuse(response, 401)
    const end = rules.window(user, username)
    const stored = source(username)
    return end instanceof Promise || stored instanceof Promise
      ? Promise.all([stored, end]).then(([stored, end]) => send(stored, end), () => refuse(response, 500))
      : send(stored, end)
  }

  const user = rules.user(authorization)
  return user instanceof Promise ? user.then(serve) : serve(user)
})

const refuse = (response: ServerResponse, status: 401 | 403 | 404 | 500) => {
  response.writeHead(status, { "content-type": "application/problem+json" }).end(problemOf(status))
}

const one = (header: string | ReadonlyArray<string> | undefined) => typeof header === "string" ? header : header?.[0]

server.listen(port, "127.0.0.1")
