/** `data/sentiment/emoji.json`: the valence of emoji, and those that mean different things. */
export interface EmojiFile {
  readonly valence: Readonly<Record<string, string>>
  readonly sarcastic: string
  readonly tearful: string
  readonly laughing: string
}

/** What a comment's emoji say. */
export interface EmojiSense {
  /** Sum of the positive and of the negative valences, each emoji counted once and a little more when repeated. */
  readonly positive: number
  readonly negative: number
  readonly laughing: boolean
  /** Turns praise into its opposite more often than not. */
  readonly sarcastic: boolean
}

/** Compiles the table into a function over base emoji. */
export const emojiReader = (file: EmojiFile): (emoji: ReadonlyArray<string>) => EmojiSense => {
  const valences = new Map<string, number>()
  for (const [valence, emoji] of Object.entries(file.valence)) {
    for (const one of bases(emoji)) valences.set(one, Number(valence))
  }
  const sarcastic = new Set(bases(file.sarcastic))
  const laughing = new Set(bases(file.laughing))
  // Tears beside a heart are joy; alone they are laughter, joy or grief.
  const tearful = new Set(bases(file.tearful))
  return (emoji) => {
    const seen = new Map<string, number>()
    for (const one of emoji) seen.set(one, (seen.get(one) ?? 0) + 1)
    let positive = 0
    let negative = 0
    for (const [one, times] of seen) {
      if (tearful.has(one)) continue
      const valence = valences.get(one) ?? 0
      const weight = Math.abs(valence) * (times > 1 ? 1.25 : 1)
      if (valence > 0) positive += weight
      else negative += weight
    }
    return {
      positive: Math.min(positive, STRONGEST),
      negative: Math.min(negative, STRONGEST),
      laughing: emoji.some((one) => laughing.has(one)),
      sarcastic: emoji.some((one) => sarcastic.has(one))
    }
  }
}

const STRONGEST = 4

const bases = (emoji: string): ReadonlyArray<string> => Array.from(emoji).filter((one) => one !== "\ufe0f")
