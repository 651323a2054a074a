import { Schema } from "effect"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { Touches } from "../alignment/Touches.ts"
import { AuditAction, SubjectType } from "../audit/AuditEntry.ts"
import { AuditView } from "../audit/AuditView.ts"
import { recorded } from "../audit/Recorded.ts"
import { AdminOnly } from "../auth/AdminOnly.ts"
import { AdminRequired } from "../auth/AuthErrors.ts"
import { Authorization } from "../auth/Authorization.ts"
import { UserUnknown } from "../credits/CreditErrors.ts"
import { DatabaseUnavailable, RowMismatch, RowRefused } from "../database/DatabaseErrors.ts"
import { day } from "../http/Day.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { Listing, listQuery } from "../http/Lists.ts"
import { name } from "../http/Text.ts"
import { UtcInstant } from "../http/UtcInstant.ts"
import { Repeats } from "../idempotency/IdempotencyApi.ts"
import { UsageOfAll } from "../observability/ApiUsage.ts"
import { AccountStatus, Role } from "../users/UserProfile.ts"
import { UserStanding } from "../users/UserStanding.ts"
import { OwnStanding } from "./AdminErrors.ts"

const id = Schema.String.check(Schema.isUUID()).annotate({ format: "uuid" })
const params = { id }
const error = [DatabaseUnavailable, RowMismatch, RowRefused] as const
const reason = name(500).annotate({ description: "For the audit log; it is kept for ever, so name nobody" })
const standing = { reads: ["auth_users", "user_profiles"], writes: ["user_profiles", ...recorded] } as const
const sets = { how: "ignored", because: "It says what is to be: once more is the same." } as const

/** What administrators read and do. What they read of people is told of in the audit log, as is what they do. */
export class AdminApi extends HttpApiGroup.make("admin")
  .add(
    HttpApiEndpoint.get("users", "/admin/users", {
      query: {
        ...listQuery,
        email: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(320))),
        role: Schema.optionalKey(Role),
        status: Schema.optionalKey(AccountStatus)
      },
      success: Listing(UserStanding).annotate({ identifier: "UserList" }),
      error: [InvalidRequest, ...error]
    })
      .annotate(Touches, { reads: ["auth_users", "user_profiles"], writes: recorded })
      .annotate(OpenApi.Summary, "Users, latest first"),
    HttpApiEndpoint.get("user", "/admin/users/:id", { params, success: UserStanding, error: [UserUnknown, ...error] })
      .annotate(Touches, { reads: ["auth_users", "user_profiles"], writes: recorded })
      .annotate(OpenApi.Summary, "One user"),
    HttpApiEndpoint.put("role", "/admin/users/:id/role", {
      params,
      payload: Schema.Struct({ role: Role, reason }),
      success: UserStanding,
      error: [UserUnknown, OwnStanding, AdminRequired, ...error]
    })
      .annotate(Repeats, sets)
      .annotate(Touches, standing)
      .annotate(OpenApi.Summary, "Make a user an administrator, or an administrator a user"),
    HttpApiEndpoint.put("status", "/admin/users/:id/status", {
      params,
      payload: Schema.Struct({ status: AccountStatus, reason }),
      success: UserStanding,
      error: [UserUnknown, OwnStanding, AdminRequired, ...error]
    })
      .annotate(Repeats, sets)
      .annotate(Touches, standing)
      .annotate(OpenApi.Summary, "Suspend a user, or let them in again; it holds everywhere within two seconds"),
    HttpApiEndpoint.get("audit", "/admin/audit", {
      query: {
        ...listQuery,
        action: Schema.optionalKey(AuditAction),
        actor: Schema.optionalKey(id.annotate({ description: "A user who did it" })),
        subject_user: Schema.optionalKey(id.annotate({ description: "A user that it was done to" })),
        subject_type: Schema.optionalKey(SubjectType),
        subject_id: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(200))),
        since: Schema.optionalKey(UtcInstant),
        until: Schema.optionalKey(UtcInstant)
      },
      success: Listing(AuditView.annotate({ identifier: "AuditEntry" })).annotate({ identifier: "AuditList" }),
      error: [InvalidRequest, ...error]
    })
      .annotate(Touches, { reads: recorded, writes: recorded })
      .annotate(OpenApi.Summary, "The audit log, latest first"),
    HttpApiEndpoint.get("usage", "/admin/usage", {
      query: { since: day, until: day },
      success: Schema.Struct({ data: Schema.Array(UsageOfAll) }).annotate({ identifier: "UsageOfAllList" }),
      error
    })
      .annotate(Touches, { reads: ["api_usage"], writes: [] })
      .annotate(OpenApi.Summary, "What all users together called, by day and part of the API; `until` is exclusive")
  )
  .middleware(AdminOnly)
  .middleware(Authorization)
  .annotate(OpenApi.Description, "For administrators. The role is the database's; no API key reaches these addresses.")
{}
