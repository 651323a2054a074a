import { randomUUID } from "node:crypto"
import { createServer, type Server, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"

/**
 * The HTTP server under the application: headers up to 8 KB, a request whole within 30 seconds, 10,000 connections. What Node refuses before
 * there is a request that the application could answer gets a problem as everything else does.
 */
export const nodeServer = (limits: Partial<ServerLimits> = {}): Server =>
  Object.assign(
    createServer({
      maxHeaderSize: 8192,
      optimizeEmptyRequests: true,
      // Node's refusal has no body; the application's is a problem.
      requireHostHeader: false,
      ...serverLimits,
      ...limits
    }),
    {
      maxConnections
    }
  )
    .on("clientError", (error: NodeJS.ErrnoException, socket) => {
      if (error.code === "ECONNRESET" || !socket.writable) socket.destroy()
      else refuse(socket, refusals[error.code ?? ""] ?? malformed)
    })
    .on("checkExpectation", (request) => refuse(request.socket, expectation))

/** Milliseconds. */
export interface ServerLimits {
  /** From the connection, or the end of the request before, to the end of the headers. */
  readonly headersTimeout: number
  /** To the end of the body. How long an answer takes is not bounded here. */
  readonly requestTimeout: number
  /** How often the two are looked at. */
  readonly connectionsCheckingInterval: number
}

/** Node's own are 60 and 300 seconds, looked at every 30: too long a time for whoever sends a byte now and then to hold connections. */
const serverLimits: ServerLimits = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 }

/** Those beyond are closed at once, so that the process keeps file descriptors for the database and the vendor. */
const maxConnections = 10_000

interface Refusal {
  readonly status: number
  readonly type: string
  readonly title: string
  readonly detail: string
}

const refuse = (socket: Duplex, { status, type, ...words }: Refusal): void => {
  const requestId = randomUUID()
  const body = JSON.stringify({ type: `/problems/${type}`, status, ...words, request_id: requestId })
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "X-Content-Type-Options: nosniff",
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    "",
    body
  ].join("\r\n"))
}

const malformed: Refusal = {
  status: 400,
  type: "malformed-request",
  title: "This is not an HTTP request",
  detail: "Send the request with an HTTP client; what arrived does not read as HTTP/1.1."
}

const expectation: Refusal = {
  status: 417,
  type: "expectation-failed",
  title: "The expectation cannot be met",
  detail: "Send no Expect header, or `Expect: 100-continue`."
}

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    type: "headers-too-large",
    title: "The request's address and headers are too large",
    detail: "Send at most 8 KB of address and headers together."
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    type: "request-timeout",
    title: "The request did not arrive in time",
    detail: "Send the whole request without a pause, and repeat it."
  }
}
