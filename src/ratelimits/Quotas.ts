import { createHash } from "node:crypto"
import type { CurrentUser } from "../auth/CurrentUser.ts"
import type { Policies, Policy, Quota, Tier } from "./Policy.ts"
import type { Remaining } from "./RateLimits.ts"

/** What a caller's requests count against: burst and day of the plan, and their key's own where they came with one. */
export const quotasOf = (
  { plans }: Policies,
  { api_key, id, tier = "free" }: Pick<CurrentUser["Service"], "id" | "api_key"> & { readonly tier?: Tier }
): ReadonlyArray<Quota> => {
  const { burst, daily, key } = plans[tier]
  const own = [{ key: id, policy: burst }, { key: id, policy: daily }]
  return api_key === undefined ? own : [{ key: api_key, policy: key }, ...own]
}

/** A sign-in name as it is counted: nothing that is kept tells it. */
export const nameKey = (name: string): string =>
  createHash("sha256").update(name.trim().toLowerCase()).digest("base64url").slice(0, 22)

/** The two fields as draft-ietf-httpapi-ratelimit-headers has them. */
export const limitHeaders = (remaining: ReadonlyArray<Remaining>): Readonly<Record<string, string>> => {
  if (remaining.length === 0) return none
  let policies = ""
  let limits = ""
  for (const { quota: { policy }, remaining: r, reset } of remaining) {
    const next = policies === "" ? "" : ", "
    policies += next + policyText(policy)
    limits += `${next}"${policy.name}";r=${r};t=${reset}`
  }
  return { "ratelimit-policy": policies, ratelimit: limits }
}

const none = {}

const policyTexts = new WeakMap<Policy, string>()

/** Made once: it is said with every answer. */
const policyText = (policy: Policy): string => {
  const known = policyTexts.get(policy)
  if (known !== undefined) return known
  const text = `"${policy.name}";q=${policy.limit};w=${policy.window}`
  policyTexts.set(policy, text)
  return text
}
