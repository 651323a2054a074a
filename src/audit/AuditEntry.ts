import { Schema } from "effect"
import { Model } from "effect/schema"
import * as Column from "../database/Column.ts"
import { UserId } from "../users/UserId.ts"

/** What the audit log tells of. */
export const AuditAction = Schema.Literals([
  "session.begin",
  "password.change",
  "api_key.create",
  "api_key.change",
  "api_key.rotate",
  "api_key.revoke",
  "webhook.create",
  "webhook.change",
  "webhook.rotate",
  "webhook.delete",
  "credits.adjust",
  "credits.refund",
  "user.read",
  "user.list",
  "user.role",
  "user.suspend",
  "user.reinstate",
  "account.export",
  "account.erase",
  "campaign.delete",
  "creator.erase",
  "creator.lift",
  "audit.read",
  "job.list",
  "job.cancel",
  "costs.read"
])
export type AuditAction = typeof AuditAction.Type

/** What it was done to; `users`: whoever a list of them showed. */
export const SubjectType = Schema.Literals(["user", "users", "api_key", "campaign", "webhook", "creator", "job", "audit_log"])
export type SubjectType = typeof SubjectType.Type

export const ActorKind = Column.oneOf(["user", "admin", "api_key", "system"])
export const pseudonym = Column.uuid

/** A row of `audit_entries`. Never changes. */
export class AuditEntry extends Model.Class<AuditEntry>("AuditEntry")({
  id: Column.withDefault(Column.uuid),
  happened_at: Column.Instant,
  action: Column.text,
  actor_kind: ActorKind,
  actor: Schema.NullOr(pseudonym),
  api_key_id: Schema.NullOr(Column.uuid),
  subject_type: Column.text,
  subject_id: Column.text,
  request_id: Schema.NullOr(Column.text),
  origin_digest: Schema.NullOr(Column.text),
  details: Column.withDefault(Column.jsonObject)
}, { table: "audit_entries" }) {}

/** A row of `audit_people`: whom a pseudonym stands for. */
export class AuditPerson extends Model.Class<AuditPerson>("AuditPerson")({
  id: Column.withDefault(pseudonym),
  user_id: UserId.annotate({ sqlType: "uuid" }),
  created_at: Column.withDefault(Column.Instant)
}, { table: "audit_people" }) {}

/** A row of `audit_origins`: from where the actor of an entry came. Its id is the entry's. */
export class AuditOrigin extends Model.Class<AuditOrigin>("AuditOrigin")({
  id: Column.uuid,
  user_id: UserId.annotate({ sqlType: "uuid" }),
  address: Column.text,
  salt: Column.text,
  created_at: Column.withDefault(Column.Instant)
}, { table: "audit_origins" }) {}

/** A row of `audit_links`: an entry's place in the chain. */
export class AuditLink extends Model.Class<AuditLink>("AuditLink")({
  id: Column.withDefault(Column.uuid),
  entry_id: Column.uuid,
  sequence: Column.bigint,
  previous_hash: Column.text,
  hash: Column.text
}, { table: "audit_links" }) {}
