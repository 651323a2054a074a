import { Clock, Duration, Effect, Option } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { instantOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { conditional, taggedJson } from "../http/Conditional.ts"
import { Cursor } from "../http/Cursor.ts"
import { nextLink } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { preferredWait } from "../http/Prefer.ts"
import { Peers } from "../profiles/Peers.ts"
import { InvalidUsername } from "../profiles/ProfileErrors.ts"
import { ProfileHistory } from "../profiles/ProfileHistory.ts"
import { Profiles } from "../profiles/Profiles.ts"
import type { Unlocked } from "../profiles/Unlocked.ts"
import { normalizeUsername } from "../profiles/Username.ts"
import { VendorUse } from "../thrift/VendorUse.ts"
import { type Collected, Comments } from "./Comments.ts"
import { Creators } from "./Creators.ts"
import { atPosting } from "./history/AtPosting.ts"
import { growth, growthDays } from "./history/Growth.ts"
import { historyColumns, series } from "./history/Series.ts"
import { insightRegistry } from "./InsightRegistry.ts"
import { defaultDays, defaultPosts } from "./InsightsApi.ts"
import { Standing } from "./Standing.ts"

/** Handlers of figures over time and of the registry. */
export const layer = HttpApiBuilder.group(
  Api,
  "insights",
  Effect.fn(function*(handlers) {
    const profiles = yield* Profiles
    const history = yield* ProfileHistory
    const creators = yield* Creators
    const comments = yield* Comments
    const standing = yield* Standing
    const peers = yield* Peers
    const cursors = yield* Cursor

    const unlocked = Effect.fnUntraced(function*(name: string) {
      const user = yield* CurrentUser
      const username = normalizeUsername(name)
      return Option.isNone(username) ? yield* InvalidUsername.problem : yield* profiles.unlocked(user.id, username.value)
    })

    const sentimentOf = Effect.fnUntraced(function*(profile: Unlocked, collection: Collected | null) {
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
        const days = query.days ?? defaultDays
        const now = yield* Clock.currentTimeMillis
        const from = now - (days - 1) * 86_400_000
        const [snapshots, posts] = yield* Effect.all([
          history.snapshots(profile, Math.max(days, growthDays)),
          profiles.posts(profile, { after: undefined, limit: mostPosts })
        ], { concurrency: "unbounded" })
        const shown = snapshots.filter((snapshot) => Date.parse(snapshot.taken_at) >= from - 31 * 86_400_000)
        const points = series(shown, granularity, from, now)
        return {
          username: profile.username,
          granularity,
          from: points[0]?.date ?? instantOf(from).slice(0, 10),
          to: instantOf(now).slice(0, 10),
          columns: historyColumns,
          points,
          growth: growth(snapshots, posts, profile.last_refreshed),
          posts: atPosting(
            profile.is_private,
            posts.filter(({ posted_at }) => posted_at !== null && Date.parse(posted_at) >= from),
            snapshots
          )
        }
      }),
      creator: Effect.fn("InsightsHttp.creator")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        const [creator = null, { study: { content_sentiment } }] = yield* Effect.all(
          [creators.find(profile), comments.read(profile)],
          { concurrency: "unbounded" }
        )
        return answer(request, { username: profile.username, creator, content_sentiment })
      }),
      sentiment: Effect.fn("InsightsHttp.sentiment")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        return answer(request, yield* sentimentOf(profile, null))
      }),
      collectComments: Effect.fn("InsightsHttp.collectComments")(function*({ params, query, request }) {
        const profile = yield* unlocked(params.username)
        const wait = preferredWait(request.headers["prefer"], defaultWait, longestWait)
        const user = yield* CurrentUser
        const collected = yield* comments.collect(profile, query.posts ?? defaultPosts, Duration.seconds(wait)).pipe(
          Effect.provideService(VendorUse, { purpose: "comments", user: user.id })
        )
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
        return answer(request, { username: profile.username, audience })
      }),
      authenticity: Effect.fn("InsightsHttp.authenticity")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        const authenticity = yield* standing.authenticity(profile)
        return answer(request, { username: profile.username, authenticity })
      }),
      benchmarks: Effect.fn("InsightsHttp.benchmarks")(function*({ params, request }) {
        const profile = yield* unlocked(params.username)
        return answer(request, { username: profile.username, ...(yield* standing.benchmarks(profile)) })
      }),
      mentionedBy: Effect.fn("InsightsHttp.mentionedBy")(function*({ params, query, request }) {
        const profile = yield* unlocked(params.username)
        const scope = `mentioned-by/${profile.id}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(scope, query.cursor)
        const found = yield* peers.mentionedBy(profile, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(scope, last.cursor))
        return answer(
          request,
          { data: data.map(({ cursor: _, ...mention }) => mention), page },
          page.next_cursor === null ? {} : { link: nextLink(request.url, page.next_cursor) }
        )
      }),
      metricsRegistry: () =>
        Effect.succeed({
          methods: insightRegistry
        })
    })
  })
)

/** Seconds. */
const defaultWait = 25
const longestWait = 120

/** JSON with a tag made of what it says: 304 where the caller has it. */
const answer = (
  request: HttpServerRequest.HttpServerRequest,
  content: unknown,
  headers: Readonly<Record<string, string>> = {}
) => conditional(request, taggedJson(content), headers)

/** Posts that a history can tell of: what may explain its spikes. */
const mostPosts = 100
