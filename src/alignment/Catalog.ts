import { Schema } from "effect"

/**
 * The shape of a database as `pg_catalog` tells it: tables of `public`, `auth.users` and `auth.sessions`, and the
 * functions of both schemas. Names outside `public` carry their schema (`auth.users`), definitions name everything with it, so that they mean the same under any `search_path`.
 */
export const Column = Schema.Struct({
  name: Schema.String,
  /** As `format_type` writes it. */
  type: Schema.String,
  not_null: Schema.Boolean,
  /** The default's expression; a generated column's own. */
  default: Schema.NullOr(Schema.String),
  identity: Schema.Literals(["", "always", "by default"]),
  generated: Schema.Literals(["", "stored", "virtual"])
})
export type Column = typeof Column.Type

export const Constraint = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(["primary", "unique", "foreign", "check", "exclusion"]),
  columns: Schema.Array(Schema.String),
  /** As `pg_get_constraintdef` writes it, without `NOT VALID`. */
  definition: Schema.String,
  validated: Schema.Boolean
})
export type Constraint = typeof Constraint.Type

/** An index that no constraint owns. */
export const Index = Schema.Struct({
  name: Schema.String,
  columns: Schema.Array(Schema.String),
  definition: Schema.String,
  unique: Schema.Boolean,
  valid: Schema.Boolean
})
export type Index = typeof Index.Type

export const Policy = Schema.Struct({
  name: Schema.String,
  permissive: Schema.Boolean,
  command: Schema.Literals(["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
  roles: Schema.Array(Schema.String),
  using: Schema.NullOr(Schema.String),
  check: Schema.NullOr(Schema.String),
  /** The columns (`relation.column`) it names: their type cannot change while it stands. */
  depends_on: Schema.Array(Schema.String)
})
export type Policy = typeof Policy.Type

export const Trigger = Schema.Struct({ name: Schema.String, definition: Schema.String, enabled: Schema.Boolean })
export type Trigger = typeof Trigger.Type

/** What one role may do; `PUBLIC` is everybody. A column's grant is written `SELECT (email)`. */
export const Grant = Schema.Struct({ grantee: Schema.String, privileges: Schema.Array(Schema.String) })
export type Grant = typeof Grant.Type

export const Relation = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(["table", "partitioned table", "view", "materialized view", "foreign table"]),
  partition_key: Schema.NullOr(Schema.String),
  row_security: Schema.Boolean,
  row_security_forced: Schema.Boolean,
  columns: Schema.Array(Column),
  constraints: Schema.Array(Constraint),
  indexes: Schema.Array(Index),
  policies: Schema.Array(Policy),
  triggers: Schema.Array(Trigger),
  grants: Schema.Array(Grant)
})
export type Relation = typeof Relation.Type

export const Routine = Schema.Struct({
  /** Name with argument types, `has_profile_access(uuid)`. */
  name: Schema.String,
  returns: Schema.String,
  definition: Schema.String,
  security_definer: Schema.Boolean,
  executors: Schema.Array(Schema.String),
  depends_on: Schema.Array(Schema.String)
})
export type Routine = typeof Routine.Type

/** What the connected role is and may do: differs between installations, so no part of what is compared object by object. */
export const Session = Schema.Struct({
  server_version: Schema.Int,
  role: Schema.String,
  /** Of the roles that policies and grants name, those that exist. */
  roles: Schema.Array(Schema.String),
  /** Relations whose policies apply to the connected role. */
  row_security_applies: Schema.Array(Schema.String),
  /** Relation to those of SELECT, INSERT, UPDATE and DELETE that the connected role has. */
  privileges: Schema.Record(Schema.String, Schema.Array(Schema.String))
})
export type Session = typeof Session.Type

export const Catalog = Schema.Struct({
  relations: Schema.Array(Relation),
  routines: Schema.Array(Routine),
  /** Grants on the schema `public` itself. */
  schema_grants: Schema.Array(Grant)
})
export type Catalog = typeof Catalog.Type

export interface LiveCatalog extends Catalog {
  readonly session: Session
}

/** The roles of the API that Supabase serves to browsers, and everybody. */
export const apiRoles: ReadonlyArray<string> = ["PUBLIC", "anon", "authenticated", "service_role"]
