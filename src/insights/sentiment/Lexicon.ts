import { fold, shortened } from "./Fold.ts"
import { isLetter, wordsOf } from "./Reading.ts"

/**
 * A lexicon as `data/sentiment/lexicon/*.json` holds it. A line is a list of entries separated by commas; an entry is a word or a
 * phrase, and `*` at its end stands for any ending. Valences run from -3 to 3; 0 shields a phrase from the words in it.
 */
export interface LexiconFile {
  readonly language: string | null
  readonly valence: Readonly<Record<string, ReadonlyArray<string>>>
  readonly negators: { readonly before: ReadonlyArray<string>; readonly after: ReadonlyArray<string> }
  readonly intensifiers: ReadonlyArray<string>
  readonly softeners: ReadonlyArray<string>
  readonly contrast: ReadonlyArray<string>
  readonly wish: ReadonlyArray<string>
  readonly question: ReadonlyArray<string>
  readonly buy: ReadonlyArray<string>
  readonly want: ReadonlyArray<string>
  readonly spam: ReadonlyArray<string>
  readonly hint: ReadonlyArray<string>
  readonly entered: ReadonlyArray<string>
  readonly sarcasm: ReadonlyArray<string>
  readonly common: ReadonlyArray<string>
}

/** What an entry does besides carrying a valence: bits of `Entry.marks`. */
export const Mark = {
  negatesNext: 1,
  negatesBack: 2,
  intensifies: 4,
  softens: 8,
  contrasts: 16,
  wish: 32,
  question: 64,
  buy: 128,
  want: 256,
  spam: 512,
  hint: 1024,
  entered: 2048,
  sarcasm: 4096,
  common: 8192
} as const

/** What a lexicon knows of a word or phrase. */
export interface Entry {
  valence: number | null
  marks: number
}

/** An entry found in a comment, from unit `start` up to `end`. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly entry: Entry
}

/** A compiled lexicon: `units` says whether it reads words, or characters where words are not separated or run together. */
export interface Lexicon {
  readonly language: string | null
  readonly units: "words" | "characters"
  /** The entries of a comment's units from left to right, the longest at each place, none overlapping. */
  readonly find: (units: ReadonlyArray<string>) => ReadonlyArray<Found>
  /** How surely a word is of this lexicon's language: 0 unknown, 1 an entry, more for the commonest, less for a stem or a part of a phrase. */
  readonly familiarity: (word: string) => number
}

/** Whether an entry bears a mark. */
export const has = (entry: Entry, mark: number): boolean => (entry.marks & mark) !== 0

/** Compiles lexicon files into one lexicon, a later one's valence before an earlier one's; `further` holds words that none of them knows. */
export const compile = (
  files: ReadonlyArray<LexiconFile>,
  further: Iterable<readonly [string, number]> = []
): Lexicon => {
  const language = files.at(-1)?.language ?? null
  const units = language === "ja" || language === "ko" ? "characters" : "words"
  const trie: Trie = { root: node(), units, vocabulary: new Set() }
  for (const file of files) {
    for (const [valence, lines] of Object.entries(file.valence)) addAll(trie, lines, { valence: Number(valence), marks: 0 })
    for (const [lines, marks] of markedLines(file)) addAll(trie, lines, { valence: null, marks })
  }
  for (const [entry, valence] of further) {
    const sequence = sequenceOf(units, fold(entry))
    const [known] = findAll(trie.root, units, true, sequence)
    if (known?.start !== 0 || known.end < sequence.length) add(trie, entry, { valence, marks: 0 })
  }
  // Han and kana run on without spaces, so one character may begin anywhere; a Korean syllable must be a word.
  const open = language === "ja"
  return {
    language,
    units,
    find: (sequence) => findAll(trie.root, units, open, sequence),
    familiarity: (word) => familiarity(trie, word)
  }
}

interface Node {
  entry: Entry | null
  next: Map<string, Node> | null
  stems: Map<string, Node> | null
}

interface Trie {
  readonly root: Node
  readonly units: Lexicon["units"]
  readonly vocabulary: Set<string>
}

const node = (): Node => ({ entry: null, next: null, stems: null })

const markedLines = (file: LexiconFile): ReadonlyArray<readonly [ReadonlyArray<string>, number]> => [
  [file.negators.before, Mark.negatesNext],
  [file.negators.after, Mark.negatesBack],
  [file.intensifiers, Mark.intensifies],
  [file.softeners, Mark.softens],
  [file.contrast, Mark.contrasts],
  [file.wish, Mark.wish],
  [file.question, Mark.question],
  [file.buy, Mark.buy],
  [file.want, Mark.want],
  [file.spam, Mark.spam],
  [file.hint, Mark.hint],
  [file.entered, Mark.entered],
  [file.sarcasm, Mark.sarcasm],
  [file.common, Mark.common]
]

const addAll = (trie: Trie, lines: ReadonlyArray<string>, what: Entry): void => {
  for (const line of lines) for (const entry of line.split(", ")) add(trie, entry, what)
}

const add = (trie: Trie, entry: string, what: Entry): void => {
  const open = entry.endsWith("*")
  const folded = fold(open ? entry.slice(0, -1) : entry)
  const sequence = sequenceOf(trie.units, folded)
  let at = trie.root
  for (const [index, unit] of sequence.entries()) {
    const branch = open && index === sequence.length - 1 ? at.stems ??= new Map() : at.next ??= new Map()
    let next = branch.get(unit)
    if (next === undefined) branch.set(unit, next = node())
    at = next
    if (sequence.length > 1 && isLetter(unit)) trie.vocabulary.add(unit)
  }
  if (at === trie.root) return
  at.entry = { valence: what.valence ?? at.entry?.valence ?? null, marks: (at.entry?.marks ?? 0) | what.marks }
}

const sequenceOf = (units: Lexicon["units"], folded: string): ReadonlyArray<string> =>
  units === "words" ? wordsOf(folded) : Array.from(folded)

const findAll = (root: Node, kind: Lexicon["units"], open: boolean, units: ReadonlyArray<string>): ReadonlyArray<Found> => {
  const found: Array<Found> = []
  let at = 0
  while (at < units.length) {
    const best = kind === "words" ? matchAt(root, units, at) : scanAt(root, units, at, open)
    if (best === null) at += 1
    else {
      found.push(best)
      at = best.end
    }
  }
  return found
}

// The longest entry at a place; of equal ones the exact word before a stem, the longer stem before the shorter.
const matchAt = (at: Node, units: ReadonlyArray<string>, start: number, position = start): Found | null => {
  const unit = units[position]
  if (unit === undefined) return null
  let best: Found | null = null
  for (const branch of branches(at, unit)) {
    const longer = matchAt(branch, units, start, position + 1)
    const here = longer ?? (branch.entry === null ? null : { start, end: position + 1, entry: branch.entry })
    if (here !== null && (best === null || here.end > best.end)) best = here
  }
  return best
}

const familiarity = (trie: Trie, word: string): number =>
  [word, ...shortened(word)].reduce((most, form) => Math.max(most, familiarityOf(trie, form)), 0)

const familiarityOf = ({ root, vocabulary }: Trie, word: string): number => {
  const exact = root.next?.get(word)?.entry
  if (exact != null) return has(exact, Mark.common) ? 1.2 : 1
  if (root.stems?.get(word)?.entry != null) return 1
  if (vocabulary.has(word)) return 0.7
  for (let length = Math.min(word.length - 1, LONGEST_STEM); length > 0; length -= 1) {
    if (root.stems?.get(word.slice(0, length))?.entry != null) return 0.5 + 0.4 * length / word.length
  }
  return 0
}

const branches = (at: Node, word: string): ReadonlyArray<Node> => {
  const found: Array<Node> = []
  const exact = at.next?.get(word)
  if (exact !== undefined) found.push(exact)
  if (at.stems !== null) {
    for (let length = Math.min(word.length, LONGEST_STEM); length > 0; length -= 1) {
      const stem = at.stems?.get(word.slice(0, length))
      if (stem !== undefined) found.push(stem)
    }
  }
  if (found.length === 0) { for (const short of shortened(word)) found.push(...branches(at, short)) }
  return found
}

const LONGEST_STEM = 16

const scanAt = (root: Node, units: ReadonlyArray<string>, start: number, open: boolean): Found | null => {
  let best: Found | null = null
  let at: Node | undefined = root
  for (let position = start; position < units.length; position += 1) {
    at = at.next?.get(units[position] ?? "")
    if (at === undefined) break
    if (at.entry !== null && (position > start || standsAlone(units, start, open))) {
      best = { start, end: position + 1, entry: at.entry }
    }
  }
  return best
}

const standsAlone = (units: ReadonlyArray<string>, at: number, open: boolean): boolean =>
  !isLetter(units[at + 1] ?? " ") && (open || !isLetter(units[at - 1] ?? " "))
