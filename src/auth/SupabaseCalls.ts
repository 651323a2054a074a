import type { AuthError, SupabaseClient } from "@supabase/supabase-js"
import { type Duration, Effect, Redacted } from "effect"
import { AuthUnavailable } from "./AuthErrors.ts"
import { AuthRateLimited } from "./SignInErrors.ts"

export interface SupabaseOptions {
  /** The project: `https://<project>.supabase.co`. */
  readonly url: string
  /** How long one call may take. */
  readonly timeout: Duration.Duration
}

export type Failing = AuthUnavailable | AuthRateLimited

/**
 * One call of `client.auth`, named for the log. `refusals` says by Supabase's error code what a refusal means: a problem, or undefined
 * where it is as good as a success, which then has no data. Any other refusal is a fault of ours or of the project's settings.
 */
export type Ask = <A, F extends Refusal = never>(
  operation: string,
  call: (auth: SupabaseClient["auth"]) => Promise<Answer<A>>,
  refusals?: Readonly<Record<string, F>>
) => Effect.Effect<A | undefined, NonNullable<ReturnType<F>> | Failing>

/** `reasons` are those of a weak password. */
export type Refusal = (reasons: ReadonlyArray<string>) => unknown

type Answer<A> = { readonly data: A; readonly error: null } | { readonly data: unknown; readonly error: AuthError }

/**
 * A supabase-js client of its own, which forgets its session with the request that made it: two users can never meet in one. The package is
 * loaded by the first call, for it would cost every start 75 ms. Nothing of what was sent or answered is logged, but the error's code.
 */
export const connect = Effect.fnUntraced(function*(options: SupabaseOptions, key: Redacted.Redacted) {
  const { createClient } = yield* Effect.promise(() => import("@supabase/supabase-js"))
  const wire: Wire = { signal: undefined, retryAfter: undefined }
  const client = createClient(options.url, Redacted.value(key), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchOnce(wire) }
  })
  const ask: Ask = Effect.fnUntraced(function*<A, F extends Refusal>(
    operation: string,
    call: (auth: SupabaseClient["auth"]) => Promise<Answer<A>>,
    refusals: Readonly<Record<string, F>> = {}
  ) {
    const { data, error } = yield* Effect.tryPromise((signal) => {
      wire.signal = signal
      return call(client.auth)
    }).pipe(
      Effect.timeout(options.timeout),
      Effect.catch((failure) => unavailable(operation, failure._tag))
    )
    if (error === null) return data
    const code = error.code ?? error.name
    if (error.status === 429 && code !== overMailLimit) return yield* Effect.fail(rateLimited(wire.retryAfter))
    const refusal = refusals[code]
    if (refusal === undefined) return yield* unavailable(operation, code)
    const problem = refusal("reasons" in error && Array.isArray(error.reasons) ? error.reasons.map(String) : [])
    return problem === undefined ? undefined : yield* Effect.fail(problem as NonNullable<ReturnType<F>>)
  })
  return ask
})

/** Refuses to send a mail: the project's allowance is used up, or this address had one a moment ago. */
export const overMailLimit = "over_email_send_rate_limit"

interface Wire {
  signal: AbortSignal | undefined
  /** Seconds, as the last answer had it. */
  retryAfter: number | undefined
}

/** supabase-js repeats a refresh for half a minute while 5xx come; nobody waits that long here, so that it sees another status. */
const fetchOnce = (wire: Wire): typeof fetch => async (input, init) => {
  const response = await fetch(input, { ...init, ...(wire.signal === undefined ? {} : { signal: wire.signal }) })
    .catch(() => undefined)
  if (response === undefined || response.status >= 500) {
    return Response.json({ error_code: "no_answer", msg: "no answer" }, { status: 424 })
  }
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN)
  wire.retryAfter = Number.isFinite(retryAfter) ? retryAfter : undefined
  return response
}

const unavailable = (operation: string, reason: string) =>
  Effect.andThen(
    Effect.logWarning("Supabase Auth did not do as asked", { operation, reason }),
    Effect.fail(AuthUnavailable.after(5000))
  )

const rateLimited = (retryAfter = 60) =>
  new AuthRateLimited({
    retry_after: Math.max(1, Math.ceil(retryAfter)),
    detail: "Nothing was done. Repeat the request after `retry_after` seconds."
  })
