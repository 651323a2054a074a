import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { addressOf, arrange } from "./Contents.ts"
import { render } from "./Markdown.ts"
import { type MenuSection, pageHtml } from "./PageHtml.ts"

/** What is answered at an address. */
export interface SiteFile {
  readonly type: string
  readonly text: string
}

/**
 * Everything of the documentation but the reference, by address: a page for each Markdown file of the folder, the same as Markdown
 * (`/docs/concepts.md`), and `/llms.txt`, which lists those.
 */
export const siteOf = (folder: string): ReadonlyMap<string, SiteFile> => {
  const slugs = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"))
    .map((name) => name.replaceAll("\\", "/").slice(0, -3))
  const known = new Set(slugs)
  const pages = new Map(slugs.map((slug) => {
    const markdown = readFileSync(join(folder, `${slug}.md`), "utf8")
    return [slug, { slug, markdown, ...render(markdown, (href) => linkFrom(slug, href, known)) }] as const
  }))
  const menu: ReadonlyArray<MenuSection> = arrange(slugs).map(([title, found]) => ({
    title,
    pages: found.flatMap((slug) => pages.get(slug) ?? [])
  }))
  return new Map([
    ...[...pages.values()].flatMap((page): ReadonlyArray<readonly [string, SiteFile]> => [
      [addressOf(page.slug), { type: "text/html; charset=utf-8", text: pageHtml(page, menu) }],
      [`/docs/${page.slug}.md`, { type: "text/markdown; charset=utf-8", text: page.markdown }]
    ]),
    ["/llms.txt", { type: "text/plain; charset=utf-8", text: llms(menu) }]
  ])
}

/** Links between files become links between pages; those to other files of the project have no address here. */
const linkFrom = (slug: string, href: string, known: ReadonlySet<string>): string | null => {
  if (/^(https?:|mailto:|#|\/)/.test(href)) return href
  const [path = "", fragment] = href.split("#", 2)
  const target = posix.join(posix.dirname(slug), path).replace(/\.md$/, "")
  return path.endsWith(".md") && known.has(target) ? addressOf(target) + (fragment === undefined ? "" : `#${fragment}`) : null
}

const llms = (menu: ReadonlyArray<MenuSection>): string =>
  [
    "# Analytics Following",
    "",
    "> Instagram profiles and their analytics, over HTTP. Every figure says what it is: measured, derived, estimated, or unavailable and why.",
    "",
    "The whole contract is [OpenAPI 3.1](/openapi.json). Errors are RFC 9457 problems: GET on a problem's `type` says what to do.",
    ...menu.flatMap(({ pages, title }) => [
      "",
      `## ${title}`,
      "",
      ...pages.map(({ slug, title }) => `- [${title}](/docs/${slug}.md)`)
    ]),
    ""
  ].join("\n")
