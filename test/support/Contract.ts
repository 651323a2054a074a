import addFormats from "ajv-formats"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { assert } from "vitest"

/** A request as a test sends it. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

export class Answer {
  readonly call: Call
  readonly status: number
  readonly headers: Headers
  readonly text: string

  constructor(call: Call, status: number, headers: Headers, text: string) {
    this.call = call
    this.status = status
    this.headers = headers
    this.text = text
  }

  /** The body, as the test expects it. */
  json<A>(): A {
    return JSON.parse(this.text)
  }

  get problem(): Problem {
    return this.json()
  }
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly request_id: string
  readonly retry_after?: number
  readonly allow?: ReadonlyArray<string>
  readonly errors?: ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly message: string }>
}

/**
 * Calls a server and holds each answer to the server's own OpenAPI document: the status has to be declared and the body to be valid.
 * What belongs to no operation (unknown address, wrong method) has to be a problem.
 */
export const contractOf = async (url: string) => {
  const document: OpenApi = await (await fetch(`${url}/openapi.json`)).json() as OpenApi
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ ...document, $id: "openapi" })
  const problem = ajv.compile(problemSchema)
  const validators = new Map<string, ValidateFunction>()
  const validator = (pointer: string) => {
    let found = validators.get(pointer)
    if (found === undefined) validators.set(pointer, found = ajv.compile({ $ref: `openapi#${pointer}` }))
    return found
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{[^}]+\}(?=\/)/g, "[^/]*").replace(/\{[^}]+\}/g, "[^/]+")}/?$`),
      pointer: `/paths/${
        path.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D")
      }/${method}`,
      operation
    }))
  )

  const check = (answer: Answer): void => {
    const { call, headers, status, text } = answer
    const where = `${call.method} ${call.path.slice(0, 80)} → ${status}`
    const type = headers.get("content-type")?.split(";")[0] ?? ""
    assert.match(headers.get("x-request-id") ?? "", /^[\w.:-]{1,128}$/, where)
    assert.strictEqual(headers.get("x-content-type-options"), "nosniff", where)
    const etag = headers.get("etag")
    if (etag !== null) assert.match(etag, /^"[\x21\x23-\x7e]*"$/, `${where}: ETag`)
    if (call.method === "HEAD" || status === 304) return assert.strictEqual(text, "", where)
    const method = call.method
    const path = call.path.split("?")[0] ?? ""
    const found = operations.find((it) => it.method === method && it.pattern.test(path))
    const declared = found?.operation.responses[String(status)]
    if (declared === undefined) {
      // The document and the documentation describe, and are not described.
      if (found === undefined && status === 200 && /^\/(openapi\.json|llms\.txt|docs(\/.*)?)$/.test(path)) return
      assert.include(undeclared, status, `${where}: ${text.slice(0, 300)}`)
    }
    if (type === "application/problem+json") {
      if (!problem(JSON.parse(text))) assert.fail(`${where}: ${ajv.errorsText(problem.errors)}`)
      assert.strictEqual(answer.problem.status, status, where)
      assert.strictEqual(answer.problem.request_id, headers.get("x-request-id"), where)
      assert.strictEqual(answer.problem.instance, path, where)
    }
    // An address with an empty part may be no route.
    if (type === "application/problem+json" && answer.problem.type === "/problems/route-not-found" && path.includes("//")) return
    if (found === undefined || declared === undefined) return assert.strictEqual(type, "application/problem+json", where)
    // The end of the process may cut any request, whatever else its endpoint answers with 503.
    if (type === "application/problem+json" && answer.problem.type === "/problems/server-stopping") return
    if (declared.content === undefined) return assert.strictEqual(text, "", where)
    assert.property(declared.content, type, `${where}: media type`)
    if (!type.endsWith("json")) return
    const valid = validator(
      `${found.pointer}/responses/${status}/content/${type.replaceAll("/", "~1")}/schema`
    )
    if (!valid(JSON.parse(text))) assert.fail(`${where}: ${ajv.errorsText(valid.errors?.slice(0, 5))}\n${text.slice(0, 500)}`)
  }

  return {
    document,
    check,
    call: async (call: Call, signal?: AbortSignal): Promise<Answer> => {
      const response = await fetch(url + call.path, {
        method: call.method,
        headers: { ...call.headers },
        redirect: "manual",
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(signal === undefined ? {} : { signal })
      })
      const answer = new Answer(call, response.status, response.headers, await response.text())
      check(answer)
      return answer
    }
  }
}

/** Statuses that any address may answer with, in no operation's list. */
const undeclared: ReadonlyArray<number> = [400, 404, 405, 413, 415]

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "detail", "instance", "request_id"],
  properties: {
    type: { type: "string", pattern: "^/problems/[a-z-]+$" },
    title: { type: "string", minLength: 1 },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", minLength: 10 },
    instance: { type: "string", pattern: "^/" },
    request_id: { type: "string", pattern: "^[\\w.:-]{1,128}$" }
  }
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<
      string,
      { readonly responses: Record<string, { readonly content?: Record<string, { readonly schema?: unknown }> }> }
    >
  >
}
