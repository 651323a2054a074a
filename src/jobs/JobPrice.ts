import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { Username } from "../profiles/Username.ts"
import type { UserId } from "../users/UserId.ts"

/** What one name of a job costs its user, in credits, asked for before it is begun. */
export class JobPrice extends Context.Service<JobPrice, {
  quote(user: UserId, username: Username): Effect.Effect<number, DatabaseError>
}>()("analytics-following/jobs/JobPrice") {
  /** While credits are not charged. */
  static readonly layerFree = Layer.succeed(JobPrice, { quote: () => Effect.succeed(0) })
}
