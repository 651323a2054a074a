import { Option, Predicate, Result } from "effect"
import {
  ContractBroken,
  type DecodoReason,
  EmptyContent,
  InstagramLimited,
  PostNotFound,
  ProfileNotFound,
  wrongShape
} from "./DecodoReason.ts"
import { looksLikeHtml, parseJson } from "./JsonText.ts"

/**
 * The user object in an answer's content. Known places: `data.user` (the vendor, web_profile_info), `graphql.user` (`?__a=1`),
 * `entry_data.ProfilePage[0].graphql.user` (the HTML page's data) and `user` (2017).
 */
export const userOf = (content: unknown): Result.Result<object, DecodoReason> =>
  Result.flatMap(openContent(content), (content): Result.Result<object, DecodoReason> => {
    const place = userPlaces.find((path) => at(content, path) !== undefined)
    if (place === undefined) {
      return Result.fail(isEmpty(content.data) ? new EmptyContent({ count: 1 }) : wrongShape(["data.user"]))
    }
    const user = at(content, place)
    if (user === null) return Result.fail(new ProfileNotFound({ evidence: "user_null" }))
    return Predicate.isObject(user) ? Result.succeed(user) : Result.fail(wrongShape([place.join(".")]))
  })

/** The post object in an answer's content: `shortcode_media` or `xdt_shortcode_media`, bare, in `data`, in `graphql` or in a page. */
export const mediaOf = (content: unknown): Result.Result<object, DecodoReason> =>
  Result.flatMap(openContent(content), (content) => {
    const found = mediaPlaces.map((path) => at(content, path))
    const media = found.find(Predicate.isObject)
    if (media !== undefined) return Result.succeed(media)
    return Result.fail(found.includes(null) ? new PostNotFound({ evidence: "media_null" }) : wrongShape(["shortcode_media"]))
  })

type Path = ReadonlyArray<string | number>

const userPlaces: ReadonlyArray<Path> = [
  ["data", "user"],
  ["graphql", "user"],
  ["entry_data", "ProfilePage", 0, "graphql", "user"],
  ["user"]
]

const mediaPlaces: ReadonlyArray<Path> = [[], ["data"], ["graphql"], ["entry_data", "PostPage", 0, "graphql"]].flatMap((path) => [
  [...path, "shortcode_media"],
  [...path, "xdt_shortcode_media"]
])

/** Content comes as an object, as JSON text of one, as HTML, or empty. */
const openContent = (content: unknown): Result.Result<Record<PropertyKey, unknown>, DecodoReason> => {
  if (typeof content === "string") {
    if (content.trim() === "") return Result.fail(new EmptyContent({ count: 1 }))
    if (looksLikeHtml(content)) return Result.fail(new ContractBroken({ kind: "html", paths: ["content"] }))
    return Option.match(parseJson(content), {
      onNone: () => Result.fail(new ContractBroken({ kind: "not_json", paths: ["content"] })),
      onSome: (parsed) => typeof parsed === "string" ? Result.fail(wrongShape(["content"])) : openContent(parsed)
    })
  }
  if (isEmpty(content)) return Result.fail(new EmptyContent({ count: 1 }))
  if (!Predicate.isObject(content)) return Result.fail(wrongShape(["content"]))
  return isInstagramRefusal(content) ? Result.fail(new InstagramLimited()) : Result.succeed(content)
}

/** Instagram's own `{"message":"Please wait a few minutes…","require_login":true,"status":"fail"}`, at any depth of envelope. */
export const isInstagramRefusal = (body: Record<PropertyKey, unknown>): boolean =>
  body.status === "fail" || body.require_login === true
  || (typeof body.message === "string" && /please wait/i.test(body.message))

const isEmpty = (value: unknown): boolean => value == null || (typeof value === "object" && Object.keys(value).length === 0)

const at = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    root
  )
