import { because } from "./FigureText.ts"
import { type Html, html } from "./Html.ts"

/** A part of the report under its title. */
export const card = (title: string, content: Html, wide = false): Html =>
  html`<section${wide ? html` class="wide"` : null}><h2>${title}</h2>${content}</section>`

/** In place of a figure that there is none of. */
export const absent = (figure: { readonly reason: Parameters<typeof because>[0] }): Html =>
  html`<p class="empty">Unavailable: ${because(figure.reason)}.</p>`
