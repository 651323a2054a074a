import { Effect } from "effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import { noteOf } from "./Noted.ts"

/** Where the request comes from that is being answered at the moment, and how it is called; null where none is: a job, a script. */
export const requestOrigin = Effect.map(
  Effect.serviceOption(HttpServerRequest),
  (request) => {
    if (request._tag === "None") return { address: null, request_id: null }
    const { address, requestId } = noteOf(request.value.source)
    return { address: address === "" ? null : address, request_id: requestId ?? null }
  }
)
