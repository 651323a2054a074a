import { Schema } from "effect"
import type { PostSample, ProfileSample } from "./Sample.ts"

/** An entry of the metrics registry: everything needed to understand, check and recompute the figures that name it. */
export const Method = Schema.Struct({
  method: Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9_]*$/)),
  version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  definition: Schema.NonEmptyString,
  formula: Schema.NonEmptyString,
  unit: Schema.NonEmptyString,
  range: Schema.NullOr(Schema.Struct({ low: Schema.Finite, high: Schema.NullOr(Schema.Finite) })).annotate({
    description: "Bounds of a numeric value; high null: unbounded. Null where the value is not one number"
  }),
  source: Schema.NonEmptyString.annotate({ description: "Where the definition comes from" }),
  example: Schema.Struct({
    figure: Schema.NonEmptyString.annotate({ description: "Path of the figure in the analytics object" }),
    as_of: Schema.String,
    input: Schema.Json.annotate({ description: "The sample; members not shown are unknown (null), false, or a photo" }),
    output: Schema.Json.annotate({ description: "The figure's value for this input; null: unavailable" })
  }),
  changes: Schema.NonEmptyArray(Schema.Struct({
    version: Schema.Int,
    date: Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/)),
    change: Schema.NonEmptyString
  }))
}).annotate({ identifier: "MetricsMethod" })
export interface Method extends Schema.Schema.Type<typeof Method> {}

/** What an example of this room shows of its input; a test fills in the rest and computes the output. */
export interface ExampleInput {
  readonly profile?: Partial<ProfileSample>
  readonly posts?: ReadonlyArray<Partial<PostSample>>
}

/** An entry as its room writes it; `Input` is what an example of the room shows of its input. */
export interface Entry<Input> extends Omit<Method, "version" | "changes" | "example"> {
  readonly example: { readonly figure: string; readonly input: Input; readonly output: Schema.Json }
}

/** A method in its first version. */
export const firstVersionOf = <Input>(entry: Entry<Input>): Method => ({
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

/** A method of this room in its first version. */
export const firstVersion = firstVersionOf<ExampleInput>
