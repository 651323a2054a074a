import { Prng } from "./Prng.ts"
import type { Voice } from "./voices/Voice.ts"
import { brands, voices } from "./voices/Voices.ts"

/**
 * What never changes about an account: everything the generators derive its days and posts from. Times are seconds since 1970.
 */
export interface Persona {
  readonly username: string
  readonly id: string
  readonly full_name: string
  readonly is_verified: boolean
  readonly voice: Voice
  /** A language of its audience besides its own. */
  readonly secondVoice: Voice
  /** Followers on 1 January 2020, from nano to mega, log-uniform. */
  readonly followersBase: number
  /** Share of `followersBase` gained a year; may be negative. */
  readonly growth: number
  /** Likes and comments of a usual post, over followers. */
  readonly engagement: number
  readonly commentShare: number
  /** Bought followers: engagement far below its tier. */
  readonly hollow: boolean
  readonly isProfessional: boolean
  readonly isBusiness: boolean
  readonly category: string
  readonly postInterval: number
  readonly createdAt: number
  /** When a dormant account stopped posting. */
  readonly stoppedAt: number | null
  readonly photoShare: number
  readonly reelShare: number
  readonly favouriteHours: ReadonlyArray<number>
  readonly hiddenLikesShare: number
  readonly sponsoredShare: number
  readonly collaborationShare: number
  readonly friends: ReadonlyArray<string>
  readonly brands: ReadonlyArray<string>
}

/** 2020-01-01T00:00:00Z in seconds: where followers are counted from, and the earliest day the generators know. */
export const baseline = 1_577_836_800
export const daySeconds = 86_400

export const personaOf = (username: string): Persona => {
  const prng = new Prng("persona", username)
  const voice = prng.chance(0.3) ? voices[0] as Voice : prng.pick(voices)
  const followersBase = Math.round(prng.logUniform(400, 30_000_000))
  const hollow = prng.chance(0.05)
  const isProfessional = prng.chance(0.7)
  return {
    username,
    // Accounts of the same name keep their id; ids of 2012 have 9 digits, later ones 10 or 11.
    id: prng.digits(prng.int(9, 11)),
    full_name: fullName(prng, voice),
    is_verified: prng.chance(followersBase > 1_000_000 ? 0.9 : followersBase > 100_000 ? 0.4 : 0.04),
    voice,
    secondVoice: prng.chance(0.5) ? voices[0] as Voice : prng.pick(voices),
    followersBase,
    growth: prng.between(-0.02, 0.25),
    // About 1.8 % at 3,000 followers and 0.6 % at a million: the order of the published means by tier.
    engagement: (hollow ? 0.1 : 1) * 0.09 * Math.pow(followersBase, -0.2) * prng.spread(0.5),
    commentShare: prng.between(0.01, 0.06),
    hollow,
    isProfessional,
    isBusiness: isProfessional && prng.chance(0.5),
    category: prng.pick(categories),
    postInterval: Math.round(7 * daySeconds / prng.logUniform(0.7, 14)),
    createdAt: prng.int(1_356_998_400, baseline - 90 * daySeconds),
    stoppedAt: prng.chance(0.03) ? baseline + prng.int(200, 1_800) * daySeconds : null,
    photoShare: prng.between(0.15, 0.5),
    reelShare: prng.between(0.2, 0.5),
    favouriteHours: prng.sample(hours, 4),
    hiddenLikesShare: prng.chance(0.1) ? prng.between(0.3, 0.7) : 0.02,
    sponsoredShare: isProfessional ? prng.between(0, 0.3) : 0,
    collaborationShare: prng.between(0, 0.2),
    friends: Array.from({ length: 12 }, () => handle(prng)),
    brands: prng.sample(brands, 4)
  }
}

/** Followers at an instant (seconds since 1970): a slow line, with a daily wobble of at most 0.03 % up or down. */
export const followersAt = (persona: Persona, seconds: number): number => {
  const trend = 1 + persona.growth * (seconds - baseline) / (365 * daySeconds)
  const wobble = new Prng("followers", persona.username, Math.floor(seconds / daySeconds)).between(-0.0003, 0.0003)
  return Math.round(persona.followersBase * Math.max(trend, 0.1) * (1 + wobble))
}

const fullName = (prng: Prng, { names }: Voice): string => {
  const [first] = prng.pick(names).split(" ")
  const [, ...last] = prng.pick(names).split(" ")
  return [first, ...last].join(" ")
}

/** A made-up Instagram username. */
export const handle = (prng: Prng): string => {
  const tail = prng.chance(0.4) ? String(prng.int(1, 99)) : ""
  return `${prng.pick(handleStarts)}${prng.pick(["", ".", "_"])}${prng.pick(handleEnds)}${tail}`
}

const hours = [6, 7, 8, 11, 12, 13, 17, 18, 19, 20, 21, 22]

const categories = [
  "Digital creator",
  "Blogger",
  "Photographer",
  "Health/beauty",
  "Entrepreneur",
  "Public figure",
  "Artist",
  "Fitness Trainer",
  "Chef",
  "Travel Company",
  "Clothing (Brand)",
  "Musician/band"
]

const handleStarts = [
  "mila",
  "noor",
  "leo",
  "sofia",
  "kenji",
  "amal",
  "ravi",
  "lucas",
  "zoe",
  "tariq",
  "emi",
  "nadia",
  "otto",
  "ines",
  "jun",
  "carla",
  "sami",
  "vera"
]
const handleEnds = [
  "studio",
  "eats",
  "travels",
  "daily",
  "makes",
  "official",
  "wears",
  "lens",
  "fit",
  "home",
  "notes",
  "world",
  "kitchen",
  "moves",
  "art"
]
