import { Effect } from "effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { conditional, isUnchanged } from "../http/Conditional.ts"
import type { UserId } from "../users/UserId.ts"
import type { Charges, Payable } from "./Charges.ts"
import { creditHeaders } from "./CreditHeaders.ts"

/** An encoded answer that costs credits. Whoever has it already, or asks for its head alone, is answered for nothing. */
export const paidAnswer = Effect.fnUntraced(function*(
  charges: Charges["Service"],
  { answer, payable, request, user }: {
    readonly request: HttpServerRequest.HttpServerRequest
    readonly answer: { readonly body: Uint8Array; readonly etag: string }
    readonly user: UserId
    readonly payable: Payable
  }
) {
  const charge = request.method === "HEAD" || isUnchanged(request, answer.etag)
    ? charges.nothing
    : yield* charges.pay(user, payable)
  return conditional(request, answer, charge === null ? {} : creditHeaders(charge))
})
