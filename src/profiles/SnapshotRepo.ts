import { Context, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Column from "../database/Column.ts"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row, rows } from "../database/Rows.ts"
import type { ProfileId } from "./Profile.ts"
import { ProfileSnapshot } from "./ProfileSnapshot.ts"

/** All SQL of `profile_snapshots`. */
export class SnapshotRepo extends Context.Service<SnapshotRepo, {
  /** One that was taken then stays as it is: false. */
  insert(snapshot: typeof ProfileSnapshot.insert.Encoded): Effect.Effect<boolean, DatabaseError>
  /** Replaces the figures of the snapshot taken then, if there is one. */
  updateFigures(snapshot: typeof ProfileSnapshot.insert.Encoded): Effect.Effect<void, DatabaseError>
  /** Snapshots taken since `since`, oldest first; at most `limit`, the latest of them. */
  list(profile: ProfileId, since: Column.Instant, limit: number): Effect.Effect<ReadonlyArray<ProfileSnapshot>, DatabaseError>
}>()("analytics-following/profiles/SnapshotRepo") {
  static readonly layer = Layer.effect(
    SnapshotRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decodeId = row("profile_snapshots", Schema.Struct({ id: Column.uuid }))
      const decode = rows("profile_snapshots", ProfileSnapshot)

      const insert = Effect.fn("SnapshotRepo.insert")((snapshot: typeof ProfileSnapshot.insert.Encoded) =>
        Effect.map(
          decodeId(sql`
            INSERT INTO profile_snapshots ${sql.insert(snapshot)} ON CONFLICT (profile_id, taken_at) DO NOTHING RETURNING id`),
          (found) => found !== undefined
        )
      )

      const updateFigures = Effect.fn("SnapshotRepo.updateFigures")((snapshot: typeof ProfileSnapshot.insert.Encoded) =>
        Effect.asVoid(
          available("profile_snapshots")(sql`
          UPDATE profile_snapshots SET engagement_rate = ${snapshot.engagement_rate}, median_likes = ${snapshot.median_likes},
            median_comments = ${snapshot.median_comments}, influence_score = ${snapshot.influence_score},
            analytics_version = ${snapshot.analytics_version}
          WHERE profile_id = ${snapshot.profile_id} AND taken_at = ${snapshot.taken_at}`)
        )
      )

      const list = Effect.fn("SnapshotRepo.list")((profile: ProfileId, since: Column.Instant, limit: number) =>
        Effect.map(
          decode(read`
            SELECT * FROM profile_snapshots
            WHERE profile_id = ${profile} AND taken_at >= ${since}
            ORDER BY taken_at DESC
            LIMIT ${limit}`),
          (found) => found.toReversed()
        )
      )

      return { insert, updateFigures, list }
    })
  )
}
