import fastify, { type FastifyReply, type FastifyRequest } from "fastify"
import { headersOf, makePeer, problemOf } from "./Peer.ts"
import type { Stored } from "./Sources.ts"

/** Fastify 5: a hook that authenticates, a route; the framework encodes what is not encoded yet. */
const { port, rules, source } = makePeer(process.env)
const app = fastify({ logger: false })
app.decorateRequest("user", "")

app.addHook("onRequest", (request, reply, done) => {
  const accept = (user: string | undefined) => {
    if (user === undefined) return void refuse(reply, 401)
    request.user = user
    done()
  }
  const user = rules.user(request.headers.authorization)
  if (user instanceof Promise) user.then(accept, done)
  else accept(user)
})

app.get("/profile/:username", (request: FastifyRequest<{ Params: { username: string } }>, reply) => {
  const { username } = request.params
  const end = rules.window(request.user, username)
  const stored = source(username)
  if (end instanceof Promise || stored instanceof Promise) {
    return Promise.all([stored, end]).then(([stored, end]) => send(request, reply, stored, end))
  }
  return send(request, reply, stored, end)
})

const send = (request: FastifyRequest, reply: FastifyReply, stored: Stored | undefined, end: string | undefined) => {
  if (end === undefined) return refuse(reply, 403)
  if (stored === undefined) return refuse(reply, 404)
  const given = request.headers["x-request-id"]
  reply.headers(headersOf(stored, end, typeof given === "string" ? given : undefined))
  if (request.headers["if-none-match"] === stored.etag) return reply.code(304).send()
  return reply.type("application/json").send(stored.body)
}

const refuse = (reply: FastifyReply, status: 401 | 403 | 404) =>
  reply.code(status).type("application/problem+json").send(problemOf(status))

declare module "fastify" {
  interface FastifyRequest {
    user: string
  }
}

await app.listen({ port, host: "127.0.0.1" })
