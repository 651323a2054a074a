import type { Schema } from "effect"
import type { Method } from "../../analytics/Method.ts"
import type { CreatorAccount, CreatorPost } from "./Subject.ts"

/** Version of a stored `creator_metadata` row: raised when any formula of this room changes, so that `recompute` knows what is behind. */
export const creatorVersion = 1

/** What an example shows of its input; members not shown are unknown. */
export interface CreatorExample {
  readonly account?: Partial<CreatorAccount>
  readonly posts?: ReadonlyArray<Partial<Omit<CreatorPost, "mentions">> & { readonly mentions?: ReadonlyArray<string> }>
}

/** A method of this room in its first version. */
export const creatorMethod = (
  entry: Omit<Method, "version" | "changes" | "example"> & {
    readonly example: { readonly figure: string; readonly input: CreatorExample; readonly output: Schema.Json }
  }
): Method => ({
  method: entry.method,
  version: 1,
  definition: entry.definition,
  formula: entry.formula,
  unit: entry.unit,
  range: entry.range,
  source: entry.source,
  example: {
    figure: entry.example.figure,
    as_of: "2026-02-01T00:00:00.000Z",
    input: JSON.parse(JSON.stringify(entry.example.input)),
    output: entry.example.output
  },
  changes: [{ version: 1, date: "2026-11-25", change: "First version." }]
})
