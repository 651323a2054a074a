import { Arbitrary, Schema } from "effect"
import type { Analytics } from "../../src/analytics/Analytics.ts"
import type { Figure } from "../../src/analytics/Figure.ts"
import { PostSample, ProfileSample } from "../../src/analytics/Sample.ts"

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

export const AS_OF = "2026-02-01T00:00:00.000Z"

/** A profile the payload says nothing about. */
export const unknownProfile: ProfileSample = {
  followers_count: null,
  following_count: null,
  posts_count: null,
  is_verified: null,
  is_private: null,
  is_business_account: null,
  category: null,
  biography: null,
  external_url: null,
  full_name: null,
  profile_pic_url: null
}

export const profileOf = (known: Partial<ProfileSample>): ProfileSample => ({ ...unknownProfile, ...known })

/** Photos of which only the given members are known. */
export const postsOf = (known: ReadonlyArray<Partial<PostSample>>): ReadonlyArray<PostSample> =>
  known.map((post, index) => ({
    shortcode: `p${index}`,
    media_type: "photo",
    likes_count: null,
    likes_hidden: false,
    comments_count: null,
    plays_count: null,
    posted_at: null,
    is_pinned: false,
    caption: null,
    hashtags: [],
    ...post
  }))

export const jan = (day: number, hour = 0): number => Date.UTC(2026, 0, day, hour)

/**
 * Posts as they come: times before `AS_OF`, some likes unknown, some hidden, and few shortcodes, so that copies that disagree occur.
 * `PostSample` itself generates mostly years far away.
 */
export const likelyPosts: Arbitrary.Arbitrary<ReadonlyArray<PostSample>> = Arbitrary.schema(
  Schema.Array(Schema.Struct({
    ...PostSample.fields,
    shortcode: Schema.Literals(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"]),
    likes_count: Schema.NullOr(between(0, 5000)),
    likes_hidden: Schema.Literal(false),
    comments_count: between(0, 500),
    posted_at: Schema.NullOr(between(jan(1), jan(31)))
  })).check(Schema.isBetweenLength(0, 40))
).pipe(
  Arbitrary.map((posts) => posts.map((post) => ({ ...post, likes_hidden: post.comments_count % 8 === 0 })))
)

export const likelyProfile: Arbitrary.Arbitrary<ProfileSample> = Arbitrary.schema(Schema.Struct({
  ...ProfileSample.fields,
  followers_count: between(1, 3_000_000),
  posts_count: Schema.NullOr(between(0, 1000)),
  is_private: Schema.NullOr(Schema.Literal(false))
}))
/** Every figure of the answer with its path. */
export const figuresOf = (analytics: Analytics): ReadonlyArray<readonly [path: string, figure: Figure<unknown>]> => {
  const found: Array<readonly [string, Figure<unknown>]> = []
  walk(analytics, "", (path, value) => {
    if (isFigure(value)) found.push([path, value])
  })
  return found
}

/** Every number of the answer with its path. */
export const numbersOf = (analytics: Analytics): ReadonlyArray<readonly [path: string, value: number]> => {
  const found: Array<readonly [string, number]> = []
  walk(analytics, "", (path, value) => {
    if (typeof value === "number") found.push([path, value])
  })
  return found
}

const isFigure = (value: unknown): value is Figure<unknown> =>
  typeof value === "object" && value !== null && "status" in value && "method" in value

const walk = (value: unknown, path: string, visit: (path: string, value: unknown) => void): void => {
  visit(path, value)
  if (typeof value !== "object" || value === null) return
  for (const [key, child] of Object.entries(value)) walk(child, path === "" ? key : `${path}.${key}`, visit)
}
