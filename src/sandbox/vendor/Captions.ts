import type { Persona } from "./Persona.ts"
import type { Prng } from "./Prng.ts"
import { emojiEndings } from "./voices/Voices.ts"

/**
 * A caption in the account's language with hashtags, mentions and, where there is a sponsor, a disclosure; `null` for the few
 * posts without.
 */
export const captionOf = (
  prng: Prng,
  persona: Persona,
  sponsor: string | null,
  mentioned: ReadonlyArray<string>
): string | null => {
  if (sponsor === null && mentioned.length === 0 && prng.chance(0.03)) return null
  const { voice } = persona
  const lines = prng.sample(voice.captions, prng.int(1, 3)).map((line) =>
    prng.chance(0.5) ? `${line} ${prng.pick(emojiEndings)}` : line
  )
  const text = [
    sponsor !== null && prng.chance(0.5) ? disclosure(prng, persona, sponsor) : null,
    lines.join(prng.chance(0.5) ? ". " : "\n"),
    mentioned.length > 0 ? mentioned.map((username) => `@${username}`).join(" ") : null,
    prng.chance(0.5) ? prng.pick(voice.prompts) : null,
    prng.sample(voice.hashtags, prng.int(0, 6)).map((tag) => `#${tag}`).join(" ")
  ].filter((part) => part !== null && part !== "").join("\n")
  return sponsor === null || text.includes(sponsor) ? text : `${text}\n${disclosure(prng, persona, sponsor)}`
}

/** Some disclosures do not name the sponsor; the mention does then. */
const disclosure = (prng: Prng, persona: Persona, sponsor: string): string => {
  const text = prng.pick(persona.voice.disclosures)
  return text.includes("@brand") ? text.replace("@brand", `@${sponsor}`) : `${text} @${sponsor}`
}
