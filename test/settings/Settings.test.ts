import { assert, describe, it } from "@effect/vitest"
import { Duration, Option, Redacted, Result } from "effect"
import { readFileSync } from "node:fs"
import { configurationPage } from "../../scripts/docs/configurationPage.ts"
import { declarations, readSettings } from "../../src/settings/Settings.ts"

const complete = {
  DATABASE_URL: "postgresql://user:hunter2@host:5432/database",
  SUPABASE_URL: "https://project.supabase.co",
  SUPABASE_ANON_KEY: "anon-key",
  SMARTPROXY_USERNAME: "user",
  SMARTPROXY_PASSWORD: "hunter2"
}

describe("Settings", () => {
  it("a list with an entry that is mistyped stops the start, and is not quoted", () => {
    for (
      const [name, right, wrong] of [
        ["INSTAGRAM_GRAPH_ACCOUNTS", "mine=17:hunter2, other.one=2:b", "mine=17:hunter2, other.one"],
        ["OTLP_HEADERS", "x-key=hunter2,authorization=Basic a==", "x-key=hunter2,authorization"]
      ] as const
    ) {
      assert.isTrue(Result.isSuccess(readSettings({ ...complete, [name]: right })), name)
      const read = readSettings({ ...complete, [name]: wrong })
      assert(Result.isFailure(read), name)
      assert.match(read.failure.problems.join(), new RegExp(`^${name} `))
      assert.notInclude(JSON.stringify(read.failure), "hunter2")
    }
  })

  it("names every missing and every wrong setting at once", () => {
    const read = readSettings({
      ...complete,
      DATABASE_URL: undefined,
      SUPABASE_URL: "ftp://nowhere",
      PORT: "eighty",
      DECODO_TIMEOUT: "soon"
    })
    assert(Result.isFailure(read))
    assert.deepStrictEqual(read.failure.problems.map((problem) => problem.split(" ")[0]), [
      "DATABASE_URL",
      "SUPABASE_URL",
      "DECODO_TIMEOUT",
      "PORT"
    ])
  })

  it("takes no port that there is not", () => {
    for (const PORT of ["65536", "-1", "80.5"]) {
      const read = readSettings({ ...complete, PORT })
      assert(Result.isFailure(read))
      assert.match(read.failure.problems.join(), /^PORT is wrong/)
    }
  })

  it("never repeats a value, however wrong", () => {
    const read = readSettings({ ...complete, SUPABASE_URL: "hunter2", PORT: "hunter2", LOG_LEVEL: "hunter2" })
    assert(Result.isFailure(read))
    assert.notInclude(read.failure.message, "hunter2")
  })

  it("decodes what is given and takes the defaults for the rest", () => {
    const settings = Result.getOrThrow(
      readSettings({ ...complete, PROFILE_FRESH_FOR: "2 hours", CORS_ORIGINS: "https://a.example, https://b.example" })
    )
    assert.strictEqual(Redacted.value(settings.DATABASE_URL), complete.DATABASE_URL)
    assert.strictEqual(Duration.toMillis(settings.PROFILE_FRESH_FOR), 7_200_000)
    assert.deepStrictEqual(settings.CORS_ORIGINS, ["https://a.example", "https://b.example"])
    assert.strictEqual(settings.DATABASE_PREPARE, true)
    assert(Option.isNone(settings.REDIS_URL))
  })

  it("refuses a lease that a process which lives would lose", () => {
    for (const lease of ["2 seconds", "4999 millis", "5500 millis"]) {
      const read = readSettings({ ...complete, JOBS_LEASE: lease })
      assert(Result.isFailure(read), lease)
      assert.match(read.failure.message, /JOBS_LEASE is wrong: Expected whole seconds, 5 at least/)
    }
    assert.isTrue(Result.isSuccess(readSettings({ ...complete, JOBS_LEASE: "5 seconds" })))
  })

  it("takes an empty text for an unset one", () => {
    const read = readSettings({ ...complete, SMARTPROXY_PASSWORD: " ", PORT: "" })
    assert(Result.isFailure(read))
    assert.lengthOf(read.failure.problems, 1)
  })

  it("hides its secrets when printed", () => {
    assert.notInclude(JSON.stringify(Result.getOrThrow(readSettings(complete))), "hunter2")
  })

  it(".env.example lists exactly what the code reads, with its defaults", () => {
    const file = readFileSync(new URL("../../.env.example", import.meta.url), "utf8")
    const listed = Object.fromEntries([...file.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
    assert.deepStrictEqual(
      listed,
      Object.fromEntries(Object.entries(declarations).map(([name, { fallback }]) => [name, fallback ?? ""]))
    )
  })

  it("docs/configuration.md is what the declarations say", () => {
    const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")
    assert.strictEqual(page, configurationPage(), "run npm run docs:configuration")
  })
})
