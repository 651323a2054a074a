import { Context, Effect, Layer, Option, Result, Schema, SchemaIssue } from "effect"
import {
  amount,
  duration,
  flag,
  integer,
  lease,
  list,
  port,
  positive,
  ranges,
  retention,
  secret,
  secretKeys,
  secretList,
  secretUrl,
  share,
  text,
  url
} from "./Forms.ts"

const required = <S extends Schema.Top>(schema: S, description: string) => ({ schema, description, fallback: undefined })
const optional = <S extends Schema.Top>(schema: S, description: string) => ({ schema, description, fallback: "" as const })
const defaulted = <S extends Schema.Top>(schema: S, fallback: string, description: string) => ({ schema, description, fallback })

/** Every setting the server reads, with its meaning and default: the one list that `.env.example` and the reference are held to. */
export const declarations = {
  DATABASE_URL: required(secret, "PostgreSQL, as the role that owns the tables: postgresql://user:password@host:5432/database"),
  DATABASE_MAX_CONNECTIONS: defaulted(integer, "10", "Connections for transactions and writes"),
  DATABASE_READ_CONNECTIONS: defaulted(integer, "2", "Connections for reads; many reads share each of them"),
  DATABASE_STATEMENT_TIMEOUT: defaulted(duration, "15 seconds", "A statement that takes longer is cancelled"),
  DATABASE_PREPARE: defaulted(flag, "true", "Prepared statements; false behind a transaction pooler (Supabase port 6543)"),
  SCHEMA_CHECK_INTERVAL: defaulted(duration, "1 minute", "How often the database is held against what the code relies on"),
  SUPABASE_URL: required(url, "The Supabase project: https://<project>.supabase.co"),
  SUPABASE_ANON_KEY: required(secret, "The project's publishable (anon) key"),
  SUPABASE_JWT_SECRET: optional(secret, "Only for projects that still sign tokens with a shared secret (HS256)"),
  SUPABASE_SERVICE_ROLE_KEY: optional(
    secret,
    "The project's secret (service role) key: DELETE /me then deletes the user there too"
  ),
  SUPABASE_TIMEOUT: defaulted(duration, "10 seconds", "How long one call of Supabase Auth may take"),
  SMARTPROXY_USERNAME: required(text, "Decodo scraping user"),
  SMARTPROXY_PASSWORD: required(secret, "Its password"),
  DECODO_BASE_URL: defaulted(url, "https://scraper-api.decodo.com", "Where the scraping API is"),
  DECODO_TIMEOUT: defaulted(duration, "180 seconds", "How long one call may take"),
  DECODO_CONCURRENCY: defaulted(positive, "5", "Calls under way at once in this process"),
  DECODO_FLEET_CONCURRENCY: defaulted(positive, "20", "Calls under way at once in all processes together"),
  DECODO_REQUESTS_PER_SECOND: defaulted(positive, "10", "Calls started in a second by all processes together, by the plan"),
  DECODO_BREAKER_FAILURES: defaulted(positive, "5", "So many fetches in a row that fail alike make a pause in asking"),
  DECODO_MODE: defaulted(
    Schema.Literals(["sync", "async"]),
    "sync",
    "sync holds a call open until it is answered; async submits a task, which outlives this process, and polls"
  ),
  DECODO_BATCH_SIZE: defaulted(
    positive.check(Schema.isLessThanOrEqualTo(1000)),
    "50",
    "Names that each of the eight parts of a bulk job gives the vendor in one call in the async mode, at most 1000; 1: none together"
  ),
  DECODO_CALLBACK_SECRET: optional(
    secret,
    "Signs the addresses, under PUBLIC_URL, that the vendor calls back in the async mode; the same on every process"
  ),
  DECODO_PRICE_PER_SUCCESS: defaulted(amount, "0.001", "US dollars that a successful call costs, by the plan"),
  DECODO_DAILY_CEILING: optional(amount, "US dollars that a day (UTC) may cost; without one there is no ceiling"),
  DECODO_USER_DAILY_CEILING: optional(
    amount,
    "US dollars that one user may cost in a day (UTC); without one there is no ceiling"
  ),
  DECODO_MAX_ATTEMPTS: defaulted(integer, "5", "Calls made for one fetch at most"),
  DECODO_BUDGET: defaulted(duration, "5 minutes", "How long one fetch may take, repeats included"),
  DECODO_MAX_RESPONSE_BYTES: defaulted(integer, "8388608", "A larger answer is refused"),
  DECODO_FALLBACK_TARGETS: defaulted(list, "", "Targets to try in turn when the first one does not deliver, comma-separated"),
  PROFILE_FRESH_FOR: defaulted(duration, "24 hours", "How long stored data counts as fresh"),
  PROFILE_STALE_FOR: defaulted(
    duration,
    "1 hour",
    "How long after that it is still answered at once, saying so, while it is fetched anew; later a look-up waits for the fetch"
  ),
  REFRESH_DAILY_BUDGET: defaulted(
    integer,
    "0",
    "Fetches a day (UTC) that keep saved profiles and those of active campaigns fresh before anybody asks; 0: none"
  ),
  REFRESH_INTERVAL: defaulted(duration, "1 minute", "How often, in all processes together, it is looked which of them are due"),
  PROFILE_NOT_FOUND_FOR: defaulted(duration, "10 minutes", "How long \"no such profile\" and \"no such post\" are believed"),
  PROFILE_FAILURE_FOR: defaulted(duration, "30 seconds", "How long a failed fetch is answered without asking the vendor again"),
  JOBS_CONCURRENCY: defaulted(
    integer,
    "16",
    "Fetches under way at once in this process; 0 leaves them to other processes (npm run worker)"
  ),
  JOBS_LEASE: defaulted(
    lease,
    "10 seconds",
    "How long work stays with a process that has fallen silent: whole seconds, 5 at least"
  ),
  JOBS_POLL_INTERVAL: defaulted(duration, "500 millis", "How often work that other processes began is looked for"),
  SEARCH_RETENTION: defaulted(retention, "365 days", "How long look-ups are kept; 0: for ever"),
  CAMPAIGN_BIN_RETENTION: defaulted(
    retention,
    "90 days",
    "How long deleted campaigns can be restored before they go for good; 0: for ever"
  ),
  VENDOR_ANSWER_RETENTION: defaulted(
    retention,
    "400 days",
    "How long raw answers of the vendor about profiles are kept, the latest of each name apart; figures of the past are computed from them. 0: for ever"
  ),
  POST_ANSWER_RETENTION: defaulted(
    retention,
    "180 days",
    "How long raw answers about single posts are kept, with the comments of others in them; 0: for ever"
  ),
  VENDOR_CALL_RETENTION: defaulted(retention, "400 days", "How long each call of the vendor is kept with its cost; 0: for ever"),
  VENDOR_SPEND_RETENTION: defaulted(retention, "400 days", "How long the sums of a day's cost are kept; 0: for ever"),
  JOB_RETENTION: defaulted(retention, "90 days", "How long bulk jobs that have ended can be read; 0: for ever"),
  WEBHOOK_RETENTION: defaulted(retention, "30 days", "How long the log of webhook deliveries goes back; 0: for ever"),
  IDEMPOTENCY_KEEP_FOR: defaulted(
    duration,
    "24 hours",
    "How long the answer to a request with an Idempotency-Key is kept for its repeats"
  ),
  CREDITS_ENABLED: defaulted(flag, "false", "Whether credits are charged; false: everything is free, and recorded as that"),
  CREDITS_LEASE: defaulted(
    duration,
    "15 minutes",
    "How long a reservation holds credits when nobody commits or releases it; twice DECODO_BUDGET at least"
  ),
  LEDGER_CHECK_INTERVAL: defaulted(duration, "5 minutes", "How often it is looked whether the credits add up"),
  STRIPE_WEBHOOK_SECRET: optional(
    secret,
    "Signing secret of the endpoint POST /billing/events at Stripe; without one no event is taken"
  ),
  CACHE_MAX_BYTES: defaulted(integer, "268435456", "Bodies kept in this process; 0 switches the cache off"),
  REDIS_URL: optional(secret, "A Redis-compatible cache shared by all processes, instead of the one in this process"),
  REDIS_COMMAND_TIMEOUT: defaulted(duration, "100 millis", "An answer does not wait longer for the cache"),
  RATE_LIMIT_FACTOR: defaulted(
    Schema.FiniteFromString.check(Schema.isGreaterThanOrEqualTo(0)),
    "1",
    "Multiplies every rate limit; 0 switches them off"
  ),
  RATE_LIMIT_STORE: defaulted(
    Schema.Literals(["auto", "postgres", "memory"]),
    "auto",
    "Where processes count rate limits together: auto is Redis where REDIS_URL is set, else each process alone; postgres is exact without Redis"
  ),
  TRUSTED_PROXIES: defaulted(
    ranges,
    "none",
    "Addresses and CIDR ranges of the proxies before this server, comma-separated: theirs alone is X-Forwarded-For believed"
  ),
  HOST: defaulted(text, "0.0.0.0", "Address to listen on"),
  PORT: defaulted(port, "8080", "Port to listen on; 0 takes a free one"),
  SHUTDOWN_TIMEOUT: defaulted(
    duration,
    "12 seconds",
    "How long a process that is told to stop lets requests, webhooks and fetches go on, all of them together"
  ),
  PUBLIC_URL: optional(url, "Where callers reach this server, where that differs"),
  CORS_ORIGINS: defaulted(list, "", "Origins whose pages may call this API, comma-separated"),
  HSTS_MAX_AGE: optional(
    duration,
    "Where a proxy before this server speaks TLS: how long browsers stay with https (Strict-Transport-Security)"
  ),
  CURSOR_SECRET: optional(secret, "Signs list cursors; the same on every process. Without one each process makes its own"),
  INSTAGRAM_GRAPH_ACCOUNTS: optional(
    secretList(/^[a-z0-9._]{1,30}=\d{1,32}:\S+$/i, "username=instagram-user-id:access-token"),
    "Accounts whose owners let us see their audience, comma-separated: username=instagram-user-id:access-token"
  ),
  LOG_LEVEL: defaulted(Schema.Literals(["Debug", "Info", "Warn", "Error"]), "Info", "Least severe level that is logged"),
  LOG_FORMAT: defaulted(Schema.Literals(["json", "pretty"]), "json", "One JSON object a line, or text for people"),
  ACCESS_LOG_SHARE: defaulted(
    share,
    "0.01",
    "The share of requests that get a line in the log, 0 to 1; those that end in 500 or above always do"
  ),
  OTLP_ENDPOINT: optional(url, "An OpenTelemetry collector that takes traces over HTTP, without /v1/traces"),
  OTLP_HEADERS: optional(
    secretList(/^[^=\s]+\s*=.*$/, "name=value"),
    "Headers that the collector wants, comma-separated: name=value"
  ),
  TRACE_SHARE: defaulted(share, "0.05", "The share of traces that are sent there, 0 to 1"),
  ERROR_WEBHOOK_URL: optional(secretUrl, "Gets a JSON object for each new kind of error, and again at most every 10 minutes"),
  SENTRY_DSN: optional(secretUrl, "The same for Sentry, or what speaks its protocol: https://<key>@<host>/<project>"),
  USAGE_FLUSH_INTERVAL: defaulted(duration, "10 seconds", "How often counted calls are written; a killed process loses so much"),
  USAGE_RETENTION: defaulted(duration, "400 days", "How long the counts of a day are kept"),
  AUDIT_ADDRESS_RETENTION: defaulted(duration, "180 days", "How long the audit log keeps from which address somebody acted"),
  WEBHOOK_KEYS: optional(
    secretKeys,
    "Keys that encrypt webhook secrets: id:base64 of 32 bytes, comma-separated; the first encrypts. Without them there are no webhooks"
  ),
  WEBHOOK_WORKERS: defaulted(flag, "true", "Whether this server delivers webhooks too, and not only other processes"),
  WEBHOOK_CONCURRENCY: defaulted(integer, "32", "Webhooks under way at once in this process"),
  WEBHOOK_ALLOW_PRIVATE: defaulted(
    flag,
    "false",
    "Webhooks may go to http, any port and addresses inside the network: for tests and the sandbox alone"
  ),
  SUPPRESSION_KEYS: optional(
    secretKeys,
    "Keys that hash the names of erased creators: id:base64 of 32 bytes, comma-separated; the first hashes new ones, all of them recognise. "
      + "Without them nobody can be erased; a key that was used must stay"
  ),
  METRICS_TOKEN: optional(secret, "Bearer token of GET /metrics; without one it answers 404")
} as const

type Declarations = typeof declarations
type Value<D> = D extends { readonly schema: infer S extends Schema.Top; readonly fallback: infer F }
  ? F extends "" ? S extends typeof list ? S["Type"] : Option.Option<S["Type"]> : S["Type"]
  : never
export type SettingsValues = { readonly [K in keyof Declarations]: Value<Declarations[K]> }

/** What is wrong with the environment: every missing or wrong setting at once, by name, never with its value. */
export class SettingsInvalid extends Schema.TaggedError<SettingsInvalid>()("SettingsInvalid", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `The environment is not complete:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}\nSee .env.example.`
  }
}

/** The environment, decoded once at the start. */
export class Settings extends Context.Service<Settings, SettingsValues>()("analytics-following/settings/Settings") {
  static readonly layer = (environment: Readonly<Record<string, string | undefined>>) =>
    Layer.effect(Settings, Effect.fromResult(readSettings(environment)))
}

/** Decodes an environment; an empty text counts as unset. */
export const readSettings = (
  environment: Readonly<Record<string, string | undefined>>
): Result.Result<SettingsValues, SettingsInvalid> => readSome(environment, Object.keys(declarations) as Array<keyof Declarations>)

/** As `readSettings`, of some of them: for scripts that need no more. */
export const readSome = <K extends keyof Declarations>(
  environment: Readonly<Record<string, string | undefined>>,
  names: ReadonlyArray<K>
): Result.Result<Pick<SettingsValues, K>, SettingsInvalid> => {
  const values: Record<string, unknown> = {}
  const problems: Array<string> = []
  for (const name of names) {
    const { description, fallback, schema } = declarations[name]
    const given = environment[name]?.trim() || undefined
    const input = given ?? fallback
    if (input === undefined) {
      problems.push(`${name} is missing: ${description}`)
    } else if (input === "" && schema !== list) {
      values[name] = Option.none()
    } else {
      const decoded = Schema.decodeUnknownResult(schema as Schema.Decoder<unknown>)(input)
      if (Result.isFailure(decoded)) problems.push(`${name} is wrong: ${reasonOf(decoded.failure.issue)} (${description})`)
      else values[name] = fallback === "" && schema !== list ? Option.some(decoded.success) : decoded.success
    }
  }
  return problems.length > 0 ? Result.fail(new SettingsInvalid({ problems })) : Result.succeed(values as Pick<SettingsValues, K>)
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()
const reasonOf = (issue: SchemaIssue.Issue): string => format(issue).issues[0]?.message ?? "not understood"
