import { Option, Predicate, Result, Schema } from "effect"
import { isInstagramRefusal } from "./Content.ts"
import { ContractBroken, type DecodoReason, EmptyContent, InstagramLimited, NotScraped, wrongShape } from "./DecodoReason.ts"
import { looksLikeHtml, parseJson } from "./JsonText.ts"
import { list, optional, tolerantDecoder } from "./TolerantDecoder.ts"

/** What the vendor scraped, before anything is made of it. */
export interface Answer {
  readonly _tag: "Answer"
  readonly content: unknown
  readonly taskId: string | null
}

/** The vendor is still at it: the result has to be asked for by its task. */
export interface Pending {
  readonly _tag: "Pending"
  readonly taskId: string
}

/** Opens the body of an HTTP 2xx answer: the first result's content, or what the vendor says instead of one. */
export const openEnvelope = (body: string): Result.Result<Answer | Pending, DecodoReason> => {
  if (body.trim() === "") return Result.fail(new EmptyContent({ count: 1 }))
  if (looksLikeHtml(body)) return Result.fail(new ContractBroken({ kind: "html", paths: [] }))
  const parsed = parseJson(body)
  if (Option.isNone(parsed)) return Result.fail(new ContractBroken({ kind: "not_json", paths: [] }))
  if (!Predicate.isObject(parsed.value)) return Result.fail(wrongShape(["results"]))
  const object = parsed.value
  return Result.match(decodeWireEnvelope(object, ""), {
    onFailure: (paths) => Result.fail(wrongShape(paths)),
    onSuccess: ({ value }) => value.results == null ? withoutResults(object, value) : firstResult(value)
  })
}

/** The id of a task that was accepted. */
export const openTask = (body: string): Result.Result<string, DecodoReason> =>
  Result.flatMap(decodeBody(body, decodeWireTask), ({ id, status, status_code, task_id }) => {
    const taskId = id ?? task_id ?? null
    if (taskId !== null && status !== "failed" && status !== "error") return Result.succeed(taskId)
    return Result.fail(
      status == null && status_code == null ? wrongShape(["id"]) : new NotScraped({ statusCode: status_code ?? null, taskId })
    )
  })

/** The tasks of a batch that was accepted; one that cannot be read is left out, and is asked for singly. */
export const openBatch = (
  body: string
): Result.Result<ReadonlyArray<{ readonly query: string; readonly taskId: string }>, DecodoReason> =>
  Result.flatMap(decodeBody(body, decodeWireBatch), ({ queries }) =>
    queries == null
      ? Result.fail(wrongShape(["queries"]))
      : Result.succeed(
        queries.flatMap((each) => each?.id == null || each.query == null ? [] : [{ query: each.query, taskId: each.id }])
      ))

const decodeBody = <A>(
  body: string,
  decode: (object: object, path: string) => Result.Result<{ readonly value: A }, ReadonlyArray<string>>
): Result.Result<A, DecodoReason> => {
  if (looksLikeHtml(body)) return Result.fail(new ContractBroken({ kind: "html", paths: [] }))
  const parsed = parseJson(body)
  if (Option.isNone(parsed)) return Result.fail(new ContractBroken({ kind: "not_json", paths: [] }))
  if (!Predicate.isObject(parsed.value)) return Result.fail(wrongShape(["id"]))
  return Result.match(decode(parsed.value, ""), {
    onFailure: (paths) => Result.fail(wrongShape(paths)),
    onSuccess: ({ value }) => Result.succeed(value)
  })
}

const TaskId = Schema.String.check(Schema.isPattern(/^[\w-]{1,64}$/, { expected: "a task id" }))

const WireEnvelope = Schema.Struct({
  results: optional(list(
    Schema.Struct({ content: Schema.optionalKey(Schema.Unknown), status_code: optional(Schema.Int), task_id: optional(TaskId) }),
    100
  )),
  status: optional(Schema.String),
  status_code: optional(Schema.Int),
  task_id: optional(TaskId)
})

const decodeWireEnvelope = tolerantDecoder(WireEnvelope)

const decodeWireTask = tolerantDecoder(Schema.Struct({
  id: optional(TaskId),
  task_id: optional(TaskId),
  status: optional(Schema.String),
  status_code: optional(Schema.Int)
}))

const decodeWireBatch = tolerantDecoder(Schema.Struct({
  queries: optional(list(Schema.Struct({ id: optional(TaskId), query: optional(Schema.String) }), 3_000))
}))

const firstResult = ({ results, task_id }: typeof WireEnvelope.Type): Result.Result<Answer, DecodoReason> => {
  const result = results?.[0]
  const status = result?.status_code ?? 200
  const taskId = result?.task_id ?? task_id ?? null
  // 613 inside a result, and Instagram's 404, are as ambiguous as an empty answer.
  if (result == null || status === 613 || status === 404) return Result.fail(new EmptyContent({ count: 1 }))
  if (status === 401 || status === 429) return Result.fail(new InstagramLimited())
  if (status >= 400 && status !== parsedSuccessfully) return Result.fail(new NotScraped({ statusCode: status, taskId }))
  return Result.succeed({ _tag: "Answer", content: result.content, taskId })
}

/** 12000 is success of a parsed answer; 12002 to 12009 are the parser's failures. */
const parsedSuccessfully = 12_000

const withoutResults = (
  body: Record<PropertyKey, unknown>,
  { status, status_code, task_id }: typeof WireEnvelope.Type
): Result.Result<Pending, DecodoReason> => {
  if (status === "pending" && task_id != null) return Result.succeed({ _tag: "Pending", taskId: task_id })
  if (isInstagramRefusal(body)) return Result.fail(new InstagramLimited())
  return Result.fail(
    status == null && status_code == null
      ? wrongShape(["results"])
      : new NotScraped({ statusCode: status_code ?? null, taskId: task_id ?? null })
  )
}
