import { Context, Effect, Layer, Schedule } from "effect"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import type { FetchedSinglePost } from "../decodo/FetchedProfile.ts"
import type { PostAnswer } from "./PostAnswer.ts"
import { PostAnswerRepo } from "./PostAnswerRepo.ts"
import type { Shortcode } from "./Shortcode.ts"

/** Paid answers about single posts: kept before anything is made of them, read again to compute anew. */
export class PostAnswers extends Context.Service<PostAnswers, {
  /** Writes a paid answer down. A database that is away for a moment must not lose it. */
  keep(fetched: FetchedSinglePost): Effect.Effect<void, DatabaseError>
  /** The newest answer about each post that has one, paid for since then. */
  latest(
    shortcodes: ReadonlyArray<string>,
    since?: Column.Instant
  ): Effect.Effect<ReadonlyArray<Pick<PostAnswer, "shortcode" | "payload" | "fetched_at">>, DatabaseError>
}>()("analytics-following/posts/PostAnswers") {
  static readonly layerNoDeps = Layer.effect(
    PostAnswers,
    Effect.gen(function*() {
      const repo = yield* PostAnswerRepo
      return {
        keep: Effect.fn("PostAnswers.keep")(({ meta, post }: FetchedSinglePost) =>
          Effect.asVoid(Effect.retry(
            repo.insert({ shortcode: post.shortcode as Shortcode, ...meta, payload: post.raw, stored_at: null }),
            { while: (error) => error._tag === "DatabaseUnavailable", schedule: Schedule.exponential("200 millis"), times: 6 }
          ))
        ),
        latest: Effect.fn("PostAnswers.latest")((shortcodes: ReadonlyArray<string>, since = ever) =>
          Effect.map(
            Effect.forEach(shortcodes, (shortcode) => repo.findLatest(shortcode as Shortcode, since), { concurrency: 4 }),
            (found) => found.flatMap((answer) => answer ?? [])
          )
        )
      }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(PostAnswerRepo.layer))
}

const ever = Column.Instant.make("1970-01-01T00:00:00.000Z")
