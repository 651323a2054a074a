import { Marked, type Tokens } from "marked"

export interface Heading {
  readonly id: string
  readonly text: string
}

export interface Rendered {
  readonly title: string
  readonly html: string
  /** Those of the second level, for the menu. */
  readonly headings: ReadonlyArray<Heading>
}

/**
 * Markdown of the folder `docs/` as HTML. Raw HTML is shown, not passed on. `addressOf` says where a link leads here: null leaves its
 * text alone, for a file that is no page.
 */
export const render = (markdown: string, addressOf: (href: string) => string | null): Rendered => {
  const headings: Array<Heading> = []
  const taken = new Set<string>()
  let title = ""
  const marked = new Marked({
    gfm: true,
    renderer: {
      html: ({ text }) => escape(text),
      image: ({ text }) => escape(text),
      heading({ depth, tokens }) {
        const text = plain(this.parser.parseInline(tokens))
        const id = unused(slug(text), taken)
        if (depth === 1 && title === "") title = text
        if (depth === 2) headings.push({ id, text })
        return `<h${depth} id="${id}"><a href="#${id}">${this.parser.parseInline(tokens)}</a></h${depth}>\n`
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens)
        const address = addressOf(href)
        return address === null ? text : `<a href="${escape(address)}">${text}</a>`
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`,
      table(table: Tokens.Table) {
        const row = (tag: string, cells: ReadonlyArray<Tokens.TableCell>) =>
          `<tr>${cells.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("")}</tr>`
        return `<div class="table" tabindex="0"><table><thead>${row("th", table.header)}</thead><tbody>${
          table.rows.map((cells) => row("td", cells)).join("")
        }</tbody></table></div>\n`
      }
    }
  })
  const html = marked.parse(markdown, { async: false })
  return { title, html, headings }
}

/** What a heading is linked by, as GitHub does it. */
const slug = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-")

const unused = (id: string, taken: Set<string>): string => {
  let found = id
  for (let n = 1; taken.has(found); n++) found = `${id}-${n}`
  taken.add(found)
  return found
}

/** Text out of inline HTML that `render` made. */
const plain = (html: string): string =>
  html.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"").replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;").replaceAll(
    "'",
    "&#39;"
  )
