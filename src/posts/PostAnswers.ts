import { Context, Effect, Layer, Result, Schedule } from "effect"
import * as Column from "../database/Column.ts"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Transaction } from "../database/Transaction.ts"
import type { FetchedPost } from "../decodo/FetchedPost.ts"
import type { FetchedSinglePost } from "../decodo/FetchedProfile.ts"
import { decodeMedia } from "../decodo/MediaDecoder.ts"
import { Suppressions } from "../suppressions/Suppressions.ts"
import type { PostAnswer } from "./PostAnswer.ts"
import { PostAnswerRepo } from "./PostAnswerRepo.ts"
import type { Shortcode } from "./Shortcode.ts"

/** An answer about one post as it was written down. */
export interface KeptPost {
  readonly id: string
  readonly post: FetchedPost
  readonly fetchedAt: Column.Instant
}

/** Paid answers about single posts: kept before anything is made of them, read again to compute anew. */
export class PostAnswers extends Context.Service<PostAnswers, {
  /**
   * Writes a paid answer down, without what it says of those who are suppressed; nothing where the post is one's own. A database that is
   * away for a moment must not lose it. Gives it as it was kept.
   */
  keep(fetched: FetchedSinglePost): Effect.Effect<KeptPost | undefined, DatabaseError>
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
      const suppressions = yield* Suppressions
      const transaction = yield* Transaction

      const write = ({ meta, post }: FetchedSinglePost) =>
        transaction.run(Effect.gen(function*() {
          const raw = yield* suppressions.clean(post.raw)
          if (raw === undefined) return undefined
          yield* repo.insert({ shortcode: post.shortcode as Shortcode, ...meta, payload: raw, stored_at: null })
          const kept = raw === post.raw
            ? post
            : Result.match(decodeMedia(raw), { onFailure: () => post, onSuccess: ({ value }) => value })
          return { id: meta.id, post: kept, fetchedAt: meta.fetched_at }
        }))

      return {
        keep: Effect.fn("PostAnswers.keep")((fetched: FetchedSinglePost) =>
          Effect.retry(
            Effect.uninterruptible(write(fetched)),
            { while: (error) => error._tag === "DatabaseUnavailable", schedule: Schedule.exponential("200 millis"), times: 6 }
          )
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
