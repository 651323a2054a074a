import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { available, row } from "../database/Rows.ts"
import { PostAnswer } from "./PostAnswer.ts"
import type { Shortcode } from "./Shortcode.ts"

/** All SQL of `post_answers`: paid answers about single posts, kept before anything is made of them. */
export class PostAnswerRepo extends Context.Service<PostAnswerRepo, {
  /** Again it adds nothing: what became of a statement is not known where its connection broke. */
  insert(answer: typeof PostAnswer.insert.Encoded & { readonly id: string }): Effect.Effect<void, DatabaseError>
  /** The newest answer about a post that was paid for since then. */
  findLatest(shortcode: Shortcode, since: Column.Instant): Effect.Effect<PostAnswer | undefined, DatabaseError>
  /** Call inside the transaction that stores the post. */
  markStored(id: string, at: Column.Instant): Effect.Effect<void, DatabaseError>
}>()("analytics-following/posts/PostAnswerRepo") {
  static readonly layer = Layer.effect(
    PostAnswerRepo,
    Effect.gen(function*() {
      const sql = yield* SqlClient
      const decodeAnswer = row("post_answers", PostAnswer)

      const insert = Effect.fn("PostAnswerRepo.insert")((answer: Parameters<PostAnswerRepo["Service"]["insert"]>[0]) =>
        Effect.asVoid(
          available("post_answers")(sql`
          INSERT INTO post_answers ${sql.insert({ ...answer, payload: JSON.stringify(answer.payload) })}
          ON CONFLICT (id) DO NOTHING`)
        )
      )

      const findLatest = Effect.fn("PostAnswerRepo.findLatest")((shortcode: Shortcode, since: Column.Instant) =>
        decodeAnswer(sql`
          SELECT * FROM post_answers
          WHERE shortcode = ${shortcode} AND fetched_at > ${since}
          ORDER BY fetched_at DESC
          LIMIT 1`)
      )

      const markStored = Effect.fn("PostAnswerRepo.markStored")((id: string, at: Column.Instant) =>
        Effect.asVoid(available("post_answers")(sql`UPDATE post_answers SET stored_at = ${at} WHERE id = ${id}`))
      )

      return { insert, findLatest, markStored }
    })
  )
}
