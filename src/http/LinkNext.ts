import { Effect } from "effect"
import * as HttpEffect from "effect/http/HttpEffect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** `Link: <…>; rel="next"` for the page after this one; nothing on the last page. */
export const linkNext = (request: HttpServerRequest.HttpServerRequest, cursor: string | null) =>
  cursor === null ?
    Effect.void :
    HttpEffect.appendPreResponseHandler((_, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "link", nextLink(request.url, cursor)))
    )

export const nextLink = (url: string, cursor: string): string => {
  const [path, query] = url.split("?", 2)
  const parameters = new URLSearchParams(query)
  parameters.set("cursor", cursor)
  return `<${path}?${parameters}>; rel="next"`
}
