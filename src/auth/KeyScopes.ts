import { Context } from "effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type { Scope } from "../apikeys/ApiKey.ts"

/** Annotation of an endpoint that needs another scope than its group says, or is for signed-in people alone. */
export class KeyScope
  extends Context.Service<KeyScope, { readonly scope: Scope | null }>()("analytics-following/auth/KeyScope")
{}

/** No key reaches it, whatever its scopes. */
export const sessionOnly = { scope: null } as const
export const looksUp = { scope: "profiles:lookup" } as const

/** What a key needs to read and to change in a group of the API. A group that is not here is for no key: that is to be decided, not forgotten. */
const groups: Readonly<Record<string, { readonly read: Scope; readonly write: Scope }>> = {
  profiles: { read: "profiles:read", write: "profiles:lookup" },
  discovery: { read: "profiles:read", write: "profiles:lookup" },
  jobs: { read: "profiles:read", write: "profiles:lookup" },
  insights: { read: "profiles:read", write: "profiles:lookup" },
  campaigns: { read: "campaigns:read", write: "campaigns:write" },
  me: { read: "me:read", write: "me:write" },
  limits: { read: "me:read", write: "me:write" },
  usage: { read: "me:read", write: "me:write" },
  access: { read: "me:read", write: "me:write" },
  searches: { read: "me:read", write: "me:write" },
  favorites: { read: "me:read", write: "me:write" },
  credits: { read: "me:read", write: "me:write" }
}

/** The scope that a key needs for an endpoint; null where none is enough. */
export const scopeOf = (
  endpoint: Pick<HttpApiEndpoint.Top, "method" | "annotations">,
  group: Pick<HttpApiGroup.Top, "identifier">
): Scope | null => {
  const own = Context.getOrUndefined(endpoint.annotations, KeyScope)
  if (own !== undefined) return own.scope
  return groups[group.identifier]?.[endpoint.method === "GET" || endpoint.method === "HEAD" ? "read" : "write"] ?? null
}
