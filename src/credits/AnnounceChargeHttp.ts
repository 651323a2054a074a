import { Effect } from "effect"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { creditHeaders } from "./CreditHeaders.ts"
import type { Charge } from "./Credits.ts"

/** Says on the answer to this request what it cost. */
export const announceCharge = (charge: Charge) =>
  HttpEffect.appendPreResponseHandler((_, response) =>
    Effect.succeed(HttpServerResponse.setHeaders(response, creditHeaders(charge)))
  )
