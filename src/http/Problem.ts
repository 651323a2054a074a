import { Schema } from "effect"

/**
 * Members that every RFC 9457 problem of this API carries beside `type`, `title`, `status`, `detail` and `instance`.
 * Errors are declared with `HttpApiError.Problem` and spread these fields; `ProblemMiddleware` fills `instance` and `request_id`
 * when the answer leaves the server, so that no room has to know the request.
 */
export const problemFields = { request_id: Schema.optionalKey(Schema.String) }
