import type { Schema } from "effect"
import { type Entry, firstVersionOf, type Method } from "../../analytics/Method.ts"

/** Version of a stored `audience_demographics` row: raised when any formula of this room changes. */
export const audienceVersion = 2

const audienceMethod = (
  { figure, input, output, ...entry }: Omit<Entry<never>, "example"> & Entry<Schema.Json>["example"]
) => firstVersionOf({ ...entry, example: { figure, input, output } })

const comments = [
  ...Array.from({ length: 15 }, (_, n) => ({
    shortcode: "a",
    commenter: `en${n}`,
    text: "this is really the best place to have breakfast"
  })),
  ...Array.from({ length: 5 }, (_, n) => ({ shortcode: "b", commenter: `de${n}`, text: "wo kann man das bei euch bestellen" }))
]

export const audience_languages = audienceMethod({
  method: "audience_languages",
  definition:
    "Languages of those who comment: each account but the owner's counts once, by all that it wrote under the posts received; at least 20 whose language is clear. Who comments is not who follows: read it as the languages of the active audience. The interval covers the sampling, not errors of detection.",
  formula: "accounts that write in the language / accounts with a clear language; Wilson 95 % interval",
  unit: "share, 0 to 1",
  range: null,
  source: "eld (Efficient Language Detector) over an account's comments together; Wilson 1927",
  figure: "languages",
  input: { comments },
  output: [{ label: "en", share: 0.75 }, { label: "de", share: 0.25 }]
})

export const recurring_commenters = audienceMethod({
  method: "recurring_commenters",
  definition:
    "Share of the comments that come from accounts which comment under at least half of the posts (at least two): fans, or a pod. At least 3 posts and 20 accounts.",
  formula: "comments by accounts present under at least max(2, posts / 2) posts / comments",
  unit: "share, 0 to 1",
  range: { low: 0, high: 1 },
  source: "This service",
  figure: "recurring_commenters",
  input: {
    comments: [
      ...["a", "b", "c"].map((shortcode) => ({ shortcode, commenter: "pod", text: "wow" })),
      ...Array.from({ length: 21 }, (_, n) => ({ shortcode: "a", commenter: `c${n}`, text: "nice" }))
    ]
  },
  output: 0.125
})

const firstParty = (what: string, label: string, labels: readonly [string, string]): Method =>
  audienceMethod({
    method: `audience_${what}`,
    definition:
      `${label} of the followers, as Instagram shows it to the account's owner. Public data cannot tell: unavailable until the owner connects the account.`,
    formula: "followers of the label / followers counted",
    unit: "share, 0 to 1",
    range: null,
    source: "Instagram Graph API, follower_demographics",
    figure: what,
    input: {
      firstParty: {
        [what === "countries" ? "country" : what === "cities" ? "city" : what]: { [labels[0]]: 300, [labels[1]]: 100 }
      }
    },
    output: [{ label: labels[0], share: 0.75 }, { label: labels[1], share: 0.25 }]
  })

export const audience_countries = firstParty("countries", "Countries", ["DE", "AT"])
export const audience_cities = firstParty("cities", "Cities", ["Berlin, Berlin", "Wien, Wien"])
export const audience_gender = firstParty("gender", "Gender", ["F", "M"])
export const audience_age = firstParty("age", "Age", ["18-24", "25-34"])

export const audienceRegistry: ReadonlyArray<Method> = [
  audience_languages,
  recurring_commenters,
  audience_countries,
  audience_cities,
  audience_gender,
  audience_age
]
