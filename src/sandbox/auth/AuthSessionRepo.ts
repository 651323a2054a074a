import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { asAuthAdmin } from "./AuthAdmin.ts"

/** `method` and `created` say how and when the user proved who they are. */
const Session = Schema.Struct({
  id: Schema.String,
  user_id: Schema.String,
  method: Schema.String,
  created: Schema.Int,
  /** When the session ends, whatever is done; seconds since 1970. */
  ends: Schema.NullOr(Schema.Int)
})
export type Session = typeof Session.Type

/** What showing a refresh token came to. `counter` is that of the token to hand out. */
export type Rotation =
  | { readonly _tag: "Rotated"; readonly counter: number }
  /** The one before the latest, shown again in time: a client that missed the answer. */
  | { readonly _tag: "Repeated"; readonly counter: number }
  /** An older one: a copy is in other hands. The session is over. */
  | { readonly _tag: "Reused" }
  | { readonly _tag: "Unknown" }

/** auth.sessions. A session holds the number of its latest refresh token, not the token. */
export class AuthSessionRepo extends Context.Service<AuthSessionRepo, {
  insert(session: { readonly id: string; readonly user_id: string; readonly method: string }): Effect.Effect<Session, Failure>
  find(id: string): Effect.Effect<Session | undefined, Failure>
  rotate(id: string, counter: number, reuseSeconds: number): Effect.Effect<Rotation, Failure>
  /** Ends all sessions of the user, or all but one, or one. */
  end(userId: string, which: { readonly except?: string; readonly only?: string }): Effect.Effect<void, Failure>
}>()("analytics-following/sandbox/auth/AuthSessionRepo") {
  static readonly layer = Layer.effect(AuthSessionRepo, Effect.suspend(() => make))
}

type Failure = SqlError | Schema.SchemaError

const make = Effect.gen(function*() {
  const sql = yield* SqlClient
  const nowIso = Effect.map(DateTime.now, DateTime.formatIso)

  const find = (id: string) =>
    Effect.flatMap(
      sql`
        SELECT id, user_id, tag AS method, extract(epoch FROM created_at)::int AS created, extract(epoch FROM not_after)::int AS ends
        FROM auth.sessions WHERE id = ${id}`,
      (rows) => Effect.map(decodeSessions(rows), ([session]) => session)
    )

  const insert = Effect.fn("AuthSessionRepo.insert")(
    function*({ id, method, user_id }: { readonly id: string; readonly user_id: string; readonly method: string }) {
      const now = yield* nowIso
      yield* asAuthAdmin(
        sql,
        sql`
          INSERT INTO auth.sessions (id, user_id, created_at, updated_at, aal, tag, refresh_token_counter)
          VALUES (${id}, ${user_id}, ${now}, ${now}, 'aal1', ${method}, 0)`
      )
      return { id, user_id, method, created: Math.floor(Date.parse(now) / 1000), ends: null }
    }
  )

  const rotate = Effect.fn("AuthSessionRepo.rotate")(function*(id: string, counter: number, reuseSeconds: number) {
    const now = yield* nowIso
    return yield* asAuthAdmin(
      sql,
      Effect.gen(function*(): Effect.fn.Return<Rotation, Failure> {
        const [state] = yield* Effect.flatMap(
          sql`
            SELECT refresh_token_counter::int AS latest,
              extract(epoch FROM ${now}::timestamptz - refreshed_at AT TIME ZONE 'UTC')::float8 AS seconds
            FROM auth.sessions WHERE id = ${id} FOR UPDATE`,
          decodeStates
        )
        if (state === undefined || counter > state.latest) return { _tag: "Unknown" }
        if (counter === state.latest) {
          yield* sql`
            UPDATE auth.sessions SET refresh_token_counter = ${counter + 1}, updated_at = ${now},
              refreshed_at = ${now}::timestamptz AT TIME ZONE 'UTC'
            WHERE id = ${id}`
          return { _tag: "Rotated", counter: counter + 1 }
        }
        if (counter === state.latest - 1 && state.seconds !== null && state.seconds < reuseSeconds) {
          return { _tag: "Repeated", counter: state.latest }
        }
        yield* sql`DELETE FROM auth.sessions WHERE id = ${id}`
        return { _tag: "Reused" }
      })
    )
  })

  return AuthSessionRepo.of({
    insert,
    find,
    rotate,
    end: (userId, { except, only }) =>
      Effect.asVoid(asAuthAdmin(
        sql,
        sql`
          DELETE FROM auth.sessions
          WHERE user_id = ${userId} AND (${only ?? null}::uuid IS NULL OR id = ${only ?? null}::uuid)
            AND (${except ?? null}::uuid IS NULL OR id <> ${except ?? null}::uuid)`
      ))
  })
})

const decodeSessions = Schema.decodeUnknownEffect(Schema.Array(Session))
const decodeStates = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ latest: Schema.Int, seconds: Schema.NullOr(Schema.Finite) }))
)
