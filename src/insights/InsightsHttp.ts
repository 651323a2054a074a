import { Clock, Duration, Effect, Option } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { registry } from "../analytics/Registry.ts"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { conditional } from "../http/Conditional.ts"
import { preferredWait } from "../http/Prefer.ts"
import { InvalidUsername } from "../profiles/ProfileErrors.ts"
import { ProfileHistory } from "../profiles/ProfileHistory.ts"
import { Profiles } from "../profiles/Profiles.ts"
import type { StoredProfile } from "../profiles/ProfileView.ts"
import { normalizeUsername } from "../profiles/Username.ts"
import { audienceRegistry } from "./audience/AudienceMethods.ts"
import { type Collected, Comments } from "./Comments.ts"
import { creatorRegistry } from "./creator/Creator.ts"
import { creatorVersion } from "./creator/CreatorMethod.ts"
import { Creators } from "./Creators.ts"
import { growth, growthRegistry } from "./history/Growth.ts"
import { series } from "./history/Series.ts"
import { sentimentRegistry } from "./sentiment/Methods.ts"

/** Handlers of figures over time and of the registry. */
export const layer = HttpApiBuilder.group(
  Api,
  "insights",
  Effect.fn(function*(handlers) {
    const profiles = yield* Profiles
    const history = yield* ProfileHistory
    const creators = yield* Creators
    const comments = yield* Comments

    const unlocked = Effect.fnUntraced(function*(name: string) {
      const user = yield* CurrentUser
      const username = normalizeUsername(name)
      return Option.isNone(username) ? yield* InvalidUsername.problem : yield* profiles.unlocked(user.id, username.value)
    })

    const sentimentOf = Effect.fnUntraced(function*(profile: StoredProfile, collection: Collected | null) {
      const { posts, study } = yield* comments.read(profile)
      return {
        username: profile.username,
        overall: study.comments,
        posts: posts.flatMap(({ details, posted_at, shortcode }) =>
          details === null ? [] : [{ shortcode, posted_at, figures: details }]
        ),
        collection
      }
    })

    return handlers.handleAll({
      history: Effect.fn("InsightsHttp.history")(function*({ params, query }) {
        const profile = yield* unlocked(params.username)
        const granularity = query.granularity ?? "day"
        const days = query.days ?? 90
        const now = yield* Clock.currentTimeMillis
        const from = now - (days - 1) * 86_400_000
        const snapshots = yield* history.snapshots(profile.id, Math.max(days, longestGrowth))
        const shown = snapshots.filter((snapshot) => Date.parse(snapshot.taken_at) >= from - 31 * 86_400_000)
        const points = series(shown, granularity, from, now)
        return {
          username: profile.username,
          granularity,
          from: points[0]?.date ?? instantOf(from).slice(0, 10),
          to: instantOf(now).slice(0, 10),
          points,
          growth: growth(snapshots, profile.last_refreshed)
        }
      }),
      creator: Effect.fn("InsightsHttp.creator")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        const creator = (yield* creators.find(profile)) ?? null
        return answer(request, { username: profile.username, creator }, `${tagOf(profile)}-creator-${creatorVersion}`)
      }),
      sentiment: Effect.fn("InsightsHttp.sentiment")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        const body = yield* sentimentOf(profile, null)
        return answer(request, body, `${tagOf(profile)}-sentiment-${body.overall.sentiment.as_of}-${body.posts.length}`)
      }),
      collectComments: Effect.fn("InsightsHttp.collectComments")(function*({ params, query, request }) {
        const profile = yield* unlocked(params.username)
        const wait = preferredWait(request.headers["prefer"], defaultWait, longestWait)
        const collected = yield* comments.collect(profile, query.posts ?? defaultPosts, Duration.seconds(wait))
        if (collected !== undefined) return HttpServerResponse.jsonUnsafe(yield* sentimentOf(profile, collected))
        const href = `/profile/${profile.username}/sentiment`
        return HttpServerResponse.jsonUnsafe({ status: "running", username: profile.username, href }, {
          status: 202,
          headers: { location: href, "retry-after": "5", "cache-control": "no-store" }
        })
      }),
      audience: Effect.fn("InsightsHttp.audience")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        const { study: { audience } } = yield* comments.read(profile)
        return answer(request, { username: profile.username, audience }, `${tagOf(profile)}-audience-${audience.as_of}`)
      }),
      metricsRegistry: () =>
        Effect.succeed({
          methods: [...registry, ...growthRegistry, ...creatorRegistry, ...audienceRegistry, ...sentimentRegistry]
        })
    })
  })
)

/** Seconds. */
const defaultWait = 25
const longestWait = 120

const defaultPosts = 6

const encoder = new TextEncoder()

/** JSON with a strong tag, made of what it is computed from: 304 where the caller has it. */
const answer = (request: HttpServerRequest.HttpServerRequest, body: unknown, tag: string) =>
  conditional(request, { body: encoder.encode(JSON.stringify(body)), etag: `"${tag}"` })

const tagOf = (profile: StoredProfile): string => `${profile.id.slice(0, 8)}-${profile.data_version}`

/** Days: the longest window of growth and its tolerance. */
const longestGrowth = 402
