import { Context } from "effect"
import type { UserId } from "../users/UserId.ts"
import type { VendorCall } from "./VendorCall.ts"

/** What the product pays the vendor for. */
export type Purpose = VendorCall["purpose"]

/** On whose behalf a call is made; no user where nobody in particular asked. */
export interface Use {
  readonly purpose: Purpose
  readonly user: UserId | null
}

/**
 * What the calls of an effect are for: `Effect.provideService(VendorUse, { purpose: "refresh", user: null })` around whatever leads to
 * them. Fibers inherit it. The innermost one counts, and what nobody claimed is billed as `unattributed`.
 */
export const VendorUse = Context.Reference<Use>("analytics-following/thrift/VendorUse", {
  defaultValue: () => ({ purpose: "unattributed", user: null })
})
