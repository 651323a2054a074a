/** Markup: what is in it was written here, or escaped. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

type Part = string | number | Html | null | undefined | false | ReadonlyArray<Part>

/** Markup with every value in it escaped, unless it is markup itself. Null, undefined and false leave nothing. */
export const html = (strings: TemplateStringsArray, ...values: ReadonlyArray<Part>): Html =>
  new Html(strings.map((text, i) => text + (i < values.length ? markupOf(values[i]) : "")).join(""))

const markupOf = (part: Part): string => {
  if (part === null || part === undefined || part === false) return ""
  if (part instanceof Html) return part.markup
  if (typeof part === "object") return part.map(markupOf).join("")
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
