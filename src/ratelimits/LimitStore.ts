import { Context, type Effect, Layer } from "effect"

export interface Take {
  readonly key: string
  /** Of the policy's windows since 1970. */
  readonly window: number
  readonly limit: number
  /** Units that are needed at once; a store may give more, to be spent later in the window. */
  readonly needed: number
  /** Milliseconds. */
  readonly endsIn: number
}

export interface Taken {
  /** None where the limit has no room for what is needed. */
  readonly units: number
  /** What remains for all processes after this. */
  readonly left: number
}

/** A store gives what is needed and one part in so many of what is left then, so that not every request asks; near the limit each is counted by itself. */
export const ahead = 500

/** Where processes count together. */
export class LimitStore extends Context.Service<LimitStore, {
  /** Undefined: this process counts alone, and gives itself the whole limit. */
  readonly take: ((take: Take) => Effect.Effect<Taken, "unavailable">) | undefined
}>()("analytics-following/ratelimits/LimitStore") {
  static readonly layerMemory = Layer.succeed(LimitStore, { take: undefined })
}
