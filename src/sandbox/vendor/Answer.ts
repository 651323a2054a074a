/** What the vendor does with one call, before a byte is written. */
export type Answer = Written | { readonly kind: "hang" } | { readonly kind: "reset" }

/** An answer that is written at all. */
export type Written = HttpFailure | NoResults | Result | Malformed

/** An HTTP error instead of an answer of the API. */
export interface HttpFailure {
  readonly kind: "http"
  readonly status: number
  readonly message: string
  readonly retryAfter?: string
}

/** HTTP 200 without `results`. */
export interface NoResults {
  readonly kind: "no results"
  readonly status: "failed" | "error"
  readonly statusCode: number | null
}

/** `results[0]`; the content is made when it is written, as bytes of JSON. */
export interface Result {
  readonly kind: "result"
  readonly statusCode: number
  readonly content: () => Uint8Array
}

/** What would have been a result, cut off. */
export interface Malformed {
  readonly kind: "malformed"
  readonly content: () => Uint8Array
}

export const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))

const encoder = new TextEncoder()
