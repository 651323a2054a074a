import { arabic } from "./Arabic.ts"
import { english } from "./English.ts"
import { french } from "./French.ts"
import { german } from "./German.ts"
import { hindi } from "./Hindi.ts"
import { indonesian } from "./Indonesian.ts"
import { japanese } from "./Japanese.ts"
import { korean } from "./Korean.ts"
import { portuguese } from "./Portuguese.ts"
import { russian } from "./Russian.ts"
import { spanish } from "./Spanish.ts"
import { turkish } from "./Turkish.ts"
import type { Voice } from "./Voice.ts"

/** Every language the simulator writes, the more frequent first; `english` is everybody's second language. */
export const voices: ReadonlyArray<Voice> = [
  english,
  arabic,
  spanish,
  french,
  portuguese,
  japanese,
  hindi,
  german,
  turkish,
  korean,
  russian,
  indonesian
]

/** Comments without a word: 29 % of the recorded ones. */
export const emojiComments: ReadonlyArray<string> = [
  "🔥",
  "🔥🔥🔥",
  "❤️",
  "😍😍",
  "👏👏👏",
  "😂",
  "🙌",
  "💯",
  "🥹❤️",
  "✨",
  "😮",
  "🤍🤍",
  "👑",
  "😭😭",
  "🌹",
  "🙏",
  "💙",
  "😡",
  "👎",
  "🤩🤩🤩"
]

/** Emoji that end a caption or a comment with words. */
export const emojiEndings: ReadonlyArray<string> = ["✨", "🤍", "🔥", "🌿", "☀️", "🙏", "😍", "❤️", "😂", "👏", "📸", "🥹"]

/** Invented brands: handles that fit Instagram's rules and belong to nobody the simulator knows. */
export const brands: ReadonlyArray<string> = [
  "lumen.skincare",
  "northpeak_gear",
  "casa.oliva",
  "velora.beauty",
  "brightcup.coffee",
  "tidewear",
  "mokka_home",
  "sable.studio",
  "fern.and.fig",
  "pulsefit.app",
  "amberline_jewels",
  "kumo.travel"
]
