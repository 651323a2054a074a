import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Intent, Sentiment } from "../../../src/insights/sentiment/CommentAnalysis.ts"

/** A comment with what a person says it is. */
export interface Labelled {
  readonly text: string
  readonly sentiment: Exclude<Sentiment, "undecided">
  readonly intent: Intent
  readonly language: string | null
}

const data = fileURLToPath(new URL("../../../data/sentiment/", import.meta.url))

/** A part of the labelled comments. */
export const labelled = (part: "develop" | "gate"): ReadonlyArray<Labelled> =>
  readdirSync(`${data}labelled/${part}`).sort().flatMap((file) => {
    const { comments, language } = JSON.parse(readFileSync(`${data}labelled/${part}/${file}`, "utf8")) as {
      readonly language: string | null
      readonly comments: ReadonlyArray<Omit<Labelled, "language">>
    }
    return comments.map((comment) => ({ ...comment, language }))
  })

/** What was said of a comment, beside what is true. */
export interface Verdict {
  readonly truth: Labelled["sentiment"]
  readonly said: Sentiment
}

/**
 * Mean F1 of the three classes. `undecided` is read as neutral throughout: where the truth is positive or negative it is a miss of
 * that class and a false neutral besides.
 */
export const macroF1 = (verdicts: ReadonlyArray<Verdict>): number =>
  (["positive", "negative", "neutral"] as const).map((kind) => {
    const said = verdicts.filter((verdict) => read(verdict) === kind)
    const truth = verdicts.filter((verdict) => verdict.truth === kind)
    const both = said.filter((verdict) => verdict.truth === kind)
    return both.length === 0 ? 0 : 2 * both.length / (said.length + truth.length)
  }).reduce((sum, f1) => sum + f1 / 3, 0)

/** Share of the verdicts that decide, and share of those that are right. */
export const coverage = (verdicts: ReadonlyArray<Verdict>) => {
  const decided = verdicts.filter(({ said }) => said !== "undecided")
  return {
    decided: decided.length / verdicts.length,
    right: decided.filter(({ said, truth }) => said === truth).length / decided.length
  }
}

const read = ({ said }: Verdict) => said === "undecided" ? "neutral" : said

/** The comments of the recorded payloads that were labelled; null where the recordings are not beside the project. */
export const recordedComments = (): ReadonlyArray<{ readonly text: string; readonly truth: Labelled["sentiment"] }> | null => {
  const folder = fileURLToPath(new URL("../../../../shared/payloads/", import.meta.url))
  if (!existsSync(folder)) return null
  const { labels } = JSON.parse(readFileSync(`${data}labelled/recorded.json`, "utf8")) as {
    readonly labels: Readonly<Record<string, Labelled["sentiment"]>>
  }
  const texts = new Set<string>()
  for (const kind of ["comments", "post", "timeline", "v1"]) {
    for (const file of readdirSync(folder + kind).sort()) {
      collect(JSON.parse(readFileSync(`${folder}${kind}/${file}`, "utf8")), texts)
    }
  }
  return Array.from(texts).flatMap((text) => {
    const truth = labels[createHash("sha256").update(text).digest("hex").slice(0, 16)]
    return truth === undefined ? [] : [{ text, truth }]
  })
}

/** Why a test over recorded comments did not run. */
export const withoutRecordings = "the recorded payloads are not beside this project (../shared/payloads)"

const collect = (value: unknown, texts: Set<string>): void => {
  if (typeof value !== "object" || value === null) return
  if ("text" in value && typeof value.text === "string") texts.add(value.text)
  for (const member of Object.values(value)) collect(member, texts)
}
