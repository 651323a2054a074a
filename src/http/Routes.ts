import * as HttpApi from "effect/http-api/HttpApi"
import * as FindMyWay from "effect/http/FindMyWay"
import { routesOf } from "../alignment/RoutesHttp.ts"
import { Authorization } from "../auth/Authorization.ts"
import { paths as docsPaths } from "../docs/DocsHttp.ts"
import { Api } from "./Api.ts"

/** What each route touches in the database; those behind `Authorization` ask for the account first. */
export const apiRoutes = routesOf(Api, [{
  middleware: Authorization,
  touches: { reads: ["auth_users", "user_profiles"], writes: ["auth_users", "user_profiles"] }
}])

export interface RoutePattern {
  readonly method: string
  readonly path: string
  /** The API's group, such as `profiles`; `docs` beside the declared ones. */
  readonly group: string
}

/** Every route there is, with those beside the declared ones. */
export const routePatterns: ReadonlyArray<RoutePattern> = patternsOf([
  "/openapi.json",
  "/docs/reference",
  ...docsPaths,
  "/problems/:slug",
  "/metrics"
])

function patternsOf(undeclared: ReadonlyArray<string>): ReadonlyArray<RoutePattern> {
  const patterns: Array<RoutePattern> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, group }) => {
      patterns.push({ method: endpoint.method, path: endpoint.path, group: group.identifier })
    }
  })
  return [...patterns, ...undeclared.map((path) => ({ method: "GET", path, group: "docs" }))]
}

/**
 * How addresses are read. Two slashes are not one: `/profile//report`, written by a client that has no username, is no look-up of the
 * account "report", which would be fetched and paid for.
 */
export const routerConfig = { ignoreTrailingSlash: true, ignoreDuplicateSlashes: false } as const

/** Gives what was made of the route that takes a method and an address, `otherwise` where none does. */
export const finderOf = <A>(made: (route: RoutePattern) => A, otherwise: A) => {
  const router = FindMyWay.make<A>(routerConfig)
  for (const route of routePatterns) router.on(route.method, `/${route.path.slice(1)}`, made(route))
  return (method: string, url: string): A => router.find(method === "HEAD" ? "GET" : method, url)?.handler ?? otherwise
}

/** What a request is called in a trace: never its address, which names what was asked for. */
export const requestName = finderOf(({ method, path }) => `${method} ${path}`, "no route")

const routes = routePatterns.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+")}/?$`)
}))

/** The methods that an address takes, for `Allow`; empty when nothing is there. Only asked when no route matched. */
export const allowedMethods = (path: string): ReadonlyArray<string> => [
  ...new Set(
    routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method])
  )
]
