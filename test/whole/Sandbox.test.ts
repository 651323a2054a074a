import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { rawHttp } from "../support/rawHttp.ts"
import { TestDatabase } from "../support/TestDatabase.ts"

interface Summary {
  readonly url: string
  readonly token: string
  readonly admin_token: string
  readonly user_id: string
  readonly database_url: string
  readonly vendor_url: string
  readonly auth_url: string
}

layer(TestDatabase.layerUnmigrated, { excludeTestServices: true })("the sandbox's process", (it) => {
  const start = Effect.gen(function*() {
    const database = yield* TestDatabase
    const child = spawn(process.execPath, [script, "--json", "--port", "0", "--data", "unused"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...exported, DATABASE_URL: Redacted.value(database.url) }
    })
    const out: Array<string> = []
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
    yield* Effect.addFinalizer(() =>
      Effect.promise(() => {
        child.kill("SIGKILL")
        return ended
      })
    )
    const line = new Promise<string>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        out.push(chunk.toString())
        if (out.join("").includes("\n")) resolve(out.join(""))
      })
    })
    const summary: Summary = JSON.parse(
      yield* Effect.promise(() => Promise.race([line, ended.then((code) => `"ended with ${code}"`)]))
    )
    const get = (path: string, token = summary.token) =>
      Effect.promise(async () => {
        const answer = await fetch(summary.url + path, { headers: { authorization: `Bearer ${token}` } })
        return { status: answer.status, headers: answer.headers, body: await answer.json() }
      })
    const stop = Effect.promise(() => {
      child.kill("SIGTERM")
      return ended
    })
    return { summary, get, stop, printed: () => out.join("") }
  })

  it.effect("prints one JSON line, serves an answer with its token, counts the vendor's calls, stops on SIGTERM and keeps its data", () =>
    Effect.gen(function*() {
      const first = yield* start
      assert.includeMembers(Object.keys(first.summary), ["url", "token", "user_id", "database_url", "vendor_url", "auth_url"])
      const answer = yield* first.get("/profile/natgeo")
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.get("x-sandbox"), "true")
      assert.strictEqual(answer.headers.get("x-data-source"), "vendor")
      const stats = yield* Effect.promise(async () => (await fetch(`${first.summary.vendor_url}/_sim/stats`)).json())
      assert.deepStrictEqual(stats, {
        calls: 1,
        billed: 1,
        cost_usd: 0.001,
        by_target: { instagram_graphql_profile: { calls: 1, billed: 1 } },
        in_flight: 0
      })
      const asUser = yield* first.get("/admin/vendor")
      const asAdmin = yield* first.get("/admin/vendor", first.summary.admin_token)
      assert.deepStrictEqual([asUser.status, asAdmin.status], [403, 200])
      const tooLarge = yield* rawHttp(first.summary.url, `GET /livez HTTP/1.1\r\nhost: x\r\nx-large: ${"y".repeat(9000)}\r\n\r\n`)
      assert.strictEqual(JSON.parse(tooLarge.body).type, "/problems/headers-too-large")
      const stopped = yield* first.stop
      assert.include([0, 130, 143], stopped)
      assert.lengthOf(first.printed().trimEnd().split("\n"), 1, "nothing else on standard output")

      const second = yield* start
      const again = yield* second.get("/profile/natgeo")
      assert.strictEqual(again.headers.get("x-data-source"), "database")
      assert.deepStrictEqual(again.body, answer.body)
      assert.strictEqual(second.summary.user_id, first.summary.user_id)
      yield* second.stop
    }))
})

/** What a developer may have exported for the real server: the sandbox neither calls these places nor trips over the credentials. */
const exported = {
  SUPABASE_URL: "https://project.supabase.invalid",
  SUPABASE_ANON_KEY: "the-real-key",
  SMARTPROXY_USERNAME: "the-real-user",
  SMARTPROXY_PASSWORD: "the-real-password",
  DECODO_BASE_URL: "https://vendor.invalid",
  SANDBOX_RECORDINGS: ""
}

const script = fileURLToPath(new URL("../../scripts/sandbox.ts", import.meta.url))
