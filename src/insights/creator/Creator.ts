import { Schema } from "effect"
import { Figure, FigureSample, Instant } from "../../analytics/Figure.ts"
import type { Method } from "../../analytics/Method.ts"
import type { DetectLanguage } from "../LanguageDetection.ts"
import { LanguagesFigure } from "../Shares.ts"
import { brand_affinity, Brands, brandsOf } from "./Brands.ts"
import { Category, categoryOf, Confidence, creator_category } from "./Category.ts"
import { Contacts, contactsOf, creator_contacts } from "./Contacts.ts"
import { content_mix, ContentMix, contentMixOf } from "./ContentMix.ts"
import { creator_languages, languagesOf } from "./Languages.ts"
import { creator_location, Location, locationOf } from "./Location.ts"
import { Sponsored, sponsored_posts, sponsoredOf } from "./Sponsored.ts"
import { type CreatorAccount, type CreatorPost, sampleOfPosts, subjectOf } from "./Subject.ts"
import { content_themes, Themes, themesOf } from "./Themes.ts"

/** What is known of a creator, each finding with its evidence. */
export const Creator = Schema.Struct({
  as_of: Instant,
  sample: Schema.NullOr(FigureSample).annotate({ description: "All posts received; null: none" }),
  category: Figure(Category, Confidence).annotate({ identifier: "CreatorCategoryFigure" }),
  themes: Figure(Themes).annotate({ identifier: "ContentThemesFigure" }),
  languages: LanguagesFigure,
  location: Figure(Location, Confidence).annotate({ identifier: "CreatorLocationFigure" }),
  contacts: Figure(Contacts).annotate({ identifier: "ContactsFigure" }),
  brands: Figure(Brands).annotate({ identifier: "BrandsFigure" }),
  sponsored: Figure(Sponsored).annotate({ identifier: "SponsoredPostsFigure" }),
  content_mix: Figure(ContentMix).annotate({ identifier: "ContentMixFigure" })
}).annotate({ identifier: "Creator" })
export interface Creator extends Schema.Schema.Type<typeof Creator> {}

/** Everything that one answer says of a creator, as of the instant it was fetched. Pure: the order of the posts changes nothing. */
export const creatorOf = (
  answer: { readonly profile: CreatorAccount; readonly posts: ReadonlyArray<CreatorPost> },
  asOf: string,
  detect: DetectLanguage
): Creator => {
  const subject = subjectOf(answer, asOf, detect)
  return {
    as_of: asOf,
    sample: sampleOfPosts(subject.posts),
    category: categoryOf(subject),
    themes: themesOf(subject),
    languages: languagesOf(subject),
    location: locationOf(subject),
    contacts: contactsOf(subject),
    brands: brandsOf(subject),
    sponsored: sponsoredOf(subject),
    content_mix: contentMixOf(subject)
  }
}

export const creatorRegistry: ReadonlyArray<Method> = [
  creator_category,
  content_themes,
  creator_languages,
  creator_location,
  creator_contacts,
  brand_affinity,
  sponsored_posts,
  content_mix
]
