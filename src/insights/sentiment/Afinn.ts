import { fold } from "./Fold.ts"

/**
 * The words of a translated AFINN that are fit to use, on our scale of three: single words, long enough not to be a particle, and not among the
 * `ignored`, which the translation scored for another meaning, or which name people. AFINN's scale runs to five (Nielsen, 2011).
 */
export const fitWords = (
  language: string,
  afinn: Readonly<Record<string, number>>,
  ignored: ReadonlyArray<string>
): ReadonlyArray<readonly [string, number]> => {
  const unfit = new Set(ignored.flatMap((line) => line.split(", ")).map(fold))
  const shortest = SHORTEST[language] ?? 4
  return Object.entries(afinn).flatMap(([word, valence]) => {
    const folded = fold(word)
    const fit = valence !== 0 && !folded.includes(" ") && Array.from(folded).length >= shortest && !unfit.has(folded)
    return fit ? [[word, Math.sign(valence) * (STRENGTH[Math.abs(valence)] ?? 3)] as const] : []
  })
}

// The Arabic list has been added to by other hands, short words least of all about feelings. Two characters make a word in Japanese.
const SHORTEST: Readonly<Record<string, number>> = { ar: 5, en: 3, ja: 2, ko: 2 }

// One point alone decides nothing.
const STRENGTH = [0, 0.5, 1, 2, 2.5, 3]
