/**
 * A definition without the parentheses around a leading `AND` in an `AND`, or `OR` in an `OR`. PostgreSQL keeps them of `x BETWEEN 1 AND 2 AND y`
 * as it was written, and drops them when the constraint is made from its own text, as a restored dump makes it: both say the same.
 */
export const flattened = (definition: string): string => {
  for (let at = 0; at < definition.length; at++) {
    if (definition[at] !== "(" || definition[at - 1] !== "(") continue
    const end = closing(definition, at)
    const word = /^ (AND|OR) /.exec(definition.slice(end + 1))?.[1]
    if (word === undefined || !joinedBy(definition.slice(at + 1, end), word)) continue
    return flattened(`${definition.slice(0, at)}${definition.slice(at + 1, end)}${definition.slice(end + 1)}`)
  }
  return definition
}

/** The place of the parenthesis that closes the one at `open`; the end of the text where none does. */
const closing = (text: string, open: number): number => {
  let end = text.length
  walk(text.slice(open), (depth, at, character) => {
    if (depth === 0 && character === ")" && end === text.length) end = open + at
  })
  return end
}

/** Whether the word stands in the text outside all parentheses and quotes. */
const joinedBy = (text: string, word: string): boolean => {
  let found = false
  walk(text, (depth, at) => {
    if (depth === 0 && text.startsWith(` ${word} `, at)) found = true
  })
  return found
}

/** Visits each character outside quotes with the number of parentheses around it, those that it opens or closes not counted. */
const walk = (text: string, visit: (depth: number, at: number, character: string) => void): void => {
  let depth = 0
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ""
    if (quote !== undefined) {
      if (character === quote) quote = undefined
    } else if (character === "'" || character === "\"") quote = character
    else {
      if (character === ")") depth--
      visit(depth, at, character)
      if (character === "(") depth++
    }
  }
}
