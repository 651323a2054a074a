import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { CurrentTransformer } from "effect/sql/Statement"

interface Sent {
  readonly text: string
  readonly parameters: ReadonlyArray<unknown>
}

/** Collects the statements of what stands on it, with their parameters. */
export const sentLayer = (sent: Array<Sent>) =>
  Layer.succeed(CurrentTransformer, (statement) =>
    Effect.sync(() => {
      const [text, parameters] = statement.compile()
      sent.push({ text, parameters })
      return statement
    }))

interface Node {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly Plans?: ReadonlyArray<Node>
  readonly "Shared Hit Blocks": number
  readonly "Shared Read Blocks": number
}

/** How PostgreSQL ran the one statement that the effect sends: its steps in one line, and the pages that it touched. */
export const planOf = Effect.fnUntraced(function*<A, E, R>(sent: Array<Sent>, effect: Effect.Effect<A, E, R>) {
  const sql = yield* SqlClient
  sent.length = 0
  yield* effect
  const [statement, ...others] = sent.splice(0)
  if (statement === undefined || others.length > 0) return yield* Effect.die("one statement was expected")
  const [row] = yield* sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: Node }> }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.text}`,
    statement.parameters
  )
  sent.length = 0
  const plan = row?.["QUERY PLAN"][0]?.Plan
  if (plan === undefined) return yield* Effect.die("no plan")
  return { steps: stepsOf(plan), pages: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] }
})

const stepsOf = (node: Node): string => {
  const at = node["Index Name"] ?? node["Relation Name"]
  const below = (node.Plans ?? []).map(stepsOf)
  return `${node["Node Type"]}${at === undefined ? "" : ` ${at}`}${below.length === 0 ? "" : ` (${below.join(", ")})`}`
}
