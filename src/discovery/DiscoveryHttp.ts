import { Effect, Struct } from "effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { type FollowerTier, tierBounds } from "../analytics/FollowerTier.ts"
import { CurrentUser } from "../auth/CurrentUser.ts"
import { Charges } from "../credits/Charges.ts"
import { creditHeaders } from "../credits/CreditHeaders.ts"
import { paidAnswer } from "../credits/PaidAnswerHttp.ts"
import { Api } from "../http/Api.ts"
import { conditional, taggedJson } from "../http/Conditional.ts"
import { Cursor } from "../http/Cursor.ts"
import { InvalidRequest } from "../http/HttpErrors.ts"
import { linkNext } from "../http/LinkNext.ts"
import { defaultLimit, pageOf } from "../http/Lists.ts"
import { Discovery, pageCharge } from "./Discovery.ts"
import { type ProfileSearch, type SearchOrder, searchText } from "./ProfileSearch.ts"

/** Handlers of `/profiles`. */
export const layer = HttpApiBuilder.group(
  Api,
  "discovery",
  Effect.fn(function*(handlers) {
    const discovery = yield* Discovery
    const charges = yield* Charges
    const cursors = yield* Cursor
    return handlers.handleAll({
      find: Effect.fn("DiscoveryHttp.find")(function*({ query, request }) {
        const user = yield* CurrentUser
        const search = yield* searchOf(query)
        const list = `profiles/${user.id}/${JSON.stringify(search)}`
        const limit = query.limit ?? defaultLimit
        const after = query.cursor === undefined ? undefined : yield* cursors.decode(list, query.cursor)
        const payable = pageCharge(search, { after, limit })
        if (query.dry_run === "true") return yield* charges.quote(user.id, payable)
        const found = yield* discovery.find(user.id, search, { after, limit: limit + 1 })
        const { data, page } = pageOf(found, limit, (last) => cursors.encode(list, last.position))
        const answer = taggedJson({ data: data.map(Struct.omit(["position"])), page })
        const response = data.length === 0
          ? conditional(request, answer, charges.nothing === null ? {} : creditHeaders(charges.nothing))
          : yield* paidAnswer(charges, { request, answer, user: user.id, payable })
        yield* linkNext(request, page.next_cursor)
        return response
      })
    })
  })
)

interface SearchQuery {
  readonly q?: string
  readonly tier?: FollowerTier
  readonly min_followers?: number
  readonly max_followers?: number
  readonly category?: string
  readonly is_verified?: "true" | "false"
  readonly is_business_account?: "true" | "false"
  readonly min_engagement_rate?: number
  readonly max_engagement_rate?: number
  readonly sort?: SearchOrder
}

/** The search in one form, however it is asked for. */
const searchOf = (query: SearchQuery): Effect.Effect<ProfileSearch, InvalidRequest> => {
  const errors = [
    ...(query.sort === "relevance" && query.q === undefined ? [wrong("sort", "Relevance needs `q`.")] : []),
    ...(above(query.min_followers, query.max_followers) ? [wrong("min_followers", "Expected at most `max_followers`.")] : []),
    ...(above(query.min_engagement_rate, query.max_engagement_rate)
      ? [wrong("min_engagement_rate", "Expected at most `max_engagement_rate`.")]
      : [])
  ]
  if (errors.length > 0) return Effect.fail(InvalidRequest.of(errors))
  const tier = query.tier === undefined ? undefined : tierBounds[query.tier]
  return Effect.succeed({
    text: query.q === undefined ? undefined : searchText(query.q),
    minFollowers: greatest([query.min_followers, tier?.from]),
    maxFollowers: least([query.max_followers, tier === undefined || tier.to === null ? undefined : tier.to - 1]),
    category: query.category?.trim(),
    isVerified: flagOf(query.is_verified),
    isBusinessAccount: flagOf(query.is_business_account),
    minEngagementRate: query.min_engagement_rate,
    maxEngagementRate: query.max_engagement_rate,
    sort: query.sort ?? "followers"
  })
}

const wrong = (parameter: string, message: string) => ({ path: ["query", parameter], message })

const above = (minimum: number | undefined, maximum: number | undefined): boolean =>
  minimum !== undefined && maximum !== undefined && minimum > maximum

const flagOf = (given: "true" | "false" | undefined): boolean | undefined => given === undefined ? undefined : given === "true"

const present = (numbers: ReadonlyArray<number | undefined>) => numbers.filter((number) => number !== undefined)
const greatest = (numbers: ReadonlyArray<number | undefined>) => present(numbers).sort((a, b) => b - a)[0]
const least = (numbers: ReadonlyArray<number | undefined>) => present(numbers).sort((a, b) => a - b)[0]
