import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/**
 * An encoded JSON answer with its strong ETag: 304 without a body where `If-None-Match` names it. `private`: what one caller has
 * unlocked is not for a shared cache, and every use asks again, which costs nothing while the tag is the same.
 */
export const conditional = (
  request: HttpServerRequest.HttpServerRequest,
  answer: { readonly body: Uint8Array; readonly etag: string },
  headers: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  const all = { etag: answer.etag, "cache-control": "private, no-cache", vary: "authorization, origin", ...headers }
  const wanted = request.headers["if-none-match"]
  return wanted !== undefined && matches(wanted, answer.etag)
    ? HttpServerResponse.empty({ status: 304, headers: all })
    : HttpServerResponse.uint8Array(answer.body, { contentType: "application/json", headers: all })
}

/** RFC 9110, section 13.1.2: a list of tags or `*`, compared weakly. */
const matches = (wanted: string, etag: string): boolean =>
  wanted.trim() === "*" || wanted.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)
