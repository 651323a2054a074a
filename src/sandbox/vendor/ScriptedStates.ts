/**
 * Usernames that make the vendor misbehave on purpose: every state of the protocol and of an account that a client has to
 * survive. `sim.<state>` with, in this order and all optional, `.<number>` (seconds, megabytes, …), `x<times>` or `.always` (how
 * many calls before the account is there as usual) and `_<anything>`, which only makes the name another one: `sim.429.30x2_b`.
 * Times are counted per username until the simulator is reset.
 */
export interface ScriptedState {
  readonly name: string
  readonly shows: string
  /** What `.<number>` means and its default, where the state takes one. */
  readonly number?: { readonly means: string; readonly default: number; readonly max: number }
  /** Calls that show the state before the account is there as usual; `Infinity` for ever. */
  readonly times: number
  /** Whether the vendor counts the call as a success, which is paid. */
  readonly billed: boolean
}

export const scriptedStates = [
  { name: "private", shows: "A private account: counts, no posts.", times: Infinity, billed: true },
  {
    name: "noposts",
    shows: "A public account that counts posts and lists none, as throttled callers see it.",
    times: Infinity,
    billed: true
  },
  { name: "onepost", shows: "An account with one post.", times: Infinity, billed: true },
  { name: "nolikes", shows: "Every like count hidden by its owner (−1).", times: Infinity, billed: true },
  { name: "zero", shows: "An account nobody follows.", times: Infinity, billed: true },
  { name: "gone", shows: "No such account: `data.user` is null.", times: Infinity, billed: true },
  { name: "string", shows: "The content arrives as a JSON string.", times: Infinity, billed: true },
  { name: "12000", shows: "A success that says 12000 in place of 200.", times: Infinity, billed: true },
  { name: "wrongkinds", shows: "Numbers as strings, lists as objects, ids as numbers.", times: Infinity, billed: true },
  {
    name: "huge",
    shows: "A valid answer of many megabytes.",
    number: { means: "megabytes", default: 9, max: 64 },
    times: Infinity,
    billed: true
  },
  {
    name: "deep",
    shows: "A valid answer, absurdly nested.",
    number: { means: "levels", default: 2_000, max: 100_000 },
    times: Infinity,
    billed: true
  },
  { name: "malformed", shows: "A body cut off in the middle: not JSON.", times: Infinity, billed: true },
  { name: "html", shows: "The content is an HTML page.", times: Infinity, billed: true },
  { name: "wait", shows: "Instagram limits the vendor: `Please wait a few minutes`, `require_login`.", times: 1, billed: true },
  { name: "613", shows: "Not scraped: HTTP 200, no `results`, `status_code` 613.", times: 1, billed: false },
  { name: "result613", shows: "Not scraped: 613 inside `results[0]`.", times: 1, billed: false },
  { name: "12002", shows: "The vendor could not parse: 12002 inside `results[0]`.", times: 1, billed: false },
  { name: "empty", shows: "The content is an empty string.", times: Infinity, billed: false },
  { name: "emptyobject", shows: "The content is `{}`.", times: Infinity, billed: false },
  { name: "nodata", shows: "The content has no `data`.", times: Infinity, billed: false },
  { name: "error", shows: "A body that says `error` and has no `results`.", times: 1, billed: false },
  {
    name: "faulted",
    shows: "The vendor gives up: an asynchronous task ends `faulted`, a scrape as 613.",
    times: Infinity,
    billed: false
  },
  {
    name: "pending",
    shows: "A scrape answers `pending` with a task id; its results come after so many polls. A submitted task waits as long.",
    number: { means: "polls answered 204", default: 2, max: 1_000 },
    times: Infinity,
    billed: true
  },
  {
    name: "pollfail",
    shows: "A submitted task whose results answer HTTP 503 so many times first. A scrape succeeds.",
    number: { means: "polls answered 503", default: 2, max: 1_000 },
    times: Infinity,
    billed: true
  },
  { name: "400", shows: "HTTP 400 that passes.", times: 1, billed: false },
  { name: "422", shows: "HTTP 422.", times: Infinity, billed: false },
  { name: "401", shows: "HTTP 401: credentials refused.", times: Infinity, billed: false },
  { name: "403", shows: "HTTP 403: the target is not in the plan.", times: Infinity, billed: false },
  {
    name: "429",
    shows: "HTTP 429 with `Retry-After` in seconds.",
    number: { means: "seconds", default: 1, max: 86_400 },
    times: 1,
    billed: false
  },
  {
    name: "429date",
    shows: "HTTP 429 with `Retry-After` as a date.",
    number: { means: "seconds from now", default: 1, max: 86_400 },
    times: 1,
    billed: false
  },
  { name: "429bare", shows: "HTTP 429 without `Retry-After`.", times: 1, billed: false },
  { name: "500", shows: "HTTP 500.", times: 1, billed: false },
  { name: "502", shows: "HTTP 502, an HTML page.", times: 1, billed: false },
  { name: "503", shows: "HTTP 503.", times: 1, billed: false },
  { name: "504", shows: "HTTP 504, an HTML page.", times: 1, billed: false },
  { name: "524", shows: "HTTP 524, an HTML page: the vendor's proxy timed out.", times: 1, billed: false },
  {
    name: "slow",
    shows: "The usual answer, late. It is billed even where the client has gone.",
    number: { means: "seconds", default: 60, max: 3_600 },
    times: Infinity,
    billed: true
  },
  { name: "hang", shows: "No answer until the client goes away.", times: Infinity, billed: false },
  { name: "reset", shows: "The connection is reset.", times: Infinity, billed: false }
] as const satisfies ReadonlyArray<ScriptedState>

export type StateName = typeof scriptedStates[number]["name"]

/** A scripted username, understood. */
export interface Script {
  readonly state: StateName
  readonly number: number
  readonly times: number
  readonly billed: boolean
}

/** The script of a username; `null` where it is an ordinary one, `"unknown"` where it begins with `sim.` and names no state. */
export const scriptOf = (username: string): Script | "unknown" | null => {
  if (!username.startsWith("sim.")) return null
  const parts = /^sim\.([a-z0-9]+?)(?:\.(\d{1,6}))?(?:x(\d{1,6})|(\.always))?(?:_[a-z0-9_]*)?$/.exec(username)
  const state: (ScriptedState & { readonly name: StateName }) | undefined = scriptedStates.find(({ name }) => name === parts?.[1])
  if (parts === null || state === undefined) return "unknown"
  const [, , number, times, always] = parts
  if (number !== undefined && (state.number === undefined || Number(number) > state.number.max)) return "unknown"
  return {
    state: state.name,
    number: number === undefined ? state.number?.default ?? 0 : Number(number),
    times: always !== undefined ? Infinity : times !== undefined ? Number(times) : state.times,
    billed: state.billed
  }
}
