import { Clock, DateTime, Effect, Layer, Schema } from "effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerResponse as Response } from "effect/http/HttpServerResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { isUuid } from "../../database/Uuid.ts"
import { type AuthApiError, refuse } from "./AuthApiError.ts"
import { merge, Metadata } from "./AuthUser.ts"
import { AuthUserRepo } from "./AuthUserRepo.ts"
import { bannedUntil } from "./BanDuration.ts"
import { requireServiceRole } from "./Caller.ts"
import { emailOf, passwordOf } from "./Credentials.ts"
import { body, endpoint, query } from "./Endpoint.ts"

const admin = <R>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: `/${string}`,
  handler: Effect.Effect<Response, AuthApiError | SqlError | Schema.SchemaError, R>
) => endpoint(method, path, Effect.andThen(requireServiceRole, handler))

const createUser = admin(
  "POST",
  "/admin/users",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const request = yield* body(AdminUser)
    if (!request.email) return yield* refuse(400, "validation_failed", "Cannot create a user without either an email or phone")
    const email = yield* emailOf(request.email)
    const user = yield* users.insert({
      email,
      // Without a password nobody signs in until one is set.
      password: request.password ? yield* passwordOf(request.password) : randomUUID(),
      ...(request.role ? { role: request.role } : {}),
      app_metadata: request.app_metadata ?? {},
      user_metadata: request.user_metadata ?? {}
    })
    if (user === undefined) return yield* emailExists
    return HttpServerResponse.jsonUnsafe((yield* users.update(user.id, yield* stateOf(request))) ?? user)
  })
)

const listUsers = admin(
  "GET",
  "/admin/users",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const page = Math.max(1, Number.parseInt(yield* query("page"), 10) || 1)
    const limit = Math.min(1000, Math.max(1, Number.parseInt(yield* query("per_page"), 10) || 50))
    const [found, total] = yield* Effect.all([users.list({ offset: (page - 1) * limit, limit }), users.count])
    return HttpServerResponse.jsonUnsafe({ users: found, aud: "authenticated" }, { headers: { "x-total-count": String(total) } })
  })
)

const getUser = admin(
  "GET",
  "/admin/users/:id",
  Effect.suspend(() => Effect.map(target, (user) => HttpServerResponse.jsonUnsafe(user)))
)

const updateUser = admin(
  "PUT",
  "/admin/users/:id",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const user = yield* target
    const request = yield* body(AdminUser)
    const email = request.email ? yield* emailOf(request.email) : user.email
    if (email !== user.email && (yield* users.findByEmail(email)) !== undefined) return yield* emailExists
    const updated = yield* users.update(user.id, {
      ...(yield* stateOf(request)),
      ...(email === user.email ? {} : { email }),
      ...(request.password ? { password: yield* passwordOf(request.password) } : {}),
      ...(request.role ? { role: request.role } : {}),
      ...(request.app_metadata ? { app_metadata: merge(user.app_metadata, request.app_metadata) } : {}),
      ...(request.user_metadata ? { user_metadata: merge(user.user_metadata, request.user_metadata) } : {})
    })
    return HttpServerResponse.jsonUnsafe(updated ?? user)
  })
)

const deleteUser = admin(
  "DELETE",
  "/admin/users/:id",
  Effect.gen(function*() {
    const users = yield* AuthUserRepo
    const user = yield* target
    const { should_soft_delete } = yield* body(Schema.Struct({ should_soft_delete: Schema.optionalKey(Schema.Boolean) }))
    yield* should_soft_delete === true ? users.softRemove(user.id) : users.remove(user.id)
    return HttpServerResponse.jsonUnsafe({})
  })
)

/** `/admin/users`: what the service role may do with users. */
export const adminRoutes = Layer.mergeAll(createUser, listUsers, getUser, updateUser, deleteUser)

const target = Effect.gen(function*() {
  const { id } = yield* HttpRouter.params
  if (id === undefined || !isUuid(id)) return yield* refuse(404, "validation_failed", "user_id must be an UUID")
  const user = yield* Effect.flatMap(AuthUserRepo, (users) => users.findById(id))
  return user ?? (yield* refuse(404, "user_not_found", "User not found"))
})

const stateOf = Effect.fnUntraced(function*(request: typeof AdminUser.Type) {
  const now = DateTime.formatIso(yield* DateTime.now)
  return {
    ...(request.email_confirm === true ? { email_confirmed_at: now } : {}),
    ...(request.ban_duration ? { banned_until: yield* bannedUntil(request.ban_duration, yield* Clock.currentTimeMillis) } : {})
  }
})

const emailExists = refuse(422, "email_exists", "A user with this email address has already been registered")

const AdminUser = Schema.Struct({
  email: Schema.optionalKey(Schema.NullOr(Schema.String)),
  password: Schema.optionalKey(Schema.NullOr(Schema.String)),
  role: Schema.optionalKey(Schema.NullOr(Schema.String)),
  email_confirm: Schema.optionalKey(Schema.Boolean),
  ban_duration: Schema.optionalKey(Schema.NullOr(Schema.String)),
  app_metadata: Schema.optionalKey(Schema.NullOr(Metadata)),
  user_metadata: Schema.optionalKey(Schema.NullOr(Metadata))
})
