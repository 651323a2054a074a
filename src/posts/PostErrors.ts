import { Schema } from "effect"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { problemFields } from "../http/Problem.ts"

/** The text is not a shortcode, nor the address of a post. */
export class InvalidShortcode extends HttpApiError.Problem<InvalidShortcode>()("InvalidShortcode", {
  type: "/problems/invalid-shortcode",
  status: 400,
  title: "This is not an Instagram post"
}, problemFields) {
  static readonly problem = new InvalidShortcode({
    detail: "Send a shortcode such as CwA1b2C3d4E, or the address of a post, reel or video with its slashes encoded (%2F)."
  })
}

/** Instagram shows no such post: never there, deleted, or of a private account. */
export class PostNotFound extends HttpApiError.Problem<PostNotFound>()("PostNotFound", {
  type: "/problems/post-not-found",
  status: 404,
  title: "No such post"
}, { shortcode: Schema.String, ...problemFields }) {}

/** The post is not stored and could not be fetched now. Nothing was stored or charged. `reason` names the class of failure. */
export class PostTemporarilyUnavailable extends HttpApiError.Problem<PostTemporarilyUnavailable>()("PostTemporarilyUnavailable", {
  type: "/problems/post-temporarily-unavailable",
  status: 503,
  title: "The post could not be read at the moment"
}, { shortcode: Schema.String, reason: Schema.String, retry_after: Schema.Int, ...problemFields }) {}
