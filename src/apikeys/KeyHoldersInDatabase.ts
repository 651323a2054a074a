import { Clock, Effect, Layer } from "effect"
import { KeyHolders } from "../auth/KeyHolders.ts"
import { instantOf, millisOf } from "../database/Instant.ts"
import { ApiKeyRepo } from "./ApiKeyRepo.ts"
import { keyPrefix, parseKeyText, sameSecret } from "./KeyText.ts"

/** Keys as the auth room asks for them. A use is noted at most once a minute, and nobody waits for that. */
export const layerNoDeps = Layer.effect(
  KeyHolders,
  Effect.gen(function*() {
    const repo = yield* ApiKeyRepo
    const scope = yield* Effect.scope

    const noteUse = (id: string, now: number) =>
      repo.touch(id, instantOf(now), instantOf(now - notedEvery)).pipe(
        Effect.catch((error) => Effect.logWarning("a use of an API key was not noted", { error: error._tag })),
        Effect.forkIn(scope)
      )

    return KeyHolders.of({
      isKey: (credential) => credential.startsWith(keyPrefix),
      wellFormed: (credential) => parseKeyText(credential) !== undefined,
      find: Effect.fn("KeyHolders.find")(function*(credential: string) {
        const parsed = parseKeyText(credential)
        const held = parsed === undefined ? undefined : yield* repo.findHeld(parsed.id)
        if (parsed === undefined || held === undefined || !sameSecret(parsed.secret, held.secret_hash)) return undefined
        const now = yield* Clock.currentTimeMillis
        if (held.last_used_at === null || now - millisOf(held.last_used_at) > notedEvery) yield* noteUse(held.id, now)
        return held
      })
    })
  })
)

export const layer = layerNoDeps.pipe(Layer.provide(ApiKeyRepo.layer))

/** Milliseconds. */
const notedEvery = 60_000
