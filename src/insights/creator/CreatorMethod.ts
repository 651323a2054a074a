import { firstVersionOf } from "../../analytics/Method.ts"
import type { CreatorAccount, CreatorPost } from "./Subject.ts"

/** Version of a stored `creator_metadata` row: raised when any formula of this room changes, so that `recompute` knows what is behind. */
export const creatorVersion = 1

/** What an example shows of its input; members not shown are unknown. */
export interface CreatorExample {
  readonly account?: Partial<CreatorAccount>
  readonly posts?: ReadonlyArray<Partial<Omit<CreatorPost, "mentions">> & { readonly mentions?: ReadonlyArray<string> }>
}

/** A method of this room in its first version. */
export const creatorMethod = firstVersionOf<CreatorExample>
