/** A stored profile, and a user who has unlocked it. */
export interface Target {
  readonly username: string
  readonly token: string
}

/** One request of the load, and how many of a thousand are like it. */
export interface Request {
  readonly share: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What is asked for: hot profiles mostly, then stored ones, lists and figures, repeats that have it already, writes, events, and what is refused. */
export const requestsOf = (
  targets: ReadonlyArray<Target>,
  job: { readonly path: string; readonly token: string },
  etags: ReadonlyMap<string, string>
) => {
  const get = (share: number, path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Request => ({
    share,
    method: "GET",
    path,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers }
  })
  const evenly = (share: number, of: ReadonlyArray<Target>, make: (share: number, target: Target) => Request) =>
    of.map((target) => make(share / of.length, target))
  const hot = targets.slice(0, 100)
  const some = targets.slice(100)
  return [
    ...evenly(780, hot, (share, { token, username }) => get(share, `/profile/${username}`, token)),
    ...evenly(
      60,
      hot,
      (share, { token, username }) =>
        get(share, `/profile/${username}`, token, { "if-none-match": etags.get(username) ?? "\"none\"" })
    ),
    ...evenly(60, targets, (share, { token, username }) => get(share, `/profile/${username}`, token)),
    ...["posts", "analytics", "related", "history"].flatMap((part) =>
      evenly(7, some, (share, { token, username }) => get(share, `/profile/${username}/${part}`, token))
    ),
    ...[
      "/me",
      "/me/favorites",
      "/me/searches",
      "/me/access",
      "/me/dashboard",
      "/jobs",
      "/profiles/suggest?q=soak.1",
      "/profiles?q=soak"
    ].flatMap((
      path
    ) => evenly(2, some.slice(0, 20), (share, { token }) => get(share, path, token))),
    ...evenly(20, some, (share, { token, username }): Request => ({
      share,
      method: "PUT",
      path: `/me/favorites/${username}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ notes: "seen again", tags: ["soak"] })
    })),
    get(4, `${job.path}/events`, job.token),
    get(14, "/me"),
    get(7, "/profile/never.asked.for/posts", job.token),
    get(7, "/profile/%20not%20a%20name", job.token),
    get(6, "/nowhere", job.token)
  ]
}

/** A script for wrk that draws requests by their shares. */
export const luaOf = (requests: ReadonlyArray<Request>): string => {
  let sum = 0
  const entries = requests.map(({ body, headers, method, path, share }) => {
    sum += share
    const fields = Object.entries(headers).map(([name, value]) => `[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
    return `{ ${sum}, ${JSON.stringify(method)}, ${JSON.stringify(path)}, { ${fields.join(", ")} }, ${
      body === undefined ? "nil" : JSON.stringify(body)
    } },`
  })
  return `
local entries = {
${entries.join("\n")}
}
local ready = {}
function init()
  math.randomseed(os.time())
  for i, e in ipairs(entries) do
    e[4]["Host"] = wrk.host
    ready[i] = wrk.format(e[2], e[3], e[4], e[5])
  end
end
local total = ${sum}
function request()
  local drawn = math.random() * total
  local low, high = 1, #entries
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entries[middle][1] < drawn then low = middle + 1 else high = middle end
  end
  return ready[low]
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"requests":%d,"broken":%d,"p50":%f,"p99":%f}', summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
`
}
