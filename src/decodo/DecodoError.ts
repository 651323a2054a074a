import { Schema } from "effect"
import { DecodoReason } from "./DecodoReason.ts"

/** A failed fetch: why its last attempt failed, after how many attempts and milliseconds. Carries no payload and no credential. */
export class DecodoError extends Schema.TaggedError<DecodoError>()("DecodoError", {
  reason: DecodoReason,
  attempts: Schema.Natural,
  durationMs: Schema.Natural
}) {
  override get message(): string {
    return `${this.reason.message} (attempts: ${this.attempts}, ${this.durationMs} ms)`
  }
}
