import type * as OpenApi from "effect/http-api/OpenApi"
import type { Charge } from "./Credits.ts"

/** What an answer says of its cost. Where credits are off it costs 0, and there is nothing that remains. */
export const creditHeaders = (
  { charged, remaining }: Pick<Charge, "charged" | "remaining">
): Readonly<Record<string, string>> => ({
  "x-credits-charged": String(charged),
  ...(remaining === null ? {} : { "x-credits-remaining": String(remaining) })
})

/** Says in the document what the answers of operations that can cost credits carry. */
export const describeCharges = (operation: OpenApi.OpenAPISpecOperation): OpenApi.OpenAPISpecOperation =>
  "402" in operation.responses && "200" in operation.responses
    ? { ...operation, responses: { ...operation.responses, 200: { ...operation.responses["200"], headers } } }
    : operation

const headers = {
  "X-Credits-Charged": {
    description: "Credits that this answer cost; absent while credits are off",
    required: false,
    schema: { type: "integer", minimum: 0, maximum: 1_000_000 }
  },
  "X-Credits-Remaining": {
    description: "Credits that can be spent after it; absent where nothing was to be charged",
    required: false,
    schema: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
  }
}
