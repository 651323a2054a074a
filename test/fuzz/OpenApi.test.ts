import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { Answer, contractOf } from "../support/Contract.ts"
import { send } from "../support/requests.ts"
import { TestApp } from "../support/TestApp.ts"
import { type Given, type OpenApiDocument, requestsOf } from "./requests.ts"

/** Raised for the whole: `FUZZ=100000 vitest run test/fuzz`. A given number also takes another seed each time, unless `FUZZ_SEED` names one. */
const given = process.env["FUZZ"]
const total = Number(given ?? 400)
const seed = Number(process.env["FUZZ_SEED"] ?? (given === undefined ? 7 : Date.now() % 2 ** 31))

const people = 3

layer(TestApp.layer({ settings: { CORS_ORIGINS: "https://app.example" } }), { excludeTestServices: true })(
  "fuzzing by the document",
  (it) => {
    it.effect(
      `${total} requests over every operation: no 5xx but a typed 503, and each answer valid against the document`,
      () =>
        Effect.gen(function*() {
          const app = yield* TestApp
          const contract = yield* Effect.promise(() => contractOf(app.url))
          const document = yield* Effect.promise(async () =>
            await (await fetch(`${app.url}/openapi.json`)).json() as OpenApiDocument
          )
          const callers = yield* Effect.forEach(Array.from({ length: people }), () => newCaller)
          const tokens =
            () => [...callers.flatMap(({ key, token }) => [token, token, key]), undefined, "a.b.c", "af_live_nothing"]
          const seen: Array<string> = ["natgeo"]
          const counts: Record<string, Record<number, number>> = {}

          const one = Effect.fnUntraced(function*(request: Given) {
            const token = tokens()[request.caller]
            const url = addressOf(app.url, request, seen)
            const path = url.pathname + url.search
            const body = request.method === "GET" || request.method === "HEAD" ? undefined : request.body
            const headers = {
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...request.headers,
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
            }
            const call = { method: request.method, path, headers, ...(body === undefined ? {} : { body }) }
            const answer = yield* Effect.promise(async (signal) => {
              const response = await fetch(app.url + path, {
                method: call.method,
                headers,
                redirect: "manual",
                signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
                ...(body === undefined ? {} : { body })
              })
              const stream = response.headers.get("content-type")?.startsWith("text/event-stream") === true
              if (stream) await response.body?.cancel()
              return new Answer(call, response.status, response.headers, stream ? "" : await response.text())
            })
            const label = () =>
              `${request.operation}: ${
                JSON.stringify({ ...call, headers: { ...headers, authorization: request.caller }, body: body?.slice(0, 600) })
              } → ${answer.status} ${answer.text.slice(0, 600)}`
            const count = counts[request.operation] ??= {}
            count[answer.status] = (count[answer.status] ?? 0) + 1
            assert.isTrue(
              answer.status < 500 || answer.status === 503,
              answer.status === 500 ? `${label()}\n${app.logs.findLast((line) => line.includes("request failed"))}` : ""
            )
            // Node's parser refuses what is too long before there is a request.
            if (answer.status === 431) return assert.strictEqual(answer.problem.type, "/problems/headers-too-large", label())
            if (request.method === "OPTIONS" && answer.status === 204) return
            yield* Effect.sync(() => contract.check(answer)).pipe(
              Effect.catchDefect((defect) =>
                Effect.die(new Error(`${defect instanceof Error ? defect.message : defect}\n${label()}`))
              )
            )
            assert.notMatch(answer.text.slice(0, 20_000), /node_modules|\.ts:\d+|at \w+ \(|Infinity|NaN[,}]/, label())
            if (answer.status < 300) remember(answer.text, seen)
            const person = Math.floor(request.caller / 3)
            // A key or a session that was ended by an earlier request: somebody new takes the place.
            if (answer.status === 401 && person < people) callers[person] = yield* newCaller
          })

          const share = Math.ceil(total / Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length)
          const requests = requestsOf(document, people * 3 + 3).flatMap((each) => fc.sample(each, { numRuns: share, seed }))
            .toSorted((one, other) => one.order - other.order)
          yield* Effect.forEach(requests, one, { concurrency: 12, discard: true })

          const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
            Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
          )
          const statuses: Record<number, number> = {}
          for (const count of Object.values(counts)) {
            for (const [status, n] of Object.entries(count)) statuses[Number(status)] = (statuses[Number(status)] ?? 0) + n
          }
          const never = operations.filter((operation) =>
            !Object.keys(counts[operation] ?? {}).some((status) => Number(status) < 300)
          )
          yield* Effect.logWarning({ seed, operations: operations.length, statuses, neverSucceeded: never })
          assert.deepStrictEqual(
            operations.filter((operation) => counts[operation] === undefined),
            [],
            "every operation was asked"
          )
          assert.isAtLeast(operations.length - never.length, operations.length / 5, "and many of them did something")
          assert.deepStrictEqual(app.logs.filter((line) => line.includes("request failed")), [])
        }),
      3_600_000
    )
  }
)

const newCaller = Effect.gen(function*() {
  const user = yield* (yield* TestApp).newUser
  const made = yield* send(user, "POST", "/me/api-keys", {
    name: "fuzz",
    scopes: ["profiles:read", "profiles:lookup", "campaigns:read", "campaigns:write", "me:read", "me:write"]
  })
  return { token: user.token, key: made.json<{ key: string }>().key }
})

const addressOf = (base: string, { path, query }: Given, seen: ReadonlyArray<string>): URL => {
  const nth = (n: number) => seen[n % seen.length] ?? ""
  const parts = path.map((part) =>
    typeof part === "string" ? part : encodeURIComponent("text" in part ? part.text : nth(part.seen))
  )
  const pairs = query.map(([name, value]) =>
    `${encodeURIComponent(name)}=${encodeURIComponent(typeof value === "string" ? value.toWellFormed() : nth(value.seen))}`
  )
  return new URL(base + parts.join("") + (pairs.length === 0 ? "" : `?${pairs.join("&")}`))
}

/** Ids, shortcodes and cursors of an answer, for later addresses: what makes sequences of the calls. */
const remember = (text: string, seen: Array<string>): void => {
  for (const [, value = ""] of text.slice(0, 50_000).matchAll(/"(?:id|shortcode|next_cursor)":"([^"]+)"/g)) {
    if (seen.length < 200) seen.push(value)
    else seen[Math.floor((seen.length * (value.codePointAt(value.length - 1) ?? 0) * 31) % 200)] = value
  }
}
