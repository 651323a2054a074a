import { addressOf } from "./Contents.ts"
import { escape, type Rendered } from "./Markdown.ts"
import { styles } from "./Styles.ts"

export interface Page extends Rendered {
  readonly slug: string
}

export interface MenuSection {
  readonly title: string
  readonly pages: ReadonlyArray<Page>
}

/** A page with its menu. The menu follows the text, so that a phone shows the text first and a link to the menu above it. */
export const pageHtml = (page: Page, menu: ReadonlyArray<MenuSection>): string =>
  `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(page.slug === "index" ? page.title : `${page.title} · Analytics Following`)}</title>
<style>${styles}</style>
</head>
<body>
<header><a href="/docs"><strong>Analytics Following</strong></a> <a href="#menu" class="to-menu">Menu</a> <a href="/docs/reference">API reference</a></header>
<main>
<article>
${page.html}</article>
</main>
<nav id="menu" aria-label="Pages">
${menu.map((section) => sectionHtml(section, page)).join("\n")}
</nav>
</body>
</html>
`

const sectionHtml = ({ pages, title }: MenuSection, current: Page): string =>
  `<h2>${escape(title)}</h2>\n<ul>${pages.map((page) => itemHtml(page, page === current)).join("")}</ul>`

const itemHtml = ({ headings, slug, title }: Page, current: boolean): string =>
  current
    ? `<li><a href="${addressOf(slug)}" aria-current="page">${escape(title)}</a>${
      headings.length === 0
        ? ""
        : `<ul>${headings.map(({ id, text }) => `<li><a href="#${id}">${escape(text)}</a></li>`).join("")}</ul>`
    }</li>`
    : `<li><a href="${addressOf(slug)}">${escape(title)}</a></li>`
