import type { Redacted } from "effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { TooManyRequests } from "../ratelimits/RateLimitErrors.ts"
import {
  AccountBanned,
  AccountSuspended,
  AnonymousAccount,
  ApiKeyNotAllowed,
  AuthUnavailable,
  UnauthorizedResponse
} from "./AuthErrors.ts"
import { CurrentUser } from "./CurrentUser.ts"

/**
 * For an endpoint or group that needs a caller: `.middleware(Authorization)`. Its handlers then ask for `CurrentUser`. A second scheme
 * is one more entry in `security`, in `AuthorizationHttp` and in `Authenticator`; endpoints and handlers stay as they are.
 */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentUser; requires: never }>()(
  "analytics-following/auth/Authorization",
  {
    requiredForClient: true,
    // In the document in lower case, as OpenAPI has it: the documentation page takes `Bearer` for Basic and asks for a password.
    security: { bearer: HttpApiSecurity.http({ scheme: "bearer" }) },
    error: [
      UnauthorizedResponse,
      AccountSuspended,
      AccountBanned,
      AnonymousAccount,
      ApiKeyNotAllowed,
      AuthUnavailable,
      TooManyRequests
    ]
  }
) {
  /** The client's side: sends the token with each request; none is sent for null. */
  static readonly layerClient = (token: Redacted.Redacted<string> | null) =>
    HttpApiMiddleware.layerClient(
      Authorization,
      ({ next, request }) => next(token === null ? request : HttpClientRequest.bearerToken(request, token))
    )
}
