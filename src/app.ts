import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodePath from "@effect/platform-node/NodePath"
import { ByteSize, Context, Duration, Effect, Layer, Option } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import type { Server } from "node:http"
import { fileURLToPath } from "node:url"
import { AccessTracker } from "./access/AccessTracker.ts"
import { Unlocks } from "./access/Unlocks.ts"
import { UserAdmin } from "./admin/UserAdmin.ts"
import { Alignment } from "./alignment/Alignment.ts"
import { ApiKeys } from "./apikeys/ApiKeys.ts"
import * as KeyHoldersInDatabase from "./apikeys/KeyHoldersInDatabase.ts"
import { Audit } from "./audit/Audit.ts"
import { AdminOnly } from "./auth/AdminOnly.ts"
import { Authenticator, authenticatorDefaults } from "./auth/Authenticator.ts"
import * as AuthorizationHttp from "./auth/AuthorizationHttp.ts"
import { SupabaseAuth } from "./auth/SupabaseAuth.ts"
import { TokenVerifier, tokenVerifierDefaults } from "./auth/TokenVerifier.ts"
import { background, bulkOptions, refreshOptions } from "./Background.ts"
import { cacheLayer } from "./cache/CacheLayer.ts"
import { CampaignReports } from "./campaigns/CampaignReports.ts"
import { Campaigns } from "./campaigns/Campaigns.ts"
import * as CreditsRoom from "./credits/CreditsRoom.ts"
import { LedgerCheck } from "./credits/LedgerCheck.ts"
import * as Database from "./database/Database.ts"
import { DatabaseHealth } from "./database/DatabaseHealth.ts"
import { Migrator } from "./database/Migrator.ts"
import { Signals } from "./database/Signals.ts"
import { Transaction } from "./database/Transaction.ts"
import { vendorLayer } from "./decodo/VendorLayer.ts"
import { Discovery } from "./discovery/Discovery.ts"
import * as DocsHttp from "./docs/DocsHttp.ts"
import { Favorites } from "./favorites/Favorites.ts"
import { answeredLimits } from "./http/AnsweredLimits.ts"
import { answering, headersOfEveryAnswer, transportSecurity } from "./http/Answering.ts"
import { Api } from "./http/Api.ts"
import { handlers } from "./http/ApiHandlers.ts"
import { cors } from "./http/Cors.ts"
import { Cursor } from "./http/Cursor.ts"
import * as HealthMetrics from "./http/HealthMetrics.ts"
import { answerKnown } from "./http/KnownAnswers.ts"
import { observeRequests } from "./http/ObservedRequests.ts"
import * as ProblemPages from "./http/ProblemPages.ts"
import { Readiness } from "./http/Readiness.ts"
import * as RequestValidationHttp from "./http/RequestValidationHttp.ts"
import { allowedMethods, apiRoutes, requestName, routerConfig } from "./http/Routes.ts"
import * as SchemaGateHttp from "./http/SchemaGateHttp.ts"
import { withoutRooms } from "./http/ServingContext.ts"
import * as IdempotencyHttp from "./idempotency/IdempotencyHttp.ts"
import { IdempotencyKeys } from "./idempotency/IdempotencyKeys.ts"
import { Comments } from "./insights/Comments.ts"
import { Creators } from "./insights/Creators.ts"
import * as InstagramGraph from "./insights/InstagramGraph.ts"
import { LanguageDetection } from "./insights/LanguageDetection.ts"
import { Recompute } from "./insights/Recompute.ts"
import { Reports } from "./insights/report/Reports.ts"
import { Similar } from "./insights/Similar.ts"
import { Standing } from "./insights/Standing.ts"
import { Draining } from "./jobs/Draining.ts"
import { JobQueue } from "./jobs/JobQueue.ts"
import * as JobsRoom from "./jobs/JobsRoom.ts"
import { accessLog } from "./observability/AccessLog.ts"
import * as MetricsHttp from "./observability/MetricsHttp.ts"
import * as Observability from "./observability/Observability.ts"
import * as ProcessMetrics from "./observability/ProcessMetrics.ts"
import { Usage } from "./observability/Usage.ts"
import { UsageCounter } from "./observability/UsageCounter.ts"
import { PostLookup } from "./posts/PostLookup.ts"
import { Posts } from "./posts/Posts.ts"
import { Peers } from "./profiles/Peers.ts"
import { ProfileAnswers } from "./profiles/ProfileAnswers.ts"
import { ProfileFetches } from "./profiles/ProfileFetches.ts"
import { ProfileHistory } from "./profiles/ProfileHistory.ts"
import { ProfileRepo } from "./profiles/ProfileRepo.ts"
import { Profiles } from "./profiles/Profiles.ts"
import * as ProfilesHttp from "./profiles/ProfilesHttp.ts"
import { ProfileStore } from "./profiles/ProfileStore.ts"
import { Recomputation } from "./profiles/Recomputation.ts"
import { SnapshotRepo } from "./profiles/SnapshotRepo.ts"
import { VendorAnswerRepo } from "./profiles/VendorAnswerRepo.ts"
import * as LimitsHttp from "./ratelimits/LimitsHttp.ts"
import { limitStoreLayer } from "./ratelimits/LimitStoreLayer.ts"
import { RateLimits } from "./ratelimits/RateLimits.ts"
import { ScheduledRefresh } from "./refresh/ScheduledRefresh.ts"
import { Retention } from "./retention/Retention.ts"
import { Searches } from "./searches/Searches.ts"
import { Settings, type SettingsValues } from "./settings/Settings.ts"
import { Erasures } from "./suppressions/Erasures.ts"
import { Suppressions } from "./suppressions/Suppressions.ts"
import { NegativeCache } from "./thrift/NegativeCache.ts"
import { Account } from "./users/Account.ts"
import { AccountData } from "./users/AccountData.ts"
import * as UserAccounts from "./users/UserAccounts.ts"
import * as SchemaDrift from "./webhooks/SchemaDrift.ts"
import * as WebhookRoom from "./webhooks/WebhookRoom.ts"

export interface AppOptions {
  /** Headers of every answer beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>
  readonly node: Server
  /** Where it listens, once there is somebody to answer. */
  readonly listen: NodeHttpServer.Options
}

/** The whole product; gives the server that listens. Needs the environment's `Settings`. */
export const layer = (options: AppOptions) =>
  Layer.unwrap(
    Effect.map(Settings, (settings) =>
      Layer.merge(server(settings, options), LedgerCheck.upkeepLayer({ interval: settings.LEDGER_CHECK_INTERVAL })).pipe(
        Layer.provide(services(settings)),
        Layer.provide(observability(settings))
      ))
  )

/** Doors and ports without HTTP, for scripts that reuse them. */
export const services = (settings: SettingsValues) => {
  const database = Layer.merge(databaseLayer(settings), Signals.layer(databaseOptions(settings)))
  const infrastructure = Layer.mergeAll(
    DatabaseHealth.layerNoDeps.pipe(Layer.provide(migratorLayer)),
    jobQueueLayer(settings),
    Alignment.layer({ interval: settings.SCHEMA_CHECK_INTERVAL, routes: apiRoutes }).pipe(Layer.provide(SchemaDrift.layer)),
    cacheLayer(settings),
    NegativeCache.layer({ believedFor: settings.PROFILE_NOT_FOUND_FOR }),
    vendorLayer(settings),
    Suppressions.layer(settings.SUPPRESSION_KEYS),
    Cursor.layer(settings.CURSOR_SECRET),
    Audit.layer
  ).pipe(Layer.provideMerge(Transaction.layer), Layer.provideMerge(database))
  const rooms = Layer.mergeAll(
    AccessTracker.layer,
    CreditsRoom.layer(settings),
    Discovery.layer,
    Searches.layer,
    Posts.layer,
    ProfileRepo.layer,
    SnapshotRepo.layer,
    VendorAnswerRepo.layer,
    WebhookRoom.layer({ keys: settings.WEBHOOK_KEYS, allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE })
  ).pipe(
    Layer.provideMerge(infrastructure)
  )
  const creators = Creators.listenerLayer.pipe(
    Layer.provideMerge(Creators.layer),
    Layer.provideMerge(Recomputation.layer()),
    Layer.provideMerge(ProfileHistory.layerNoDeps),
    Layer.provideMerge(LanguageDetection.layer)
  )
  const fetching = ProfileFetches.layer({
    notFoundFor: Duration.toMillis(settings.PROFILE_NOT_FOUND_FOR),
    failureFor: Duration.toMillis(settings.PROFILE_FAILURE_FOR),
    keptMaxAge: Duration.toMillis(settings.PROFILE_FRESH_FOR),
    concurrency: settings.JOBS_CONCURRENCY
  }).pipe(
    Layer.provideMerge(ProfileStore.layerNoDeps),
    Layer.provideMerge(creators),
    Layer.provideMerge(Erasures.layer),
    Layer.provideMerge(Layer.provideMerge(Unlocks.layerNoDeps, rooms))
  )
  const profiles = Profiles.layerNoDeps({ freshFor: settings.PROFILE_FRESH_FOR, staleFor: settings.PROFILE_STALE_FOR }).pipe(
    Layer.provide(ProfileAnswers.layer)
  )
  const postLookup = PostLookup.layer({
    wait: Duration.seconds(25),
    keptMaxAge: Duration.days(7),
    failureFor: settings.PROFILE_FAILURE_FOR
  })
  return Layer.mergeAll(
    Layer.merge(Favorites.layer, CampaignReports.layer.pipe(Layer.provide(postLookup))).pipe(Layer.provideMerge(profiles)),
    Layer.mergeAll(Reports.layerNoDeps, Recompute.layerNoDeps, Similar.layer).pipe(
      Layer.provideMerge(Standing.layerNoDeps),
      Layer.provideMerge(Comments.layer({ freshFor: settings.PROFILE_FRESH_FOR })),
      Layer.provideMerge(Peers.layer),
      Layer.provide(InstagramGraph.layerWhere(settings.INSTAGRAM_GRAPH_ACCOUNTS).pipe(Layer.provide(NodeHttpClient.layerUndici)))
    ),
    JobsRoom.layer(bulkOptions(settings)),
    ScheduledRefresh.layer(refreshOptions(settings)),
    Readiness.layerNoDeps,
    Layer.merge(Account.layerNoDeps, UserAdmin.layer).pipe(
      Layer.provideMerge(AccountData.layer),
      Layer.provideMerge(authLayer(settings))
    ),
    Usage.layer,
    Retention.layer(settings).pipe(Layer.provide(Campaigns.layer)),
    UsageCounter.layer({ interval: settings.USAGE_FLUSH_INTERVAL, retention: settings.USAGE_RETENTION }),
    idempotencyLayer(settings),
    AdminOnly.layer,
    SchemaGateHttp.layer
  ).pipe(Layer.provideMerge(fetching))
}

/** The database, and what brings it to this version's shape. */
export const databaseLayer = (settings: SettingsValues) => Database.layer(databaseOptions(settings))

const jobQueueLayer = ({ JOBS_LEASE: lease, JOBS_POLL_INTERVAL: pollInterval, SHUTDOWN_TIMEOUT: timeout }: SettingsValues) =>
  JobQueue.layerNoDeps({ lease, pollInterval }).pipe(Layer.provideMerge(Draining.layer({ timeout })))

const databaseOptions = (settings: SettingsValues): Database.DatabaseOptions => ({
  url: settings.DATABASE_URL,
  maxConnections: settings.DATABASE_MAX_CONNECTIONS,
  readConnections: settings.DATABASE_READ_CONNECTIONS,
  statementTimeout: settings.DATABASE_STATEMENT_TIMEOUT,
  prepare: settings.DATABASE_PREPARE
})

export const migratorLayer = Migrator.layer(fileURLToPath(new URL("../migrations", import.meta.url))).pipe(
  Layer.provide([NodeFileSystem.layer, NodePath.layer])
)

/** What all of a process is seen by: to be provided to everything it does. */
export const observability = (settings: SettingsValues) =>
  Observability.layer({
    tracing: Option.map(settings.OTLP_ENDPOINT, (endpoint) => ({
      endpoint,
      headers: settings.OTLP_HEADERS,
      share: settings.TRACE_SHARE
    })),
    webhook: settings.ERROR_WEBHOOK_URL,
    sentryDsn: settings.SENTRY_DSN
  }).pipe(Layer.provide(NodeHttpClient.layerUndici))

const authLayer = (settings: SettingsValues) =>
  Layer.merge(
    Layer.merge(AuthorizationHttp.layer, LimitsHttp.signInLayer).pipe(
      Layer.provideMerge(RateLimits.layerNoDeps({ factor: settings.RATE_LIMIT_FACTOR })),
      Layer.provide(limitStoreLayer(settings)),
      Layer.provideMerge(ApiKeys.layer),
      Layer.provideMerge(Authenticator.layerNoDeps(authenticatorDefaults)),
      Layer.provide(KeyHoldersInDatabase.layer),
      Layer.provideMerge(TokenVerifier.layer({
        ...tokenVerifierDefaults,
        issuer: `${settings.SUPABASE_URL}/auth/v1`,
        jwksUrl: `${settings.SUPABASE_URL}/auth/v1/.well-known/jwks.json`,
        hs256Secret: settings.SUPABASE_JWT_SECRET
      })),
      Layer.provideMerge(SupabaseAuth.layer({
        url: settings.SUPABASE_URL,
        anonKey: settings.SUPABASE_ANON_KEY,
        serviceRoleKey: settings.SUPABASE_SERVICE_ROLE_KEY,
        timeout: settings.SUPABASE_TIMEOUT
      })),
      Layer.provide(NodeHttpClient.layerUndici),
      Layer.provideMerge(UserAccounts.layer)
    ),
    RequestValidationHttp.layer
  )

const idempotencyLayer = ({ IDEMPOTENCY_KEEP_FOR }: SettingsValues) =>
  Layer.merge(IdempotencyHttp.layer, IdempotencyKeys.purging).pipe(
    Layer.provide(IdempotencyKeys.layer({ keepFor: IDEMPOTENCY_KEEP_FOR, lease: Duration.seconds(150) }))
  )

const routes = (settings: SettingsValues) =>
  Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
      Layer.provide(handlers)
    ),
    ProblemPages.layer,
    MetricsHttp.layer({ token: settings.METRICS_TOKEN }),
    DocsHttp.layer,
    HttpApiScalar.layer(Api, { path: "/docs/reference", scalar: DocsHttp.reference }).pipe(Layer.provide(DocsHttp.lockedDown()))
  )

/** Builds every service first and listens last: a request that comes before the handlers would never be answered. */
const server = (settings: SettingsValues, options: AppOptions) =>
  Layer.effect(
    HttpServer.HttpServer,
    Effect.gen(function*() {
      const app = yield* HttpRouter.toHttpEffect(routes(settings)).pipe(
        Effect.provideService(HttpRouter.RouterConfig, routerConfig)
      )
      const headers = { ...options.headers, ...transportSecurity(settings.HSTS_MAX_AGE) }
      const headersOf = yield* answeredLimits(options.node, settings.TRUSTED_PROXIES)
      const answered = answering({ allowedMethods, headers, headersOf })(app)
      const known = yield* ProfilesHttp.knownLookups
      yield* Layer.build(background(settings))
      const listening = yield* Layer.build(NodeHttpServer.layerServer(() => options.node, options.listen))
      yield* (settings.CORS_ORIGINS.length === 0
        ? HttpServer.serveEffect(answered)
        : HttpServer.serveEffect(cors(settings.CORS_ORIGINS)(answered))).pipe(
          Effect.provideContext(listening),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.megabytes(1)),
          Effect.provideService(HttpMiddleware.SpanNameGenerator, ({ method, url }) => requestName(method, url)),
          Effect.updateContext(withoutRooms)
        )
      // Added last, hence the first to run: requests and what goes on without them end within one time.
      yield* Effect.flatMap(Draining, ({ begin }) => Effect.addFinalizer(() => begin))
      yield* answerKnown(options.node, known, headersOfEveryAnswer({ headers }))
      const log = yield* accessLog({ share: settings.ACCESS_LOG_SHARE })
      const { count } = yield* UsageCounter
      yield* observeRequests(options.node, [log, count])
      return Context.get(listening, HttpServer.HttpServer)
    })
  ).pipe(Layer.provide(NodeHttpServer.layerHttpServices), Layer.provide([ProcessMetrics.layer, HealthMetrics.layer(settings)]))
