import type * as Column from "../../database/Column.ts"
import type { ProfileId } from "../../profiles/Profile.ts"
import type { CreatorMetadata } from "../CreatorMetadata.ts"
import type { Evidence } from "../Evidence.ts"
import type { Creator } from "./Creator.ts"
import { creatorVersion } from "./CreatorMethod.ts"

/** The row of a creator: the findings whole in `details`, and in columns what people filter by. */
export const creatorRow = (
  profile: ProfileId,
  creator: Creator,
  fetchedAt: Column.Instant
): typeof CreatorMetadata.insert.Encoded => {
  const { brands, category, languages, location, sample, themes } = creator
  const written = (languages.value ?? []).map(({ label }) => label)
  return {
    profile_id: profile,
    extracted_location: location.value?.place ?? location.value?.country ?? null,
    categories: category.value === null ? [] : [category.value.category],
    content_themes: (themes.value ?? []).map(({ share, theme }) => ({ theme, share })),
    primary_language: written[0] ?? null,
    secondary_languages: written.slice(1),
    // Read with the comments, where the lexicons are: 160 MB and half a second that no server should spend on its first profile.
    content_sentiment: null,
    brand_mentions: (brands.value ?? []).map(({ kind, share, username }) => ({ username, kind, share })),
    evidence: {
      category: evidenceOf(category.value?.evidence ?? []),
      location: evidenceOf(location.value === null ? [] : [location.value.evidence])
    },
    details: JSON.parse(JSON.stringify(creator)),
    // Of the category alone: the other columns are stated or counted, not estimated.
    analysis_confidence: category.status === "estimated" ? category.interval.confidence : null,
    analysis_version: creatorVersion,
    posts_analyzed: sample?.size ?? 0,
    last_updated: fetchedAt
  }
}

const evidenceOf = (evidence: ReadonlyArray<Evidence>) =>
  evidence.map(({ shortcodes, source }) => ({ source, shortcodes: [...shortcodes] }))
