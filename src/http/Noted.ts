import type { Quota } from "../ratelimits/Policy.ts"
import type { UserId } from "../users/UserId.ts"
import type { RoutePattern } from "./Routes.ts"

/** What is learned of a request while it is answered, for those who observe it afterwards: logs, metrics, usage. */
export interface Noted {
  requestId: string | undefined
  /** Of W3C Trace Context. */
  traceId: string | undefined
  user: UserId | undefined
  /** Where the request came from, as limits count it. */
  address: string
  /** What it counts against; none: by its address. */
  quotas: ReadonlyArray<Quota> | undefined
  /** Whether the caller waited for the vendor. */
  vendor: boolean
  /** Its route, where that was found before the router was asked. */
  route: RoutePattern | undefined
}

/** The note of a request, which goes with it: the object that Node's server made of it is all that the two ways to an answer share. */
export const noteOf = (request: object): Noted => (request as Annotated)[note] ??= new Note()

const note = Symbol("analytics-following/http/Noted")

interface Annotated {
  [note]?: Noted
}

class Note implements Noted {
  requestId: string | undefined = undefined
  traceId: string | undefined = undefined
  user: UserId | undefined = undefined
  address = ""
  quotas: ReadonlyArray<Quota> | undefined = undefined
  vendor = false
  route: RoutePattern | undefined = undefined
}
