import { Clock, Context, DateTime, Effect, Layer, type Schema } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { createHash, randomInt } from "node:crypto"
import { type AuthApiError, refuse } from "./AuthApiError.ts"
import type { AuthUser } from "./AuthUser.ts"
import { AuthUserRepo, type CodeKind } from "./AuthUserRepo.ts"
import { EmulatorSettings } from "./EmulatorSettings.ts"

/** The one-time codes that Supabase mails. Of a code only its hash is kept, as Supabase does: SHA-224 of address and code. */
export class MailCodes extends Context.Service<MailCodes, {
  /** Mails a code to the address; an earlier one of the kind is void. */
  send(kind: CodeKind, to: string, user: AuthUser, redirectTo: string): Effect.Effect<void, SqlError | Schema.SchemaError>
  /** Takes a code in and answers with whom it belongs to. */
  redeem(kind: CodeKind, hash: string): Effect.Effect<AuthUser, AuthApiError | SqlError | Schema.SchemaError>
}>()("analytics-following/sandbox/auth/MailCodes") {
  static readonly layerNoDeps = Layer.effect(MailCodes, Effect.suspend(() => make))
}

export const hashOfCode = (email: string, code: string) => createHash("sha224").update(email + code).digest("hex")

const make = Effect.gen(function*() {
  const users = yield* AuthUserRepo
  const { deliver, issuer, mailCodeSeconds, siteUrl } = yield* EmulatorSettings

  const send = Effect.fn("MailCodes.send")(function*(kind: CodeKind, to: string, user: AuthUser, redirectTo: string) {
    const code = String(randomInt(1_000_000)).padStart(6, "0")
    const hash = hashOfCode(to, code)
    yield* users.update(user.id, { code: { kind, hash, sent_at: DateTime.formatIso(yield* DateTime.now) } })
    const parameters = new URLSearchParams({ token: hash, type: kind, redirect_to: redirectTo || siteUrl })
    yield* deliver({ to, type: kind, code, token_hash: hash, link: `${issuer}/verify?${parameters}` })
  })

  const redeem = Effect.fn("MailCodes.redeem")(function*(kind: CodeKind, hash: string) {
    const user = yield* users.findByCode(kind, hash)
    const sentAt = user?.[sentAtField[kind]]
    const age = (yield* Clock.currentTimeMillis) - Date.parse(sentAt ?? "")
    if (user === undefined || !(age < mailCodeSeconds * 1000)) {
      return yield* refuse(403, "otp_expired", "Token has expired or is invalid")
    }
    const now = DateTime.formatIso(yield* DateTime.now)
    const email = kind === "email_change" && user.new_email !== undefined ? { email: user.new_email, email_change: "" } : {}
    const confirmed = user.email_confirmed_at === undefined || kind === "email_change" ? { email_confirmed_at: now } : {}
    const redeemed = yield* users.update(user.id, { code: { kind, hash: null }, ...email, ...confirmed })
    return redeemed ?? user
  })

  return MailCodes.of({ send, redeem })
})

const sentAtField = {
  signup: "confirmation_sent_at",
  recovery: "recovery_sent_at",
  email_change: "email_change_sent_at"
} as const satisfies Record<CodeKind, keyof AuthUser>
