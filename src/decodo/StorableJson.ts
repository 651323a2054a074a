import { Result, type Schema } from "effect"

const maxDepth = 64
const maxMembers = 2000
const maxValues = 100_000

/**
 * The value as PostgreSQL's `jsonb` and `text` can hold it, sharing what did not have to change: NUL characters, numbers that are not
 * finite and `__proto__` keys go, lone surrogates become U+FFFD. Refused, with the limit as the error, beyond 64 levels, 2,000 members
 * of one list or object, or 100,000 values in all; a large answer has 20, 80 and 6,000.
 */
export const storableJson = (value: unknown): Result.Result<Schema.Json, string> => {
  const broken = brokenLimit(value)
  return broken === undefined ? Result.succeed(clean(value)) : Result.fail(broken)
}

const brokenLimit = (root: unknown): string | undefined => {
  let values = 0
  const visit = (value: unknown, depth: number): string | undefined => {
    if (++values > maxValues) return `more than ${maxValues} values`
    if (typeof value !== "object" || value === null) return undefined
    if (depth === maxDepth) return `more than ${maxDepth} levels`
    const members: ReadonlyArray<unknown> = Array.isArray(value) ? value : Object.values(value)
    if (members.length > maxMembers) return `more than ${maxMembers} members`
    for (const member of members) {
      const broken = visit(member, depth + 1)
      if (broken !== undefined) return broken
    }
    return undefined
  }
  return visit(root, 0)
}

const clean = (value: unknown): Schema.Json => {
  switch (typeof value) {
    case "string":
      return cleanText(value)
    case "number":
      return Number.isFinite(value) ? value : null
    case "boolean":
      return value
    case "object":
      return value === null ? null : Array.isArray(value) ? cleanArray(value) : cleanObject(value)
    default:
      return null
  }
}

const cleanText = (text: string): string => {
  const whole = text.includes("\0") ? text.replaceAll("\0", "") : text
  return whole.isWellFormed() ? whole : whole.toWellFormed()
}

const cleanArray = (array: ReadonlyArray<unknown>): Schema.JsonArray => {
  const members = Array.from(array, clean)
  return members.every((member, i) => Object.is(member, array[i])) ? array as Schema.JsonArray : members
}

const cleanObject = (object: object): Schema.JsonObject => {
  let changed = false
  const entries: Array<[string, Schema.Json]> = []
  for (const [key, value] of Object.entries(object)) {
    const name = cleanText(key)
    const member = clean(value)
    changed ||= name !== key || !Object.is(member, value)
    // A copy made with `=` would turn this key into the prototype.
    if (name === "__proto__") changed = true
    else entries.push([name, member])
  }
  return changed ? Object.fromEntries(entries) : object as Schema.JsonObject
}
