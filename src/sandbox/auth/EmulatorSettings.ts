import { Context, type Effect } from "effect"

export interface AuthEmulatorOptions {
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** Life of an access token in seconds. Default 3600. */
  readonly accessTokenSeconds?: number | undefined
  /** How long the token before the latest may be shown again, in seconds, and yields the latest. Default 10. */
  readonly refreshReuseSeconds?: number | undefined
  /** Life of a confirmation or recovery code in seconds. Default 3600. */
  readonly mailCodeSeconds?: number | undefined
  /** Whether a sign-up needs no e-mail to be confirmed. Default true. */
  readonly autoConfirm?: boolean | undefined
  /** Where a link in a mail leads unless the request says. Default "http://localhost:3000". */
  readonly siteUrl?: string | undefined
  /** Told of each mail that Supabase would have sent. */
  readonly onMail?: ((mail: Mail) => Effect.Effect<void>) | undefined
}

/** A mail that Supabase would have sent. The code and the link are each good for one use. */
export interface Mail {
  readonly to: string
  readonly type: "signup" | "recovery" | "email_change"
  readonly code: string
  readonly token_hash: string
  readonly link: string
}

export class EmulatorSettings extends Context.Service<EmulatorSettings, {
  readonly issuer: string
  readonly accessTokenSeconds: number
  readonly refreshReuseSeconds: number
  readonly mailCodeSeconds: number
  readonly autoConfirm: boolean
  readonly siteUrl: string
  readonly deliver: (mail: Mail) => Effect.Effect<void>
  readonly outage: { active: boolean }
}>()("analytics-following/sandbox/auth/EmulatorSettings") {}
