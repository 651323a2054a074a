/** Whether two values are the same JSON: members in any order, for `jsonb` keeps none. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** JSON text with the members of every object in order of their names. */
const canonicalJson = (value: unknown): string => JSON.stringify(value, (_, member: unknown) => sorted(member))

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value
