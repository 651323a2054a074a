import { Schema, SchemaTransformation } from "effect"
import { Username } from "../profiles/Username.ts"
import { list, optional } from "./TolerantDecoder.ts"

/** Any text the vendor sends. Instagram's own limits are far lower (a caption has 2,200 characters). */
export const Text = Schema.String.check(Schema.isMaxLength(20_000))

/** A web address; anything else would end as a link in somebody's page. */
export const Link = Text.check(Schema.isPattern(/^https?:\/\//i, { expected: "an http address" }))

/** A count. Below zero it is hidden, beyond 2^53 it is not exact. */
export const Count = Schema.Int

/** A position or size that fits PostgreSQL's `integer`. */
export const Pixels = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))

/** Unix seconds, from Instagram's first year to 2100: milliseconds and zeros are not dates. */
export const UnixSeconds = Schema.Int.check(Schema.isBetween({ minimum: 1_262_304_000, maximum: 4_102_444_800 }))

/** An Instagram id: digits, a string in GraphQL, a number elsewhere. */
export const InstagramId = Schema.Union([
  Schema.String.check(Schema.isPattern(/^\d{1,32}$/, { expected: "digits" })),
  Schema.Natural.pipe(Schema.decodeTo(Schema.String, SchemaTransformation.transform({ decode: String, encode: Number })))
])

export const LowerCaseUsername = Schema.String.pipe(Schema.decodeTo(Username, SchemaTransformation.toLowerCase()))

export const Shortcode = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/, { expected: "a shortcode" }))

export const Counted = Schema.Struct({ count: optional(Count) })

/** `{ edges: [{ node }] }` with nodes of one schema. */
export const edgesOf = <S extends Schema.Top>(node: S, maxLength: number) =>
  Schema.Struct({ edges: optional(list(Schema.Struct({ node: optional(node) }), maxLength)) })

/** The nodes of `edgesOf`, without what did not fit. */
export const nodesOf = <A>(
  connection: { readonly edges?: ReadonlyArray<{ readonly node?: A | null } | null> | null } | null | undefined
): ReadonlyArray<A> => (connection?.edges ?? []).flatMap((edge) => edge?.node == null ? [] : [edge.node])
