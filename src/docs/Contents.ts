/** The pages in the order in which somebody needs them; a page that is not named here stands at the end of the menu. */
export const contents: ReadonlyArray<readonly [section: string, slugs: ReadonlyArray<string>]> = [
  ["Start", ["index", "quick-start", "concepts", "cookbook"]],
  ["Call", ["problems", "credits", "rate-limits", "idempotency", "webhooks"]],
  [
    "Run",
    ["operations", "privacy", "configuration", "supabase", "upgrading", "backup", "slo", "scale", "schema-alignment", "adoption"]
  ]
]

/** The files of `docs/`, by section: the named ones first, then the rest, then the decisions. */
export const arrange = (slugs: ReadonlyArray<string>): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
  const there = new Set(slugs)
  const named = contents.map(([section, wanted]) => [section, wanted.filter((slug) => there.delete(slug))] as const)
  const [decisions, rest] = [[...there].filter(isDecision), [...there].filter((slug) => !isDecision(slug))]
  return [...named, ["More", rest.toSorted()] as const, ["Decisions", decisions.toSorted()] as const].filter(([, pages]) =>
    pages.length > 0
  )
}

const isDecision = (slug: string): boolean => slug.startsWith("decisions/")

/** Where a page is. */
export const addressOf = (slug: string): string => slug === "index" ? "/docs" : `/docs/${slug}`
