/**
 * Splits a SQL script into its statements, as psql would, because the driver prepares what it sends and accepts one command at a time.
 * Statements come trimmed, without their semicolon; comments inside one stay; pieces of nothing but comments and white space are dropped.
 *
 * Understood: strings, escape strings, quoted identifiers, dollar quotes, line comments, nested block comments, parentheses (a rule may hold
 * several commands) and `BEGIN ATOMIC … END` bodies. Not understood: psql's backslash commands and `COPY … FROM stdin` data, which no server
 * understands either. An unclosed quote or comment runs to the end of the text, and the server then names the mistake.
 */
export const splitStatements = (text: string): ReadonlyArray<string> => {
  const statements: Array<string> = []
  let start = 0
  let meaningful = false
  let parentheses = 0
  let blocks = 0
  let previousWord = ""
  const finish = (end: number) => {
    if (meaningful) statements.push(text.slice(start, end).trim())
    meaningful = false
    blocks = 0
  }
  for (const token of tokens(text)) {
    if (token.kind === "space") continue
    const value = text.slice(token.start, token.end)
    if (value === ";" && parentheses === 0 && blocks === 0) {
      finish(token.start)
      start = token.end
      continue
    }
    meaningful = true
    const word = token.kind === "word" ? value.toLowerCase() : ""
    if (value === "(") parentheses++
    else if (value === ")") parentheses = Math.max(0, parentheses - 1)
    // In a BEGIN ATOMIC body, CASE is the only other construct that ends in END.
    else if (previousWord === "begin" && word === "atomic") blocks = 1
    else if (blocks > 0 && word === "case") blocks++
    else if (blocks > 0 && word === "end") blocks--
    previousWord = word
  }
  finish(text.length)
  return statements
}

interface Token {
  /** `space` includes comments; `other` is anything else: quoted text, numbers, single characters of operators. */
  readonly kind: "space" | "word" | "other"
  readonly start: number
  readonly end: number
}

function* tokens(text: string): Generator<Token> {
  let start = text.startsWith("\uFEFF") ? 1 : 0
  while (start < text.length) {
    const token = tokenAt(text, start)
    yield token
    start = token.end
  }
}

const tokenAt = (text: string, start: number): Token => {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start
    if (pattern.test(text)) return { kind, start, end: pattern.lastIndex }
  }
  if (text.startsWith("/*", start)) return { kind: "space", start, end: endOfBlockComment(text, start) }
  return { kind: "other", start, end: endOfDollarQuote(text, start) ?? start + 1 }
}

/** After the server's own lexer (src/backend/parser/scan.l): every character beyond ASCII belongs to words, and words may hold `$`. */
const patterns: ReadonlyArray<readonly [Token["kind"], RegExp]> = [
  ["space", /(?:[ \t\n\r\f\v]+|--[^\n\r]*)+/y],
  // A string goes on in the next line's quotes, and an escape string then stays one.
  [
    "other",
    /[eE]'(?:\\[^]|''|[^'\\])*(?:'(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'(?:\\[^]|''|[^'\\])*)*'?/y
  ],
  ["word", /[A-Za-z_\u0080-\u{10FFFF}][A-Za-z0-9_$\u0080-\u{10FFFF}]*/uy],
  ["other", /[0-9][A-Za-z0-9_.]*/y],
  ["other", /'[^']*'?/y],
  ["other", /"[^"]*"?/y]
]

const dollarTag = /\$(?:[A-Za-z_\u0080-\u{10FFFF}][A-Za-z0-9_\u0080-\u{10FFFF}]*)?\$/uy

const endOfDollarQuote = (text: string, start: number) => {
  dollarTag.lastIndex = start
  if (!dollarTag.test(text)) return undefined
  const tag = text.slice(start, dollarTag.lastIndex)
  const close = text.indexOf(tag, dollarTag.lastIndex)
  return close < 0 ? text.length : close + tag.length
}

const endOfBlockComment = (text: string, start: number) => {
  const edges = /\/\*|\*\//g
  edges.lastIndex = start
  let depth = 0
  for (let edge = edges.exec(text); edge !== null; edge = edges.exec(text)) {
    depth += edge[0] === "/*" ? 1 : -1
    if (depth === 0) return edges.lastIndex
  }
  return text.length
}
