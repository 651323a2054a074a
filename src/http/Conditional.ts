import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { createHash } from "node:crypto"

/** An encoded JSON answer, or that the caller has it already: 200 with the body, 304 without one. */
export interface Representation {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

/**
 * An encoded JSON answer with its strong ETag: no body where `If-None-Match` names it. `private`: what one caller has unlocked is not
 * for a shared cache, and every use asks again, which costs nothing while the tag is the same.
 */
export const representationOf = (
  ifNoneMatch: string | undefined,
  { body, etag }: { readonly body: Uint8Array; readonly etag: string },
  headers: Readonly<Record<string, string>> = {}
): Representation => ({
  headers: { etag, "cache-control": "private, no-cache", vary: "authorization, origin", ...headers },
  body: ifNoneMatch !== undefined && matches(ifNoneMatch, etag) ? null : body
})

/** `representationOf` as the answer to a request. */
export const conditional = (
  request: HttpServerRequest.HttpServerRequest,
  answer: { readonly body: Uint8Array; readonly etag: string },
  given: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  const { body, headers } = representationOf(request.headers["if-none-match"], answer, given)
  return body === null
    ? HttpServerResponse.empty({ status: 304, headers })
    : HttpServerResponse.uint8Array(body, { contentType: "application/json", headers })
}

/** Whether `conditional` would say that the caller has an answer with this tag. */
export const isUnchanged = ({ headers }: HttpServerRequest.HttpServerRequest, etag: string): boolean => {
  const wanted = headers["if-none-match"]
  return wanted !== undefined && matches(wanted, etag)
}

/** A value as JSON, for `conditional`, with a tag made of what it says: where no version stands for all that it is made of. */
export const taggedJson = (value: unknown): { readonly body: Uint8Array; readonly etag: string } => {
  const body = encoder.encode(JSON.stringify(value))
  return { body, etag: etagOf(body) }
}

/** A strong tag made of the bytes. */
export const etagOf = (body: Uint8Array): string => `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`

const encoder = new TextEncoder()

/** `representationOf` in full, whatever the caller has already. */
export const complete = (
  answer: { readonly body: Uint8Array; readonly etag: string },
  given: Readonly<Record<string, string>>
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(answer.body, {
    contentType: "application/json",
    headers: representationOf(undefined, answer, given).headers
  })

/** RFC 9110, section 13.1.2: a list of tags or `*`, compared weakly. */
const matches = (wanted: string, etag: string): boolean =>
  wanted.trim() === "*" || wanted.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)
