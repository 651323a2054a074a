import { Schema } from "effect"
import { derived, estimated, measured, unavailable } from "../../analytics/Figure.ts"
import type { Figure } from "../../analytics/Figure.ts"
import { Evidence, evidence } from "../Evidence.ts"
import { countsOf, wilson } from "../Shares.ts"
import type { Confidence } from "./Category.ts"
import { countryInFlags, countryNamed, isCity } from "./Countries.ts"
import { creatorMethod } from "./CreatorMethod.ts"
import type { Subject } from "./Subject.ts"
import { fieldsSample, sampleOfPosts } from "./Subject.ts"

/** Where a creator is, as the profile says or its posts suggest. */
export const Location = Schema.Struct({
  place: Schema.NullOr(Schema.String).annotate({ description: "As written" }),
  country: Schema.NullOr(Schema.String).annotate({ description: "ISO 3166-1" }),
  basis: Schema.Literals(["business_address", "pin", "words", "flag", "post_locations"]).annotate({
    description: "A flag may stand for where somebody comes from, or plays for"
  }),
  evidence: Evidence
}).annotate({ identifier: "CreatorLocation" })
export type Location = typeof Location.Type

/** The business address; else what the biography says; else the place that most posts with a place share. */
export const locationOf = (subject: Subject): Figure<Location, Confidence> => {
  const { account, as_of } = subject
  const address = addressOf(account.business_address)
  if (address !== null) return measured(creator_location, as_of, address) as Figure<Location, Confidence>
  const stated = account.biography === null ? null : inBiography(account.biography)
  if (stated !== null) return derived(creator_location, as_of, stated, fieldsSample(1)) as Figure<Location, Confidence>
  return ofPosts(subject)
}

const addressOf = (address: Subject["account"]["business_address"]): Location | null => {
  const city = address?.["city_name"]
  if (typeof city !== "string" || city.trim() === "") return null
  return {
    place: city.trim(),
    country: countryNamed(city.split(",").at(-1) ?? ""),
    basis: "business_address",
    evidence: evidence("payload")
  }
}

const inBiography = (biography: string): Location | null => {
  const found = (place: string | null, country: string | null, basis: Location["basis"]): Location => ({
    place,
    country,
    basis,
    evidence: evidence("biography")
  })
  const flagged = countryInFlags(biography)
  const pinned = clean(PIN.exec(biography)?.[1])
  if (pinned !== null) return found(pinned, countryNamed(pinned.split(",").at(-1) ?? "") ?? flagged, "pin")
  const based = clean(BASED.exec(biography)?.[1])
  if (based !== null) return found(based, countryNamed(based.split(",").at(-1) ?? "") ?? flagged, "words")
  for (const part of biography.split(/[\n|•·,/–—-]+/u)) {
    const place = part.replace(/[^\p{L}\p{M}\s.']/gu, "").trim()
    const country = countryNamed(place)
    if (country !== null || isCity(place)) return found(place, country ?? flagged, "words")
  }
  return flagged === null ? null : found(null, flagged, "flag")
}

const ofPosts = (subject: Subject): Figure<Location, Confidence> => {
  const { as_of, closed, posts } = subject
  if (closed !== null) {
    return unavailable(creator_location, as_of, subject.account.biography === null ? closed : "not_stated")
  }
  const located = posts.filter(({ location_name }) => location_name !== null)
  const sample = sampleOfPosts(located)
  const [place, count] = [...countsOf(located.flatMap(({ location_name }) => location_name ?? []))]
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0] ?? ["", 0]
  if (sample === null || count < MIN_LOCATED || count / located.length < 0.5) {
    return unavailable(creator_location, as_of, "not_stated", sample)
  }
  const shortcodes = located.filter(({ location_name }) => location_name === place).map(({ shortcode }) => shortcode)
  return estimated(
    creator_location,
    as_of,
    {
      place,
      country: countryNamed(place.split(",").at(-1) ?? ""),
      basis: "post_locations",
      evidence: evidence("location", shortcodes)
    },
    sample,
    { confidence: wilson(count, located.length).low }
  )
}

const MIN_LOCATED = 3

const PIN = /(?:📍|📌|🗺\ufe0f?)\s*:?\s*([^\n|•·📍📌]{2,60})/u
const BASED =
  /(?:\bbased in|\bliving in|\blive in|\bvivo en|\bviviendo en|\bradicad[ao] en|\bmoro em|\bvivo a|\bbasé[e]? à|\bwohne in|\blebe in|\btinggal di|\bживу в)\s+([\p{L}\p{M}][\p{L}\p{M}\s.,'’-]{1,50})/iu

const clean = (text: string | undefined): string | null => {
  const place = (text ?? "").replace(/\p{Extended_Pictographic}|\p{Regional_Indicator}|\ufe0f|https?:\S+|@\S+/gu, "").split(
    /\s{2,}|[.!;]\s/u
  )[0]?.trim()
  return place === undefined || !/\p{L}{2}/u.test(place) || place.split(/\s+/u).length > 6 ? null : place.replace(/[,\s]+$/u, "")
}

export const creator_location = creatorMethod({
  method: "creator_location",
  definition:
    "The city of the business address (measured); else what the biography says: behind a pin, after words such as 'based in', as the name of a country or of a city of the time zone database, or by one country's flag alone (derived, `basis` says which); else the place that at least 3 posts and at least half of those with a place carry (estimated).",
  formula: "confidence of post_locations = lower Wilson 95 % bound of the place's share of the posts with a place",
  unit: "place",
  range: null,
  source: "Country names in 13 languages: Unicode CLDR; cities: IANA time zone database",
  example: {
    figure: "location",
    input: { account: { biography: "Potter 📍 Porto, Portugal" } },
    output: { place: "Porto, Portugal", country: "PT", basis: "pin", evidence: { source: "biography", shortcodes: [] } }
  }
})
