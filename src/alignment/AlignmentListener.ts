import { Context, Effect } from "effect"
import type { Report } from "./Finding.ts"

/** Hears of each check after its report was taken. Nobody has to listen. */
export const AlignmentListener = Context.Reference<{
  checked(report: Report): Effect.Effect<void>
}>("analytics-following/alignment/AlignmentListener", { defaultValue: () => ({ checked: () => Effect.void }) })
