import { assert } from "vitest"

/** RFC 4180, as a reader understands it. */
export const parseCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const lines: Array<Array<string>> = []
  let line: Array<string> = []
  let rest = text
  while (rest !== "") {
    const [whole, quoted, plain, end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? []
    assert.isDefined(whole, `not CSV: ${JSON.stringify(rest.slice(0, 40))}`)
    line.push(quoted === undefined ? plain ?? "" : quoted.replaceAll("\"\"", "\""))
    if (end === "\r\n") {
      lines.push(line)
      line = []
    }
    rest = rest.slice(whole?.length)
  }
  return lines
}
