import { Context } from "effect"

/**
 * The fingerprint of the request under way, keyed with its Idempotency-Key; undefined where it has none. What is charged writes it down,
 * so that a repeat finds it though the first request died before its answer was kept.
 */
export const CallKey = Context.Reference<string | undefined>("analytics-following/idempotency/CallKey", {
  defaultValue: () => undefined
})
