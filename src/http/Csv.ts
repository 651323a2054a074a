/** A cell: text is the caller's or Instagram's, and never trusted; null is unknown and stays empty. */
export type Cell = string | number | boolean | null

/**
 * One line of CSV (RFC 4180: CRLF, quotes doubled). A text that a spreadsheet would run as a formula, beginning with `= + - @`, tab or
 * CR, gets a leading apostrophe (OWASP, CSV injection); numbers are ours and stay numbers.
 */
export const csvLine = (cells: ReadonlyArray<Cell>): string => `${cells.map(encodeCell).join(",")}\r\n`

const encodeCell = (cell: Cell): string => {
  if (cell === null) return ""
  if (typeof cell !== "string") return String(cell)
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll("\"", "\"\"")}"` : harmless
}
