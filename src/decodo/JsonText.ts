import { Option } from "effect"

/** Parses JSON. Integers beyond 2^53 (ids) become strings of their digits: `JSON.parse` alone rounds them without a word. */
export const parseJson = (text: string): Option.Option<unknown> =>
  Option.liftThrowable(() => longInteger.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text))()

export const looksLikeHtml = (text: string): boolean => /^\s*</.test(text)

const longInteger = /[:[,]\s*-?\d{16}/

const keepDigits = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "") ? context?.source : value
