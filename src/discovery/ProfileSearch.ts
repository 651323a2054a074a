import { Option } from "effect"
import { normalizeUsername } from "../profiles/Username.ts"

/** `followers`: the most followed first, those of unknown size last. `relevance`: the very name, then what begins so, then what contains it. */
export type SearchOrder = "followers" | "relevance"

/** What is searched for among stored profiles. A profile of which nothing is known where a filter looks is not found by it. */
export interface ProfileSearch {
  /** Of a username or a full name. Relevance needs it. */
  readonly text: string | undefined
  /** Inclusive. */
  readonly minFollowers: number | undefined
  /** Inclusive. */
  readonly maxFollowers: number | undefined
  /** As Instagram calls it, in any case. */
  readonly category: string | undefined
  readonly isVerified: boolean | undefined
  readonly isBusinessAccount: boolean | undefined
  /** Percent, inclusive. */
  readonly minEngagementRate: number | undefined
  /** Percent, inclusive. */
  readonly maxEngagementRate: number | undefined
  readonly sort: SearchOrder
}

/**
 * Whether a text is looked for anywhere in names, or at their beginning alone: an index of trigrams is of use for three letters or digits in a
 * row.
 */
export const looksInside = (text: string): boolean => /[\p{L}\p{N}]{3}/u.test(text)

/** A text of a search in one form: of a username as that is normalised, a pasted profile address and a leading @ too. */
export const searchText = (given: string): string => Option.getOrElse(normalizeUsername(given), () => given.trim())
