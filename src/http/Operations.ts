import { Record } from "effect"
import type * as OpenApi from "effect/http-api/OpenApi"

type Operation = OpenApi.OpenAPISpecOperation

/** For `OpenApi.Transform` of an API: what is to be said of every operation, and cannot be said at its endpoint. */
export const describeOperations =
  (describe: (operation: Operation) => Operation): OpenApi.Transform["Service"] => (document) => ({
    ...document,
    paths: Record.map(
      document["paths"],
      (item: Readonly<Record<string, Operation>>) => Record.map(item, (operation) => describe(operation))
    )
  })
