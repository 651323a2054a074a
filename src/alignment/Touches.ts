import { Context } from "effect"
import type { RelationName } from "./Models.ts"

export interface RouteUse {
  readonly reads: ReadonlyArray<RelationName>
  readonly writes: ReadonlyArray<RelationName>
}

/**
 * Annotation of an endpoint: the relations that its handler reads and writes, so that a broken one stops this route and no other:
 * `.annotate(Touches, { reads: ["campaigns"], writes: [] })`.
 */
export class Touches extends Context.Service<Touches, RouteUse>()("analytics-following/alignment/Touches") {}

export interface Route extends RouteUse {
  /** Method and path pattern, as the endpoint declares them: `GET /campaigns/:id`. */
  readonly route: string
  /** False: the endpoint says nothing, and counts as touching no relation. */
  readonly declared: boolean
}
