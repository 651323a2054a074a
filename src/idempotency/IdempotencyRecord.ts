import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** A row of `idempotency_keys`: a key that a user has sent, with the sealed answer once there is one, and until when its request holds it before. */
export class IdempotencyRecord extends Model.Class<IdempotencyRecord>("IdempotencyRecord")({
  id: Column.withDefault(Column.uuid),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  key_digest: Column.text,
  route: Column.text,
  fingerprint: Column.text,
  answer: Schema.NullOr(Column.text),
  leased_until: Column.withDefault(Column.Instant),
  created_at: Column.withDefault(Column.Instant),
  expires_at: Column.Instant
}, { table: "idempotency_keys" }) {}
