import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { ReadSql } from "../database/Database.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { Answerable } from "./EncodedAnswer.ts"
import type { StoredProfile } from "./ProfileView.ts"
import type { Username } from "./Username.ts"

/** All SQL of `encoded_answers`. */
export class EncodedAnswerRepo extends Context.Service<EncodedAnswerRepo, {
  /** A stored profile with its encoded answer, where that is of the profile's version and of this form. */
  find(username: Username, form: number): Effect.Effect<Answerable | undefined, DatabaseError>
  /** Keeps an answer, unless one of a later version of the profile is kept. */
  upsert(
    profile: Pick<StoredProfile, "id" | "data_version">,
    form: number,
    body: string
  ): Effect.Effect<void, DatabaseError>
}>()("analytics-following/profiles/EncodedAnswerRepo") {
  static readonly layer = Layer.effect(
    EncodedAnswerRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const read = yield* ReadSql
      const decode = row("profiles", Answerable)

      // Bytes, not text: nobody reads the body between the database and the socket.
      const find = (username: Username, form: number) =>
        decode(read`
          SELECT profiles.id, profiles.availability, profiles.data_version, profiles.last_refreshed,
            convert_to(answer.body::text, 'UTF8') AS body
          FROM profiles LEFT JOIN encoded_answers AS answer
            ON answer.profile_id = profiles.id AND answer.data_version = profiles.data_version AND answer.form = ${form}
          WHERE profiles.username = ${username}`)

      const upsert = Effect.fn("EncodedAnswerRepo.upsert")((
        ...[profile, form, body]: Parameters<EncodedAnswerRepo["Service"]["upsert"]>
      ) =>
        Effect.asVoid(
          available("encoded_answers")(sql`
          INSERT INTO encoded_answers AS current (profile_id, data_version, form, body)
          VALUES (${profile.id}, ${profile.data_version}, ${form}, ${body}::text::json)
          ON CONFLICT (profile_id) DO UPDATE SET
            data_version = excluded.data_version, form = excluded.form, body = excluded.body, encoded_at = excluded.encoded_at
          WHERE excluded.data_version >= current.data_version`)
        )
      )

      return { find, upsert }
    })
  )
}
