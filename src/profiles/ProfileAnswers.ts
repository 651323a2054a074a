import { Context, Effect, Layer } from "effect"
import type { DatabaseError } from "../database/DatabaseErrors.ts"
import { Posts } from "../posts/Posts.ts"
import type { Answerable } from "./EncodedAnswer.ts"
import { EncodedAnswerRepo } from "./EncodedAnswerRepo.ts"
import { answerForm, encodeBody, postsInAnswer } from "./ProfileAnswer.ts"
import { ProfileRepo } from "./ProfileRepo.ts"
import type { Username } from "./Username.ts"

/** The answers of stored profiles, encoded once for each version of their rows. */
export class ProfileAnswers extends Context.Service<ProfileAnswers, {
  /** The answer of a stored profile that is not gone: one single-row read where its version was asked for before. */
  find(username: Username): Effect.Effect<Answerable & { readonly body: Uint8Array } | undefined, DatabaseError>
}>()("analytics-following/profiles/ProfileAnswers") {
  static readonly layerNoDeps = Layer.effect(
    ProfileAnswers,
    Effect.gen(function*() {
      const encoded = yield* EncodedAnswerRepo
      const profiles = yield* ProfileRepo
      const posts = yield* Posts

      /**
       * Profile first, posts after it: posts change only together with the profile's version, so that what is kept under a version can be
       * newer than it, and is then never read, but not older.
       */
      const encode = Effect.fnUntraced(function*(username: Username) {
        const profile = yield* profiles.findByUsername(username)
        if (profile === undefined || profile.availability === "gone") return undefined
        const latest = yield* posts.latest(profile.id, { after: undefined, limit: postsInAnswer })
        const body = encodeBody(profile, latest)
        // Logged where it happened. The answer is made, and can be made again: that it could not be kept costs the next reader time.
        yield* Effect.catch(encoded.upsert(profile, answerForm, body), () => Effect.void)
        return { ...profile, body: encoder.encode(body) }
      })

      const find = Effect.fnUntraced(function*(username: Username) {
        const found = yield* encoded.find(username, answerForm)
        if (found === undefined || found.availability === "gone") return undefined
        return found.body === null ? yield* encode(username) : { ...found, body: found.body }
      })

      return { find }
    })
  )

  static readonly layer = this.layerNoDeps.pipe(Layer.provide(EncodedAnswerRepo.layer))
}

const encoder = new TextEncoder()
