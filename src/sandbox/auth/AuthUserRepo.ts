import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { randomUUID } from "node:crypto"
import { asAuthAdmin } from "./AuthAdmin.ts"
import { AuthUser, type Metadata } from "./AuthUser.ts"

export interface NewUser {
  readonly email: string
  readonly password: string
  readonly user_metadata: Metadata
  readonly app_metadata?: Metadata
  /** The database role that requests with the user's token run as. Default "authenticated". */
  readonly role?: string
  /** Whether the address counts as confirmed from the start: one that does not may sign up again. */
  readonly confirmed?: boolean
}

/** What may change of a user. `password` is plain and is hashed on its way; a code is kept as its hash, null when used up. */
export interface UserChange {
  readonly password?: string
  readonly role?: string
  readonly email?: string
  readonly email_change?: string
  readonly email_confirmed_at?: string
  readonly last_sign_in_at?: string
  readonly banned_until?: string | null
  readonly app_metadata?: Metadata
  readonly user_metadata?: Metadata
  readonly code?: { readonly kind: CodeKind; readonly hash: string | null; readonly sent_at?: string }
}

/** What a mailed code is for. */
export type CodeKind = "signup" | "recovery" | "email_change"

/** auth.users and auth.identities. Deleted users are found by nothing here. */
export class AuthUserRepo extends Context.Service<AuthUserRepo, {
  /** `undefined` where the address is taken. */
  insert(user: NewUser): Effect.Effect<AuthUser | undefined, Failure>
  findById(id: string): Effect.Effect<AuthUser | undefined, Failure>
  findByEmail(email: string): Effect.Effect<AuthUser | undefined, Failure>
  findByCode(kind: CodeKind, hash: string): Effect.Effect<AuthUser | undefined, Failure>
  /** Newest first. */
  list(page: { readonly offset: number; readonly limit: number }): Effect.Effect<ReadonlyArray<AuthUser>, Failure>
  readonly count: Effect.Effect<number, Failure>
  hasPassword(id: string, password: string): Effect.Effect<boolean, Failure>
  /** Answers with the user as it is now; `undefined` where there is none. */
  update(id: string, change: UserChange): Effect.Effect<AuthUser | undefined, Failure>
  remove(id: string): Effect.Effect<void, Failure>
  /** Keeps the row without address, password and sessions, so that nothing that points at it breaks. */
  softRemove(id: string): Effect.Effect<void, Failure>
}>()("analytics-following/sandbox/auth/AuthUserRepo") {
  static readonly layer = Layer.effect(AuthUserRepo, Effect.suspend(() => make))
}

type Failure = SqlError | Schema.SchemaError

const codeColumns = {
  signup: { hash: "confirmation_token", sent: "confirmation_sent_at" },
  recovery: { hash: "recovery_token", sent: "recovery_sent_at" },
  email_change: { hash: "email_change_token_new", sent: "email_change_sent_at" }
} as const satisfies Record<CodeKind, { readonly hash: string; readonly sent: string }>

const make = Effect.gen(function*() {
  const sql = yield* SqlClient
  const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

  const select = (condition: Fragment, page: Fragment = sql.literal("")) =>
    Effect.flatMap(
      sql`
        SELECT ${sql.literal(userJson)} AS "user" FROM auth.users
        WHERE deleted_at IS NULL AND ${condition} ORDER BY created_at DESC, id ${page}`,
      (rows) => Effect.map(decodeRows(rows), (decoded) => decoded.map(({ user }) => user))
    )
  const first = (condition: Fragment) => Effect.map(select(condition), ([user]) => user)
  const findById = (id: string) => first(sql`id = ${id}`)

  const hashed = (password: string) =>
    Effect.flatMap(
      sql`SELECT extensions.crypt(${password}, extensions.gen_salt('bf', ${bcryptCost})) AS hash`,
      (rows) => Effect.map(decodeHash(rows), ([{ hash }]) => hash)
    )

  const insert = Effect.fn("AuthUserRepo.insert")(function*(user: NewUser) {
    const id = randomUUID()
    const now = yield* nowIso
    const password = yield* hashed(user.password)
    const identity = JSON.stringify({ sub: id, email: user.email, email_verified: false, phone_verified: false })
    const appMetadata = JSON.stringify({ provider: "email", providers: ["email"], ...user.app_metadata })
    const userMetadata = JSON.stringify({ ...user.user_metadata, sub: id })
    yield* asAuthAdmin(
      sql,
      Effect.gen(function*() {
        const inserted = yield* sql`
          INSERT INTO auth.users (
            instance_id, id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data, created_at, updated_at,
            email_confirmed_at, confirmation_token, recovery_token, email_change, email_change_token_new
          ) VALUES (
            ${noInstance}, ${id}, 'authenticated', ${user.role ?? "authenticated"}, ${user.email}, ${password},
            ${appMetadata}, ${userMetadata}, ${now}, ${now},
            ${user.confirmed === true ? now : null}, '', '', '', ''
          )
          ON CONFLICT (email) WHERE NOT is_sso_user DO NOTHING
          RETURNING id`
        if (inserted.length === 0) return
        yield* sql`
          INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
          VALUES (${id}, ${id}, ${identity}, 'email', ${now}, ${now}, ${now})`
      })
    )
    return yield* findById(id)
  })

  const update = Effect.fn("AuthUserRepo.update")(function*(id: string, change: UserChange) {
    const { app_metadata, code, password, user_metadata, ...columns } = change
    const row = {
      ...columns,
      updated_at: yield* nowIso,
      ...(password === undefined ? {} : { encrypted_password: yield* hashed(password) }),
      ...(app_metadata === undefined ? {} : { raw_app_meta_data: JSON.stringify(app_metadata) }),
      ...(user_metadata === undefined ? {} : { raw_user_meta_data: JSON.stringify(user_metadata) }),
      ...(code === undefined ? {} : { [codeColumns[code.kind].hash]: code.hash ?? "" }),
      ...(code?.sent_at === undefined ? {} : { [codeColumns[code.kind].sent]: code.sent_at })
    }
    yield* asAuthAdmin(
      sql,
      Effect.gen(function*() {
        yield* sql`UPDATE auth.users SET ${sql.update(row)} WHERE id = ${id}`
        if (change.email === undefined) return
        yield* sql`
          UPDATE auth.identities SET identity_data = identity_data || jsonb_build_object('email', ${change.email}::text)
          WHERE user_id = ${id} AND provider = 'email'`
      })
    )
    return yield* findById(id)
  })

  const softRemove = Effect.fn("AuthUserRepo.softRemove")(function*(id: string) {
    const now = yield* nowIso
    yield* asAuthAdmin(
      sql,
      Effect.andThen(
        sql`
          UPDATE auth.users SET
            deleted_at = ${now}, updated_at = ${now}, email = encode(sha256(convert_to(id || email, 'UTF8')), 'hex'), encrypted_password = '',
            raw_user_meta_data = '{}', raw_app_meta_data = '{}', confirmation_token = '', recovery_token = '', email_change_token_new = ''
          WHERE id = ${id}`,
        Effect.andThen(
          sql`DELETE FROM auth.sessions WHERE user_id = ${id}`,
          sql`DELETE FROM auth.identities WHERE user_id = ${id}`
        )
      )
    )
  })

  return AuthUserRepo.of({
    insert,
    findById,
    findByEmail: (email) => first(sql`email = ${email} AND NOT is_sso_user`),
    findByCode: (kind, hash) => first(sql`${sql(codeColumns[kind].hash)} = ${hash} AND ${hash} <> ''`),
    list: ({ limit, offset }) => select(sql.literal("true"), sql`LIMIT ${limit} OFFSET ${offset}`),
    count: Effect.flatMap(
      sql`SELECT count(*)::int AS count FROM auth.users WHERE deleted_at IS NULL`,
      (rows) => Effect.map(decodeCount(rows), ([{ count }]) => count)
    ),
    hasPassword: (id, password) =>
      Effect.map(
        sql`
          SELECT 1 FROM auth.users
          WHERE id = ${id} AND encrypted_password <> '' AND encrypted_password = extensions.crypt(${password}, encrypted_password)`,
        (rows) => rows.length > 0
      ),
    update,
    remove: (id) => Effect.asVoid(asAuthAdmin(sql, sql`DELETE FROM auth.users WHERE id = ${id}`)),
    softRemove
  })
})

/** Low on purpose: a sandbox's passwords guard nothing, and a sign-in should take milliseconds. */
const bcryptCost = 5
const noInstance = "00000000-0000-0000-0000-000000000000"

/** As Supabase writes an instant: RFC 3339 in UTC. */
const instant = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const instants = (columns: string) => columns.split(" ").map((column) => `'${column}', ${instant(column)}`).join(", ")

const userJson = `
  jsonb_strip_nulls(jsonb_build_object(
    'new_email', nullif(email_change, ''),
    ${instants("email_confirmed_at confirmed_at confirmation_sent_at recovery_sent_at email_change_sent_at")},
    ${instants("last_sign_in_at banned_until created_at updated_at")}
  )) || jsonb_build_object(
    'id', id, 'aud', aud, 'role', role, 'email', coalesce(email, ''), 'phone', coalesce(phone, ''),
    'app_metadata', coalesce(raw_app_meta_data, '{}'), 'user_metadata', coalesce(raw_user_meta_data, '{}'),
    'is_anonymous', is_anonymous,
    'identities', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'identity_data', i.identity_data, 'provider', i.provider,
        'email', i.email, ${instants("last_sign_in_at created_at updated_at")}
      )) FROM auth.identities i WHERE i.user_id = users.id
    ), '[]')
  )`

const decodeRows = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ user: AuthUser })))
const decodeHash = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ hash: Schema.String })]))
const decodeCount = Schema.decodeUnknownEffect(Schema.Tuple([Schema.Struct({ count: Schema.Int })]))
