import type { Figure, Reason } from "../../analytics/Figure.ts"
import { type Html, html } from "./Html.ts"

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 2 })
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 })

export const number = (value: number): string => plain.format(value)
export const short = (value: number): string => compact.format(value)
export const percent = (value: number): string => `${plain.format(value)} %`
/** `1st`, `22nd`, `93rd`, `11th`. */
export const ordinal = (value: number): string => `${value}${endings[ordinals.select(value)]}`
/** Of a share from 0 to 1. */
export const share = (value: number): string => `${Math.round(value * 100)} %`
/** `2026-01-31T12:00:00.000Z` as people read it, without guessing their place. */
export const day = (instant: string): string => days.format(new Date(instant))

const ordinals = new Intl.PluralRules("en", { type: "ordinal" })
const endings: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  one: "st",
  two: "nd",
  few: "rd",
  other: "th",
  many: "th",
  zero: "th"
}

const days = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })

const reasons: Readonly<Record<Reason, string>> = {
  private: "the account is private",
  hidden_by_owner: "the owner hides the counts",
  not_collected: "it was not collected",
  too_few_posts: "there are too few posts",
  too_few_comments: "there are too few comments",
  too_few_snapshots: "it was fetched too seldom",
  too_few_profiles: "too few like it are known",
  no_followers: "there are no followers",
  no_comments: "there are no comments",
  no_engagement: "there is no engagement",
  no_time_span: "the posts lie too close together",
  not_stated: "nothing that was received says it",
  access_required: "it is not unlocked",
  not_supported: "it is not in public data"
}

/** Why there is no value, as a sentence says it. */
export const because = (reason: Reason): string => reasons[reason]

/** How a figure came about: its status, method, sample and interval, in one line. */
export const provenance = <A, I>(figure: Figure<A, I>, format?: (value: number) => string): Html => {
  const { interval, method, sample, status, version } = figure
  const between = format !== undefined && isInterval(interval)
    ? ` · ${share(interval.level)} interval ${format(interval.low)} to ${format(interval.high)}`
    : ""
  const of = sample === null ? "" : ` · ${number(sample.size)} ${sample.size === 1 ? sample.unit.slice(0, -1) : sample.unit}`
  return html`${status}${of}${between} · ${method} v${version}`
}

const isInterval = (value: unknown): value is { readonly low: number; readonly high: number; readonly level: number } =>
  typeof value === "object" && value !== null && "low" in value && "high" in value && "level" in value

/** A figure as a tile: its value, or why there is none, and how it came about. */
export const tile = <I>(name: string, figure: Figure<number, I> | undefined, format: (value: number) => string): Html =>
  html`<dl class="tile"><dt>${name}</dt>${
    figure === undefined
      ? html`<dd class="none">not computed</dd>`
      : figure.value === null
      ? html`<dd class="none">Unavailable: ${because(figure.reason)}</dd>`
      : html`<dd>${format(figure.value)}</dd>`
  }${figure === undefined ? null : html`<dd class="note muted">${provenance(figure, format)}</dd>`}</dl>`
