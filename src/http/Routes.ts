import * as HttpApi from "effect/http-api/HttpApi"
import { routesOf } from "../alignment/RoutesHttp.ts"
import { Authorization } from "../auth/Authorization.ts"
import { Api } from "./Api.ts"

/** What each route touches in the database; those behind `Authorization` ask for the account first. */
export const apiRoutes = routesOf(Api, [{
  middleware: Authorization,
  touches: { reads: ["auth_users", "user_profiles"], writes: ["auth_users", "user_profiles"] }
}])

/** Routes beside the declared ones. */
const undeclared: ReadonlyArray<readonly [method: string, path: string]> = [
  ["GET", "/openapi.json"],
  ["GET", "/docs"],
  ["GET", "/problems/:slug"]
]

const routes: Array<{ readonly method: string; readonly pattern: RegExp }> = []

const add = (method: string, path: string) =>
  routes.push({ method, pattern: new RegExp(`^${path.replace(/:[^/]+/g, "[^/]+")}/?$`) })

HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    add(endpoint.method, endpoint.path)
  }
})
for (const [method, path] of undeclared) add(method, path)

/** The methods that an address takes, for `Allow`; empty when nothing is there. Only asked when no route matched. */
export const allowedMethods = (path: string): ReadonlyArray<string> => [
  ...new Set(
    routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method])
  )
]
