import { Clock, Duration, Effect, Option } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Authenticator } from "../auth/Authenticator.ts"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { looksUp } from "../auth/KeyScopes.ts"
import { creditHeaders } from "../credits/CreditHeaders.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { Api } from "../http/Api.ts"
import { complete, conditional, representationOf } from "../http/Conditional.ts"
import { Cursor } from "../http/Cursor.ts"
import type { KnownAnswers } from "../http/KnownAnswers.ts"
import { nextLink } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { noteOf } from "../http/Noted.ts"
import { preferredWait } from "../http/Prefer.ts"
import { routePatterns } from "../http/Routes.ts"
import type { Job } from "../jobs/Job.ts"
import { postView } from "../posts/PostView.ts"
import { limitHeaders, quotasOf } from "../ratelimits/Quotas.ts"
import { RateLimits } from "../ratelimits/RateLimits.ts"
import type { Ready } from "./Lookup.ts"
import { lookupJobView } from "./LookupJobView.ts"
import { freshnessOf } from "./ProfileAnswer.ts"
import { InvalidUsername } from "./ProfileErrors.ts"
import { ProfileHistory } from "./ProfileHistory.ts"
import type { Page } from "./ProfileRelationRepo.ts"
import { Profiles } from "./Profiles.ts"
import type { Unlocked } from "./Unlocked.ts"
import { normalizeUsername, type Username } from "./Username.ts"

/** Handlers of the profile endpoints: parameters in, answers out. */
export const layer = HttpApiBuilder.group(
  Api,
  "profiles",
  Effect.fn(function*(handlers) {
    const profiles = yield* Profiles
    const history = yield* ProfileHistory
    const cursors = yield* Cursor

    const lookup = Effect.fnUntraced(function*(
      { params, query, request }: LookupRequest,
      how: "lookup" | "refresh" | "unlock"
    ) {
      const user = yield* CurrentUser
      const username = yield* usernameOf(params.username)
      if (query.dry_run === "true") return yield* profiles.quote(user.id, username, how === "unlock")
      const wait = preferredWait(request.headers["prefer"], defaultWait, longestWait)
      const asked = { user: user.id, username, wait: Duration.seconds(wait) }
      const outcome = yield* (how === "unlock" ? profiles.unlock(asked) : profiles.lookup({ ...asked, force: how === "refresh" }))
      noteOf(request.source).vendor = outcome._tag === "Pending" || outcome.source === "vendor"
      if (outcome._tag === "Ready") {
        const headers = headersOf(outcome, yield* Clock.currentTimeMillis)
        // "Not changed" is free, hence what was paid for is answered in full.
        return outcome.charge !== null && outcome.charge.charged > 0
          ? complete(outcome.cached, headers)
          : conditional(request, outcome.cached, headers)
      }
      return accepted(lookupJobView(outcome.fetch), wait, outcome.charge ?? null)
    })

    /** A list under an unlocked profile: tagged by the data's version and the page, so that paging again costs nothing. */
    const list = <A, B>(
      name: string,
      read: (profile: Unlocked, page: Page) => Effect.Effect<ReadonlyArray<A>, B>,
      position: (item: A) => string,
      view: (item: A) => unknown
    ) =>
      Effect.fn(`ProfilesHttp.${name}`)(function*({ params, query, request }: {
        readonly params: { readonly username: string }
        readonly query: { readonly limit?: number; readonly cursor?: string }
        readonly request: HttpServerRequest.HttpServerRequest
      }) {
        const profile = yield* unlocked(params.username)
        const scope = `${name}/${profile.id}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(scope, query.cursor)
        const found = yield* read(profile, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(scope, position(last)))
        return conditional(
          request,
          {
            body: encode({ data: data.map(view), page }),
            etag: `"${profile.id.slice(0, 8)}-${profile.data_version}-${name}-${limit}-${query.cursor ?? ""}"`
          },
          page.next_cursor === null ? {} : { link: nextLink(request.url, page.next_cursor) }
        )
      })

    const unlocked = Effect.fnUntraced(function*(name: string) {
      const user = yield* CurrentUser
      return yield* profiles.unlocked(user.id, yield* usernameOf(name))
    })

    return handlers.handleAll({
      lookup: (request) => lookup(request, "lookup"),
      refresh: (request) => lookup(request, "refresh"),
      unlock: (request) => lookup(request, "unlock"),
      analytics: Effect.fn("ProfilesHttp.analytics")(function*({ params, query, request }) {
        const profile = yield* unlocked(params.username)
        const now = yield* Clock.currentTimeMillis
        const freshness = freshnessOf(profile, profiles.freshFor, now)
        const then = query.as_of === undefined ? null : instantOf(Date.parse(query.as_of))
        const analytics = then === null ? profile.analytics : (yield* history.analyticsAt(profile, then)) ?? null
        return conditional(request, {
          body: encode({ username: profile.username, as_of: then, analytics, freshness }),
          etag: `"${profile.id.slice(0, 8)}-${profile.data_version}-analytics-${freshness.status}-${then ?? ""}"`
        }, { age: ageOf(millisOf(profile.last_refreshed), now) })
      }),
      posts: list(
        "posts",
        profiles.posts,
        (post) => post.position,
        postView
      ),
      related: list("related", profiles.related, (row) => row.cursor, ({
        cursor: _cursor,
        profile_id: _profile,
        updated_at: _updated,
        ...related
      }) => related),
      mentions: list("mentions", profiles.mentions, (row) => row.cursor, ({
        cursor: _cursor,
        profile_id: _profile,
        created_at: _created,
        ...mention
      }) => mention)
    })
  })
)

/**
 * Repeated look-ups whose answers this process has: the caller is known to be let in, the window was open within the last two seconds,
 * the body is in memory. Nothing is asked or recorded, as the usual way would not either; every refusal is left to that.
 */
export const knownLookups = Effect.gen(function*() {
  const limits = yield* RateLimits
  const authenticator = yield* Authenticator
  const profiles = yield* Profiles
  const known: KnownAnswers = (request, now) => {
    const { headers, method, url } = request
    const username = method === "GET" ? lookupUrl.exec(url ?? "")?.[1] : undefined
    if (username === undefined) return undefined
    const user = authenticator.known(headers.authorization, looksUp.scope, now)
    const ready = user === undefined ? undefined : profiles.known(user.id, username, now)
    if (user === undefined || ready === undefined) return undefined
    const remaining = limits.admitNow(quotasOf(limits.policies, user), 1, now)
    if (remaining === undefined) return undefined
    const note = noteOf(request)
    note.user = user.id
    note.route = lookupRoute
    return representationOf(headers["if-none-match"], ready.cached, {
      ...headersOf(ready, now),
      ...limitHeaders(remaining)
    })
  }
  return known
})

interface LookupRequest {
  readonly params: { readonly username: string }
  readonly query: { readonly dry_run?: "true" | "false" }
  readonly request: HttpServerRequest.HttpServerRequest
}

/** The address of a name that needs no normalising. */
const lookupRoute = routePatterns.find(({ method, path }) => method === "GET" && path === "/profile/:username")
const lookupUrl = /^\/profile\/([a-z0-9._]{1,30})$/

/** Seconds. */
const defaultWait = 25
const longestWait = 120

const encoder = new TextEncoder()
const encode = (body: unknown): Uint8Array => encoder.encode(JSON.stringify(body))

const usernameOf = (name: string): Effect.Effect<Username, InvalidUsername> =>
  Option.match(normalizeUsername(name), { onNone: () => Effect.fail(InvalidUsername.problem), onSome: Effect.succeed })

const headersOf = ({ accessExpiresAt, cached, charge, source, staleReason }: Ready, now: number) => ({
  age: ageOf(cached.refreshedAt, now),
  "x-access-expires-at": accessExpiresAt,
  "x-data-source": source,
  ...(charge === null ? {} : creditHeaders(charge)),
  ...(staleReason === null ? {} : { warning: `110 - "stale: ${staleReason}"` })
})

/** Whole seconds since an instant in milliseconds. */
const ageOf = (refreshedAt: number, now: number): string => String(Math.max(0, Math.floor((now - refreshedAt) / 1000)))

const accepted = (job: Job, waited: number, charge: Ready["charge"]) =>
  HttpServerResponse.jsonUnsafe(job, {
    status: 202,
    headers: {
      location: job.href,
      "retry-after": "5",
      "preference-applied": `wait=${waited}`,
      "cache-control": "no-store",
      ...(charge === null ? {} : creditHeaders(charge))
    }
  })
