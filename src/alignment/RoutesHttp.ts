import { Context } from "effect"
import * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { type Route, type RouteUse, Touches } from "./Touches.ts"

/** What every route touches. `through` adds what a middleware touches on behalf of the routes behind it. */
export const routesOf = <Id extends string, Groups extends HttpApiGroup.Constraint>(
  api: HttpApi.HttpApi<Id, Groups>,
  through: ReadonlyArray<{ readonly middleware: unknown; readonly touches: RouteUse }> = []
): ReadonlyArray<Route> => {
  const routes: Array<Route> = []
  HttpApi.reflect(api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, mergedAnnotations, middleware }) => {
      const declared = Context.getOrUndefined(mergedAnnotations, Touches)
      const passed = through.filter((one) => [...middleware].some((service) => service === one.middleware)).map(({ touches }) =>
        touches
      )
      const all = declared === undefined ? passed : [declared, ...passed]
      routes.push({
        route: `${endpoint.method} ${endpoint.path}`,
        declared: declared !== undefined,
        reads: unique(all.flatMap(({ reads }) => reads)),
        writes: unique(all.flatMap(({ writes }) => writes))
      })
    }
  })
  return routes
}

const unique = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]
