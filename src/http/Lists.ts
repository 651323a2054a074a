import { Schema } from "effect"
import { wholeNumber } from "./QueryValues.ts"

export const defaultLimit = 25

/** Query of a list: `limit` 1–100 (25), `cursor` from `page.next_cursor` of the page before. */
export const listQuery = {
  limit: Schema.optionalKey(
    wholeNumber({ minimum: 1, maximum: 100, unlessGiven: defaultLimit }, "Entries of a page at the most")
  ),
  cursor: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(512)).annotate({ description: "`page.next_cursor` of the page before" })
  )
}

/** `{ data, page }`: one page of a list. */
export const Listing = <S extends Schema.Top>(item: S) =>
  Schema.Struct({
    data: Schema.Array(item),
    page: Schema.Struct({ next_cursor: Schema.NullOr(Schema.String), has_more: Schema.Boolean })
  })

/** Cuts a page out of `limit + 1` found items; `encode` makes the cursor of the last one shown. */
export const pageOf = <A>(found: ReadonlyArray<A>, limit: number, encode: (last: A) => string) => {
  const data = found.slice(0, limit)
  const last = data.at(-1)
  const has_more = found.length > limit
  return { data, page: { next_cursor: has_more && last !== undefined ? encode(last) : null, has_more } }
}
