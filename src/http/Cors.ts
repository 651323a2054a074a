import * as HttpMiddleware from "effect/http/HttpMiddleware"

/** Lets pages of these origins call every method and read every header that means something to them, on errors too. */
export const cors = (allowedOrigins: ReadonlyArray<string>) =>
  HttpMiddleware.cors({
    allowedOrigins,
    allowedMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: [
      "authorization",
      "content-type",
      "if-none-match",
      "idempotency-key",
      "prefer",
      "x-request-id",
      "traceparent"
    ],
    exposedHeaders: [
      "etag",
      "age",
      "allow",
      "link",
      "content-disposition",
      "location",
      "preference-applied",
      "ratelimit",
      "ratelimit-policy",
      "retry-after",
      "warning",
      "www-authenticate",
      "x-credits-charged",
      "x-credits-remaining",
      "x-request-id",
      "idempotency-replayed",
      "x-access-expires-at",
      "x-data-source",
      "x-sandbox"
    ],
    maxAge: 600
  })
