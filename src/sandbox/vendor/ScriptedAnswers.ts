import { Predicate } from "effect"
import { json } from "./Answer.ts"
import type { Answer } from "./Answer.ts"
import type { Contents } from "./Contents.ts"
import type { Script, StateName } from "./ScriptedStates.ts"
import type { Target } from "./Target.ts"

/** One call for a scripted username; `now` in milliseconds since 1970. */
export interface ScriptedCall {
  readonly target: Target
  readonly query: string
  readonly now: number
}

/** What a scripted state answers while it lasts. */
export const scriptedAnswer = ({ state, number }: Script, { target, query, now }: ScriptedCall, contents: Contents): Answer => {
  const usual = () => contents.bytes(target, query, now)
  const altered = (replacer: Replacer) => result(() => contents.altered(target, query, now, replacer))
  switch (state) {
    case "private":
    case "noposts":
    case "onepost":
    case "nolikes":
    case "zero":
    case "gone":
    case "wrongkinds":
      return altered(alterations[state])
    case "huge":
      return altered(inEnvelope("padding", "x".repeat(number * 1024 * 1024)))
    case "deep":
      return result(() => withNesting(usual(), number))
    case "string":
      return result(() => json(new TextDecoder().decode(usual())))
    case "12000":
      return result(usual, 12_000)
    case "malformed":
      return { kind: "malformed", content: usual }
    case "hang":
    case "reset":
      return { kind: state }
    case "html":
      return result(() =>
        json("<!DOCTYPE html><html><head><title>Instagram</title></head><body><main>Log in</main></body></html>")
      )
    case "wait":
      return result(() => json(pleaseWait))
    case "result613":
      return result(() => json(""), 613)
    case "12002":
      return result(() => json({}), 12_002)
    case "empty":
      return result(() => json(""))
    case "emptyobject":
      return result(() => json({}))
    case "nodata":
      return result(() => json({ status: "ok" }))
    case "613":
    case "faulted":
      return { kind: "no results", status: "failed", statusCode: 613 }
    case "error":
      return { kind: "no results", status: "error", statusCode: null }
    case "pending":
    case "pollfail":
    case "slow":
      return result(usual)
    case "429":
      return { kind: "http", status: 429, message: "Too many requests.", retryAfter: String(number) }
    case "429date":
      return { kind: "http", status: 429, message: "Too many requests.", retryAfter: new Date(now + number * 1000).toUTCString() }
    case "429bare":
      return { kind: "http", status: 429, message: "Too many requests." }
    default:
      return { kind: "http", status: Number(state), message: messages[state] }
  }
}

const result = (content: () => Uint8Array, statusCode = 200): Answer => ({ kind: "result", statusCode, content })

type Replacer = (key: string, value: unknown) => unknown
type Altering = "private" | "noposts" | "onepost" | "nolikes" | "zero" | "gone" | "wrongkinds"
type Failing = Extract<StateName, "400" | "401" | "403" | "422" | "500" | "502" | "503" | "504" | "524">

const posts = (key: string): boolean => key === "edge_owner_to_timeline_media" || key === "edge_felix_video_timeline"

const withoutEdges: Replacer = (key, value) => posts(key) && Predicate.isObject(value) ? { ...value, edges: [] } : value

const alterations: Record<Altering, Replacer> = {
  private: (key, value) => key === "is_private" ? true : withoutEdges(key, value),
  noposts: withoutEdges,
  onepost: (key, value) => {
    if (!posts(key) || !Predicate.hasProperty(value, "edges") || !Array.isArray(value.edges)) return value
    const edges = key === "edge_owner_to_timeline_media" ? value.edges.slice(0, 1) : []
    return { count: edges.length, page_info: { has_next_page: false, end_cursor: null }, edges }
  },
  nolikes: (key, value) => {
    if (key === "like_and_view_counts_disabled") return true
    return key === "edge_liked_by" || key === "edge_media_preview_like" ? { count: -1 } : value
  },
  zero: (key, value) => key === "edge_followed_by" ? { count: 0 } : value,
  gone: (key, value) => key === "user" || key.endsWith("shortcode_media") ? null : value,
  wrongkinds: (key, value) => {
    if (typeof value === "number" && key === "count") return `${value} followers`
    if (key === "id" && typeof value === "string") return Number(value)
    return key === "edges" && Array.isArray(value) ? { ...value } : value
  }
}

/** A key beside the data, whatever the target's envelope: the replacer sees the whole answer under the key "". */
const inEnvelope = (name: string, added: unknown): Replacer => (key, value) =>
  key === "" && Predicate.isObject(value) ? { ...value, [name]: added } : value

/**
 * Inside the user or post, where a client that keeps it whole must look. Written into the text: `JSON.stringify` would overflow
 * its own stack.
 */
const withNesting = (content: Uint8Array, levels: number): Uint8Array => {
  const nested = `"nested":${"[".repeat(levels)}${"]".repeat(levels)},`
  const text = new TextDecoder().decode(content)
  return new TextEncoder().encode(text.replace(/^(?:\{"\w+":)+\{/, (opening) => opening + nested))
}

const pleaseWait = {
  message: "Please wait a few minutes before you try again.",
  require_login: true,
  igweb_rollout: true,
  status: "fail"
}

const messages: Record<Failing, string> = {
  "400": "Bad request.",
  "401": "Username invalid.",
  "403": "Target is not included in your plan.",
  "422": "Unprocessable request.",
  "500": "Internal server error.",
  "502": "Bad gateway.",
  "503": "Service unavailable.",
  "504": "Gateway time-out.",
  "524": "A timeout occurred."
}
