import { Schema } from "effect"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"
import { AuditEntry } from "./AuditEntry.ts"

/** Which entries a list shows. Times are of `happened_at`; `until` is exclusive. */
export interface AuditFilter {
  readonly action: string | undefined
  readonly actor: UserId | undefined
  readonly subject_type: string | undefined
  readonly subject_id: string | undefined
  /** A user that it was done to. */
  readonly subject: UserId | undefined
  readonly since: Column.Instant | undefined
  readonly until: Column.Instant | undefined
}

/** An entry as an administrator reads it: users by their ids where they still have an account. */
export const AuditView = Schema.Struct({
  ...AuditEntry.fields,
  sequence: Column.bigint,
  hash: Column.text,
  actor_user_id: Schema.NullOr(UserId),
  subject_user_id: Schema.NullOr(UserId),
  address: Schema.NullOr(Column.text)
})
